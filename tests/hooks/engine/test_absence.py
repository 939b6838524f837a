"""Absence: who is missing from files, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from wharfinger.hooks.engine import ImportResult, Mapping, State, approve, run_import
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

ONE, TWO, THREE = (make_row(number) for number in ("1", "2", "3"))
TEAM = [make_row(str(number)) for number in range(12)]


def holding(result: ImportResult) -> list[str]:
    """Names of the safeguards that hold an import."""
    return [it["name"] for it in result.report["safeguards"] if it["holds"]]


def test_absence_from_two_files_of_different_days_ends(feed: FeedHarness) -> None:
    """The user is reported at once, ended at the second time, and back when named again."""
    feed.send(write_csv(ONE, TWO, THREE), "2026-11-01")
    first = feed.send(write_csv(ONE, TWO), "2026-11-02")
    assert [(it.code, it.key, it.value) for it in first.findings] == [
        ("absent", "FR01/3", "2026-11-01")
    ]
    assert (first.counts["absent"], first.counts["leavers"]) == (1, 0)
    same_day = feed.send(write_csv(TWO, ONE), "2026-11-02")
    assert (same_day.counts["absent"], same_day.counts["leavers"]) == (0, 0)
    assert [it.code for it in same_day.findings] == ["absent"]
    second = feed.send(write_csv(ONE, make_row("2", lastName="Durand")), "2026-11-03")
    assert second.counts["leavers"] == 1
    gone = feed.users()["FR01/3"]
    assert (gone.values["dtContractEnd"], gone.ended_by) == ("2026-11-01", "absence")
    back = feed.send(write_csv(ONE, TWO, THREE), "2026-11-04")
    assert back.counts["rehires"] == 1
    assert "dtContractEnd" not in feed.users()["FR01/3"].values


def test_being_present_again_clears_an_absence(feed: FeedHarness) -> None:
    """Two absences count only if they follow one another, whatever the row says otherwise."""
    everybody, without = write_csv(ONE, *TEAM[2:]), write_csv(*TEAM[2:])
    bad = write_csv(make_row("1", mail="bad"), *TEAM[2:])
    for day, content in enumerate([everybody, without, bad, without], 1):
        feed.send(content, f"2026-11-{day:02}")
    user = feed.users()["FR01/1"]
    assert "dtContractEnd" not in user.values
    assert user.absence is not None
    assert user.absence.since == "2026-11-04"


def test_the_same_bytes_of_a_later_day_count_for_absence(feed: FeedHarness) -> None:
    """A quiet firm sends the same file every day; who is missing from it leaves all the same."""
    feed.send(write_csv(ONE, TWO), "2026-11-01")
    feed.send(write_csv(ONE), "2026-11-02")
    result = feed.send(write_csv(ONE), "2026-11-03")
    assert result.state is State.APPLIED
    assert result.counts["leavers"] == 1
    again = feed.send(write_csv(ONE), "2026-11-04")
    assert again.state is State.DUPLICATE
    assert again.counts["leavers"] == 0


def test_the_same_bytes_change_nothing_by_themselves(feed: FeedHarness) -> None:
    """What another feed changed in between is not turned back by a repeated file."""
    content = write_csv(ONE, TWO)
    feed.send(content, "2026-11-01")
    other = write_csv(make_row("1", lastName="Durand"))
    feed.send(other, "2026-11-01", mode="delta", folder="/hr/changes")
    assert feed.send(content, "2026-11-02").state is State.DUPLICATE
    assert feed.users()["FR01/1"].values["lastName"] == "Durand"


def test_a_duplicate_counts_as_the_last_day_of_presence(feed: FeedHarness) -> None:
    """Whoever was in a repeated file was present on its day."""
    feed.send(write_csv(ONE, TWO), "2026-11-01")
    assert feed.send(write_csv(ONE, TWO), "2026-11-05").state is State.DUPLICATE
    feed.send(write_csv(ONE), "2026-11-06")
    absence = feed.users()["FR01/2"].absence
    assert absence is not None
    assert absence.last_present == "2026-11-05"


@pytest.mark.parametrize("day", ["2026-11-02", "2026-11-03"])
def test_a_row_that_names_nobody_switches_absence_off(feed: FeedHarness, day: str) -> None:
    """If one row cannot be attributed, the missing user may be the one it is about."""
    feed.send(write_csv(ONE, TWO, *TEAM[3:]), "2026-11-01")
    result = feed.send(write_csv(ONE, make_row(""), *TEAM[3:]), day)
    assert {it.code for it in result.findings} == {"absence-off", "key-error"}
    assert feed.users()["FR01/2"].absence is None


def test_only_users_of_the_feed_can_be_missing(feed: FeedHarness) -> None:
    """Another folder's users are not in this file, and need not be."""
    feed.send(write_csv(ONE), folder="/hr/managers")
    for day in ("2026-11-01", "2026-11-02", "2026-11-03"):
        feed.send(write_csv(TWO, make_row("3", lastName=day)), day)
    assert feed.users()["FR01/1"].absence is None


def test_a_legal_entity_that_is_missing_holds(feed: FeedHarness) -> None:
    """Its users do not leave; somebody has to look."""
    south = [make_row(str(number), legalEntity="FR02") for number in range(3)]
    feed.send(write_csv(*TEAM, *south), "2026-11-01")
    result = feed.send(write_csv(*TEAM), "2026-11-02")
    assert result.state is State.HELD
    assert "entities" in holding(result)
    assert result.counts["absent"] == 0


def test_a_column_for_legal_entities_may_come_later(tmp_path: Path, mapping: Mapping) -> None:
    """Users of whom no legal entity was known are not taken for one that is missing."""
    feed = FeedHarness(tmp_path, mapping.model_copy(update={"key": ("employeeNumber",)}))
    plain = feed.mapping.columns | {"legalEntity": Column()}
    feed.mapping = feed.mapping.model_copy(update={"columns": plain})
    columns = tuple(name for name in ONE if name != "legalEntity")
    feed.send(write_csv(*TEAM, columns=columns), "2026-11-01")
    result = feed.send(write_csv(*TEAM[:-1]), "2026-11-02")
    assert result.state is State.APPLIED
    assert result.counts["updates"] == 11
    feed.send(write_csv(*TEAM[:-1], columns=columns), "2026-11-03")
    feed.send(write_csv(*TEAM[1:-1], columns=columns), "2026-11-04")
    absence = feed.users()["0"].absence
    assert absence is not None
    assert absence.last_present == "2026-11-03"


def test_future_starters_cannot_be_missing(feed: FeedHarness) -> None:
    """Somebody who has not started yet may come and go in the file."""
    feed.send(write_csv(ONE, make_row("2", dtContractStart="01/12/2026")), "2026-11-01")
    feed.send(write_csv(ONE), "2026-11-02")
    assert feed.users()["FR01/2"].absence is None


def test_a_firm_of_twelve_that_loses_six_is_held(feed: FeedHarness) -> None:
    """Half a small firm does not vanish without somebody having looked."""
    feed.send(write_csv(*TEAM), "2026-11-01")
    result = feed.send(write_csv(*TEAM[:6]), "2026-11-02")
    assert result.state is State.HELD
    assert holding(result) == ["leavers", "small-firm", "row-count"]
    assert all(user.absence is None for user in feed.users().values())


def with_absence(tmp_path: Path, mapping: Mapping, **changes: object) -> FeedHarness:
    """A feed whose mapping says something else of absence, with a file of the team."""
    feed = FeedHarness(tmp_path, mapping.model_copy(update=changes))
    feed.send(write_csv(*TEAM), "2026-11-01")
    return feed


def test_absence_may_count_at_once(tmp_path: Path, mapping: Mapping) -> None:
    """The contract ends on the last day on which the user was present."""
    feed = with_absence(tmp_path, mapping, absence="immediate")
    result = feed.send(write_csv(*TEAM[1:]), "2026-11-02")
    assert result.counts["leavers"] == 1
    gone = feed.users()["FR01/0"]
    assert (gone.values["dtContractEnd"], gone.ended_by) == ("2026-11-01", "absence")
    assert feed.send(write_csv(*TEAM), "2026-11-03").counts["rehires"] == 1


def test_absence_at_once_is_guarded_on_the_same_day(tmp_path: Path, mapping: Mapping) -> None:
    """Whoever was present in the morning leaves tomorrow, and counts today."""
    feed = with_absence(tmp_path, mapping, absence="immediate")
    result = feed.send(write_csv(*TEAM[6:]), "2026-11-01")
    assert holding(result) == ["leavers", "small-firm", "row-count"]


def test_absence_may_be_reported_only(tmp_path: Path, mapping: Mapping) -> None:
    """It is told each time, and nobody is ever ended for it, or a file held for few of them."""
    feed = with_absence(tmp_path, mapping, absence="report")
    for day in ("2026-11-02", "2026-11-03", "2026-11-04"):
        result = feed.send(write_csv(*TEAM[2:]), day)
        told = [(it.code, it.key, it.value) for it in result.findings]
        assert told[0][:2] == ("missing-user", "FR01/0")
        assert (len(told), result.counts["absent"], holding(result)) == (2, 0, [])
    assert all("dtContractEnd" not in user.values for user in feed.users().values())


def test_absence_may_be_ignored(tmp_path: Path, mapping: Mapping) -> None:
    """Not a word is said of it."""
    feed = with_absence(tmp_path, mapping, absence="ignore")
    for day in ("2026-11-02", "2026-11-03"):
        assert feed.send(write_csv(*TEAM[2:], {**ONE, "employeeNumber": ""}), day).findings != ()
        assert "absence-off" not in {
            it.code for it in feed.send(write_csv(*TEAM[2:]), day).findings
        }
    assert all(user.absence is None for user in feed.users().values())


def test_some_are_exempt_from_absence(tmp_path: Path, mapping: Mapping) -> None:
    """Administrators and the like, who are in no payroll file, are named in the mapping."""
    feed = with_absence(tmp_path, mapping, exempt=("FR01/0", "FR01/77"))
    for day in ("2026-11-02", "2026-11-03"):
        result = feed.send(write_csv(*TEAM[2:]), day)
    assert result.counts["leavers"] == 1
    assert feed.users()["FR01/0"].values.get("dtContractEnd") is None
    assert feed.users()["FR01/1"].ended_by == "absence"


def test_absences_of_several_days_are_counted_together(tmp_path: Path, mapping: Mapping) -> None:
    """Until somebody has approved one of the files; a file in which nobody leaves is never held."""
    people = [make_row(str(number)) for number in range(100)]
    feed = FeedHarness(tmp_path, mapping)
    feed.send(write_csv(*people), "2026-11-01")
    for day, lost in (("2026-11-02", 3), ("2026-11-03", 3)):
        assert holding(feed.send(write_csv(*people[lost:]), day)) == []
    request = feed.request(write_csv(*people[6:]), "2026-11-04")
    assert holding(run_import(request, feed.directory)) == ["leavers"]
    assert holding(feed.send(write_csv(*people[3:]), "2026-11-05")) == []
    request = feed.request(write_csv(*people[6:]), "2026-11-06")
    assert holding(run_import(request, feed.directory)) == ["leavers"]
    approve(request, feed.directory, "Léa")
    assert holding(feed.send(write_csv(*people[7:]), "2026-11-07")) == []


def test_absences_of_long_ago_are_forgotten(feed: FeedHarness) -> None:
    """A firm changes in the course of months."""
    people = [make_row(str(number)) for number in range(100)]
    feed.send(write_csv(*people), "2026-11-01")
    for day in ("2026-11-02", "2026-11-03"):
        feed.send(write_csv(*people[4:]), day)
    assert holding(feed.send(write_csv(*people[6:]), "2026-12-03")) == ["leavers"]
    assert holding(feed.send(write_csv(*people[6:]), "2026-12-04")) == []
