"""Imports from beginning to end."""

from __future__ import annotations

import pickle
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wharfinger.hooks.engine import (
    DirectoryBusy,
    ImportResult,
    Mapping,
    State,
    approve,
    get_import,
    list_imports,
    plan_import,
    run_import,
    undo,
)
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

ONE, TWO, THREE = (make_row(number) for number in ("1", "2", "3"))
TEAM = [make_row(str(number)) for number in range(12)]


def holding(result: ImportResult) -> list[str]:
    """Names of the safeguards that hold an import."""
    return [it["name"] for it in result.report["safeguards"] if it["holds"]]


def test_the_first_file_of_a_folder_is_held(feed: FeedHarness) -> None:
    """Nothing is written until somebody approves it."""
    result = feed.send(write_csv(ONE, TWO), first_import="hold")
    assert result.state is State.HELD
    assert holding(result) == ["first-import"]
    assert result.counts["creates"] == 2
    assert feed.users() == {}


def test_a_file_becomes_users(feed: FeedHarness) -> None:
    """A folder that says so has its first file applied, and every row becomes a user."""
    result = feed.send(write_csv(ONE, TWO))
    assert result.state is State.APPLIED
    assert result.findings == ()
    assert feed.users()["FR01/1"].values == {
        "legalEntity": "FR01",
        "employeeNumber": "1",
        "lastName": "Dupont 1",
        "firstName": "Léa",
        "mail": "lea.1@acme.example",
        "dtContractStart": "2020-02-01",
    }


def test_warnings_show_in_the_state(feed: FeedHarness) -> None:
    """A file with a bad row is applied without it, and its state says that there is something."""
    result = feed.send(write_csv(ONE, make_row("2", mail="bad"), *TEAM[3:]))
    assert result.state is State.APPLIED_WITH_WARNINGS
    assert "FR01/2" not in feed.users()


def test_remarks_do_not_show_in_the_state(feed: FeedHarness) -> None:
    """A column that is not read is no trouble."""
    assert feed.send(write_csv(make_row("1", note="x"))).state is State.APPLIED


def test_a_refused_file_changes_nothing(feed: FeedHarness) -> None:
    """A header alone is refused, and nobody is missing because of it."""
    feed.send(write_csv(ONE, TWO), "2026-11-01")
    before = feed.users()
    for day, content in (("2026-11-02", write_csv(ONE).splitlines()[0]), ("2026-11-03", "")):
        result = feed.send(content, day)
        assert result.state is State.REJECTED
        assert result.plan_hash == ""
        assert result.counts["rows"] == 0
    assert feed.users() == before


def test_a_pinned_encoding_that_does_not_fit_is_refused(feed: FeedHarness) -> None:
    """The mapping's word counts, and a file that breaks it is not repaired."""
    feed.mapping = feed.mapping.model_copy(update={"encoding": "utf-8"})
    result = feed.send(write_csv(ONE).encode("cp1252"))
    assert result.state is State.REJECTED
    assert [it.code for it in result.findings] == ["encoding-error"]
    assert "utf-8" in result.report["summary"]


def test_an_import_is_done_once(feed: FeedHarness) -> None:
    """The same request again gives the recorded result, and does nothing."""
    request = feed.request(write_csv(ONE))
    first = run_import(request, feed.directory)
    request.file.unlink()
    again = run_import(request, feed.directory)
    assert again.state is State.APPLIED
    assert again.report == first.report
    assert again.counts == first.counts
    assert again.findings == first.findings


def test_a_superseded_file_is_not_read(feed: FeedHarness) -> None:
    """A newer file waits already, so this one is only recorded."""
    request = feed.request("", superseded_by="upload-2")
    request.file.unlink()
    result = run_import(request, feed.directory)
    assert result.state is State.SUPERSEDED
    assert get_import(feed.directory, request.import_id).state is State.SUPERSEDED


def test_the_last_applied_file_again_on_the_same_day(feed: FeedHarness) -> None:
    """It is a duplicate, and not even opened."""
    content = write_csv(ONE)
    feed.send(content)
    request = feed.request(content)
    request.file.unlink()
    result = run_import(request, feed.directory)
    assert result.state is State.DUPLICATE
    assert result.report["file"]["rows"] == 1


def test_an_older_file_again_is_no_duplicate(feed: FeedHarness) -> None:
    """Going back to what was sent before is a change like any other."""
    old, new = write_csv(ONE), write_csv(make_row("1", lastName="Durand"))
    for content in (old, new, old):
        assert feed.send(content).state is State.APPLIED
    assert feed.users()["FR01/1"].values["lastName"] == "Dupont 1"


def test_an_undone_file_can_be_sent_again(feed: FeedHarness) -> None:
    """Undoing makes the file before it the last applied one."""
    content = write_csv(ONE)
    feed.send(content)
    assert feed.send(content).state is State.DUPLICATE
    undo(feed.directory, "import-1", "Léa")
    assert feed.send(content).state is State.APPLIED


def test_a_delta_again_is_a_duplicate_on_any_day(feed: FeedHarness) -> None:
    """A delta says nothing about who is missing, so there is nothing to read in it again."""
    content = write_csv(ONE)
    feed.send(content, mode="delta")
    request = feed.request(content, "2026-12-24", mode="delta")
    request.file.unlink()
    assert run_import(request, feed.directory).state is State.DUPLICATE


def test_days_are_those_of_the_client(feed: FeedHarness) -> None:
    """A file of 23:30 UTC belongs to the next day in Paris."""
    late = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
    row = make_row("1", dtContractEnd="01/11/2026")
    feed.send(write_csv(row), received_at=datetime(2026, 11, 1, 20, 0, tzinfo=UTC))
    result = feed.send(write_csv(make_row("1", dtContractEnd="01/11/2026"), TWO), received_at=late)
    assert result.report["times"]["day"] == "2026-11-02"


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
    assert holding(result) == ["leavers", "row-count"]
    assert all(user.absence is None for user in feed.users().values())


def test_a_newer_full_file_supersedes_a_held_one(feed: FeedHarness) -> None:
    """Only the newest file can still be approved; a refused one supersedes nothing."""
    feed.send(write_csv(*TEAM), "2026-11-01")
    held = feed.request(write_csv(*TEAM[:6]), "2026-11-02")
    assert run_import(held, feed.directory).state is State.HELD
    feed.send("", "2026-11-03")
    assert get_import(feed.directory, held.import_id).state is State.HELD
    feed.send(write_csv(*TEAM, make_row("99")), "2026-11-03")
    record = get_import(feed.directory, held.import_id)
    assert record.state is State.SUPERSEDED
    assert record.report["state"] == "superseded"


def test_leavers_and_returns_by_date(feed: FeedHarness) -> None:
    """An end in the past ends, one to come is an update, and an empty one brings back."""
    ended = make_row("2", dtContractEnd="01/11/2026")
    coming = make_row("3", dtContractEnd="31/12/2026")
    feed.send(write_csv(ONE, TWO, THREE), "2026-11-02")
    result = feed.send(write_csv(ONE, ended, coming), "2026-11-02")
    assert (result.counts["leavers"], result.counts["updates"]) == (1, 1)
    result = feed.send(write_csv(ONE, TWO, THREE), "2026-11-03")
    assert (result.counts["rehires"], result.counts["updates"]) == (1, 1)


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
    assert [it.code for it in again.findings] == ["manager-not-found"]
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


def test_a_delta_names_only_those_who_changed(feed: FeedHarness) -> None:
    """Nobody is missing from it, and an empty end of contract keeps the end."""
    ended = make_row("1", dtContractEnd="31/12/2026")
    feed.send(write_csv(ended, TWO, THREE), "2026-11-01")
    for day in ("2026-11-02", "2026-11-03", "2026-11-04"):
        change = write_csv(make_row("1", lastName="Durand"), make_row("9", lastName=day))
        assert feed.send(change, day, mode="delta").state is State.APPLIED
    users = feed.users()
    assert users["FR01/1"].values["lastName"] == "Durand"
    assert users["FR01/1"].values["dtContractEnd"] == "2026-12-31"
    assert all(user.absence is None for user in users.values())


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
    assert result.findings == ()
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


def test_errors_and_warnings_are_counted_apart(feed: FeedHarness) -> None:
    """Errors are rows that were skipped, however much is wrong with them; remarks do not count."""
    rows = [make_row("1", manager="98"), make_row("2", manager="99"), *TEAM[4:]]
    bad = make_row("3", mail="bad", dtBirth="bad", note="x")
    counts = feed.send(write_csv(bad, *rows)).counts
    assert (counts["errors"], counts["warnings"], counts["rows"]) == (1, 2, 11)
    assert counts["unchanged"] == 0


def test_a_dry_run_is_the_import_without_its_last_step(feed: FeedHarness) -> None:
    """It says what would happen, and writes nothing, not even the directory."""
    planned = feed.plan(write_csv(ONE, make_row("2", mail="bad")))
    assert not feed.directory.exists()
    done = feed.send(write_csv(ONE, make_row("2", mail="bad")), first_import="hold")
    assert planned.state is done.state is State.HELD
    assert planned.plan_hash == done.plan_hash
    assert planned.findings == done.findings
    assert planned.corrected_csv == done.corrected_csv
    assert planned.report["dry_run"] is True
    assert feed.plan(write_csv(ONE)).state is State.APPLIED
    assert [it.id for it in list_imports(feed.directory)] == [done.import_id]
    assert feed.users() == {}


def test_a_dry_run_of_a_directory_that_was_never_finished(feed: FeedHarness) -> None:
    """An empty file in its place is a directory without users."""
    feed.directory.touch()
    assert feed.plan(write_csv(ONE)).counts["creates"] == 1
    assert feed.directory.stat().st_size == 0


def test_whatever_goes_wrong_is_raised_and_rolled_back(feed: FeedHarness) -> None:
    """A file that vanishes leaves no half import behind, and the import can be tried again."""
    feed.send(write_csv(ONE), "2026-11-01")
    request = feed.request(write_csv(ONE, TWO), "2026-11-02")
    content = request.file.read_bytes()
    request.file.unlink()
    with pytest.raises(FileNotFoundError):
        run_import(request, feed.directory)
    assert len(list_imports(feed.directory)) == 1
    request.file.write_bytes(content)
    assert run_import(request, feed.directory).state is State.APPLIED


def test_two_imports_never_interleave(feed: FeedHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one process imports, another one waits, and says so when it has waited too long."""
    feed.send(write_csv(ONE))
    monkeypatch.setattr("wharfinger.hooks.engine.sqlite.PATIENCE", 1)
    other = sqlite3.connect(feed.directory, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DirectoryBusy, match="Another import"):
            feed.send(write_csv(ONE, TWO), "2026-11-03")
        assert feed.plan(write_csv(ONE, TWO), "2026-11-03").counts["creates"] == 1
    finally:
        other.close()


def test_requests_and_results_cross_processes(feed: FeedHarness) -> None:
    """Both can be pickled, with everything in them."""
    request = feed.request(write_csv(ONE, make_row("2", mail="bad")))
    assert pickle.loads(pickle.dumps(request)) == request  # noqa: S301  # our own bytes
    result = run_import(request, feed.directory)
    assert pickle.loads(pickle.dumps(result)) == result  # noqa: S301  # our own bytes


def test_another_key(tmp_path: Path, mapping: Mapping) -> None:
    """A mapping may know users by their mail address, in any case."""
    by_mail = mapping.model_copy(update={"key": ("mail",)})
    feed = FeedHarness(tmp_path, by_mail)
    feed.send(write_csv(ONE), "2026-11-01")
    feed.send(write_csv(make_row("1", mail="LEA.1@acme.example", lastName="Durand")), "2026-11-02")
    (user,) = feed.users().values()
    assert (user.key, user.values["lastName"]) == ("lea.1@acme.example", "Durand")


def test_a_mapping_without_managers(tmp_path: Path) -> None:
    """Users need no managers, and keys need no legal entities."""
    columns = {"login": Column(), "lastName": Column()}
    feed = FeedHarness(tmp_path, Mapping(name="plain", key=("login",), columns=columns))
    feed.send("login;lastName\njean;Dupont\nzoe;Dû\n", "2026-11-01")
    result = feed.send("login;lastName\nJean;Durand\n", "2026-11-02")
    assert (result.counts["updates"], result.counts["absent"]) == (1, 1)
    assert feed.users()["jean"].values == {"login": "Jean", "lastName": "Durand"}


def test_a_mapping_that_changes_reads_everything_again(feed: FeedHarness) -> None:
    """The same cells may mean something else tomorrow."""
    row = make_row("1", department="RH")
    feed.send(write_csv(row), "2026-11-01")
    columns = {**feed.mapping.columns, "department": Column(values={"RH": "Ressources humaines"})}
    feed.mapping = feed.mapping.model_copy(update={"columns": columns})
    result = feed.send(write_csv(row, TWO), "2026-11-02")
    assert result.counts["updates"] == 1


def test_columns_in_another_order_change_nothing(feed: FeedHarness) -> None:
    """The order of the columns is the sender's affair."""
    feed.send(write_csv(ONE, TWO), "2026-11-01")
    turned = write_csv(ONE, TWO, columns=tuple(reversed(list(ONE))))
    result = feed.send(turned, "2026-11-02")
    assert result.counts["unchanged"] == 2
    assert result.report["changes"] == []


def test_timings_are_told_by_step(feed: FeedHarness) -> None:
    """Whoever wonders where the time went finds it in the result and in the report."""
    result = feed.send(write_csv(ONE))
    assert list(result.timings_ms) == ["read", "plan", "apply"]
    assert result.report["timings_ms"] == result.timings_ms
    assert plan_import(feed.request(write_csv(TWO)), feed.directory).timings_ms.keys() == {
        "read",
        "plan",
    }


def test_the_clock_is_the_callers(feed: FeedHarness) -> None:
    """The time of an import can be set from outside."""
    request = feed.request(write_csv(ONE))
    moment = datetime(2026, 11, 2, 22, 0, 1, tzinfo=UTC)
    result = run_import(request, feed.directory, clock=lambda: moment)
    assert result.report["times"]["finished"] == moment.isoformat()


def test_an_approved_first_file_is_followed_by_the_next(feed: FeedHarness) -> None:
    """Once the first file is approved, files are applied by themselves."""
    request = feed.request(write_csv(*TEAM), first_import="hold")
    run_import(request, feed.directory)
    approve(request, feed.directory, "Léa")
    result = feed.send(write_csv(*TEAM, make_row("99")), "2026-11-03", first_import="hold")
    assert result.state is State.APPLIED
