"""Links to managers, from file to file."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

ONE, TWO, THREE = (make_row(number) for number in ("1", "2", "3"))
TEAM = [make_row(str(number)) for number in range(12)]


def test_managers_may_come_later_in_the_file(feed: FeedHarness) -> None:
    """Links are made once everybody is known."""
    feed.send(write_csv(make_row("1", manager="2"), TWO))
    assert feed.users()["FR01/1"].manager == "FR01/2"


def test_a_manager_who_comes_later_is_linked_then(feed: FeedHarness) -> None:
    """A reference that leads to nobody is looked up again at every import, of any file."""
    row = make_row("1", manager="2")
    result = feed.send(write_csv(row), "2026-11-01")
    assert [it.code for it in result.findings] == ["manager-not-found"]
    again = feed.send(write_csv(row, THREE), "2026-11-02")
    assert "manager-not-found" in {it.code for it in again.findings}
    linked = feed.send(write_csv(TWO), "2026-11-03", mode="delta", folder="/hr/changes")
    assert [it["key"] for it in linked.report["changes"]] == ["FR01/2", "FR01/1"]
    assert feed.users()["FR01/1"].manager == "FR01/2"


def test_a_manager_who_is_named_otherwise_now(feed: FeedHarness) -> None:
    """When a mail address changes, rows that name the old one are looked up again, unchanged."""
    boss, row = make_row("1", mail="old@acme.fr"), make_row("2", manager="old@acme.fr")
    feed.send(write_csv(boss, row), "2026-11-01")
    renamed = make_row("1", mail="new@acme.fr")
    result = feed.send(write_csv(renamed, row), "2026-11-02")
    assert [(it.code, it.line) for it in result.findings] == [("manager-not-found", 3)]
    assert feed.users()["FR01/2"].manager == "FR01/1"
    swapped = [renamed, row, make_row("3", mail="old@acme.fr")]
    result = feed.send(write_csv(*swapped), "2026-11-03")
    assert [it["key"] for it in result.report["changes"]] == ["FR01/3", "FR01/2"]
    assert feed.users()["FR01/2"].manager == "FR01/3"


def test_a_mail_address_that_is_handed_on(feed: FeedHarness) -> None:
    """Who has the address after somebody left is the manager, for unchanged rows as well."""
    boss = make_row("1", mail="rh@acme.fr")
    row = make_row("2", manager="rh@acme.fr")
    feed.send(write_csv(boss, row), "2026-11-01")
    ended = {**boss, "dtContractEnd": "01/11/2026"}
    feed.send(write_csv(ended, row, make_row("3", mail="rh@acme.fr")), "2026-11-02")
    assert feed.users()["FR01/2"].manager == "FR01/3"


def test_a_link_is_looked_up_again_after_a_bad_row(feed: FeedHarness) -> None:
    """What changed while a user was left alone counts as soon as the row is good again."""
    row = make_row("2", manager="rh@acme.fr")
    feed.send(write_csv(make_row("1", mail="rh@acme.fr"), row, *TEAM[3:]), "2026-11-01")
    moved = [make_row("1", mail="x@acme.fr"), make_row("99", mail="rh@acme.fr"), *TEAM[3:]]
    feed.send(write_csv({**row, "dtBirth": "bad"}, *moved), "2026-11-02")
    assert feed.users()["FR01/2"].manager == "FR01/1"
    feed.send(write_csv(row, *moved), "2026-11-03")
    assert feed.users()["FR01/2"].manager == "FR01/99"


def test_a_link_is_looked_up_again_after_a_repeated_file(feed: FeedHarness) -> None:
    """Who leaves by absence from the same bytes makes room for whoever has the same name."""
    one, other = (make_row(number, lastName="Dû") for number in ("1", "3"))
    row = make_row("2", manager="Léa Dû")
    feed.send(write_csv(one, other, row), "2026-11-01")
    assert feed.users()["FR01/2"].manager is None
    feed.send(write_csv(other, row), "2026-11-02")
    result = feed.send(write_csv(other, row), "2026-11-03")
    assert result.counts["leavers"] == 1
    assert feed.users()["FR01/2"].manager is None
    feed.send(write_csv(row, other), "2026-11-03")
    assert feed.users()["FR01/2"].manager == "FR01/3"


def test_a_homonym_takes_over_from_whoever_leaves(feed: FeedHarness) -> None:
    """A link that was kept while both were there goes to the one who stays."""
    boss, namesake = make_row("1", lastName="Dû"), make_row("3", lastName="Dû")
    row = make_row("2", manager="Léa Dû")
    feed.send(write_csv(boss, row), "2026-11-01")
    feed.send(write_csv(boss, row, namesake), "2026-11-02")
    assert feed.users()["FR01/2"].manager == "FR01/1"
    gone = {**boss, "dtContractEnd": "31/12/2026"}
    feed.send(write_csv(gone, row, namesake), "2026-11-03")
    assert feed.users()["FR01/2"].manager == "FR01/3"
    feed.send(write_csv(boss, row, namesake), "2026-11-04")
    assert feed.users()["FR01/2"].manager == "FR01/3"


def test_a_homonym_who_comes_later_changes_no_link(feed: FeedHarness) -> None:
    """A link that was made stays, though the name alone would not lead there any more."""
    boss, namesake = make_row("1", lastName="Dû"), make_row("3", lastName="Dû")
    row = make_row("2", manager="Léa Dû")
    feed.send(write_csv(boss, row), "2026-11-01")
    result = feed.send(write_csv(boss, row, namesake), "2026-11-02")
    assert {it.severity for it in result.findings} == {"info"}
    assert feed.users()["FR01/2"].manager == "FR01/1"


def test_orphans_are_told_where_somebody_can_mend_it(feed: FeedHarness) -> None:
    """At the line of the manager who leaves, or of the first orphan if there is none."""
    team = [make_row(number, manager="1") for number in ("2", "3", "4")]
    feed.send(write_csv(ONE, *team), "2026-11-01")
    gone = make_row("1", dtContractEnd="31/12/2026")
    (finding,) = feed.send(write_csv(*team, gone), "2026-11-02").findings
    assert (finding.code, finding.line, finding.key) == ("manager-leaver", 5, "FR01/1")
    assert "manages FR01/2, FR01/3, FR01/4." in finding.message
    feed.send(write_csv(ONE, *team), "2026-11-03")
    for day in ("2026-11-04", "2026-11-05"):
        findings = feed.send(write_csv(*team, make_row("5", lastName=day)), day).findings
    assert [(it.code, it.line) for it in findings] == [("manager-leaver", 2)]


@pytest.mark.parametrize(("orphans", "end"), [(10, "FR01/19."), (11, "FR01/19, ….")])
def test_many_orphans_are_not_all_named(feed: FeedHarness, orphans: int, end: str) -> None:
    """The first ten stand for the others."""
    team = [make_row(str(number), manager="1") for number in range(10, 10 + orphans)]
    gone = make_row("1", dtContractEnd="31/12/2025")
    findings = feed.send(write_csv(gone, *team)).findings
    (message,) = [it.message for it in findings if it.code == "manager-leaver"]
    assert message.endswith(end)
