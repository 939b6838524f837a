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
    get_user,
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


def test_the_last_applied_file_again_under_another_mapping(feed: FeedHarness) -> None:
    """Whoever has mended the mapping sends the file again to have its rows applied."""
    content = write_csv(make_row("1", department="Paie"))
    columns = {**feed.mapping.columns, "department": Column(values={"RH": "Personnel"})}
    feed.mapping = feed.mapping.model_copy(update={"columns": columns})
    assert feed.send(content).counts["errors"] == 1
    columns["department"] = Column(values={"RH": "Personnel", "Paie": "Personnel"})
    feed.mapping = feed.mapping.model_copy(update={"columns": columns})
    assert feed.send(content).state is State.APPLIED
    assert feed.users()["FR01/1"].values["department"] == "Personnel"
    assert feed.send(content).state is State.DUPLICATE


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


def test_a_new_contract_in_a_delta_takes_back_the_end(feed: FeedHarness) -> None:
    """Whoever left and starts anew is back, though the cell of the end says nothing."""
    feed.send(write_csv(*TEAM), "2026-11-01")
    gone = {**TEAM[0], "dtContractEnd": "01/11/2026"}
    feed.send(write_csv(gone, *TEAM[1:]), "2026-11-02")
    silent = feed.send(write_csv(TEAM[0]), "2026-11-03", mode="delta")
    assert silent.report["changes"] == []
    back = {**TEAM[0], "dtContractStart": "01/12/2026"}
    result = feed.send(write_csv(back), "2026-11-04", mode="delta")
    assert result.counts["rehires"] == 1
    assert "dtContractEnd" not in feed.users()["FR01/0"].values
    assert [it.change.kind for it in get_user(feed.directory, "FR01/0", "").history] == [
        "create",
        "leaver",
        "rehire",
    ]


def test_a_full_file_is_compared_with_the_full_one_before(feed: FeedHarness) -> None:
    """A delta in between is short by nature."""
    feed.send(write_csv(*TEAM), "2026-11-01")
    feed.send(write_csv({**TEAM[0], "department": "Paie"}), "2026-11-02", mode="delta")
    assert feed.send(write_csv(*TEAM), "2026-11-03").state is State.APPLIED
    feed.send(write_csv({**TEAM[0], "department": "Paie"}), "2026-11-04", mode="delta")
    assert "row-count" in holding(feed.send(write_csv(*TEAM[:6]), "2026-11-05"))
