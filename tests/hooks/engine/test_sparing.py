"""Leavers who wait while the rest of their file is applied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wharfinger.hooks.engine import (
    ImportRequest,
    ImportResult,
    Mapping,
    PlanChanged,
    State,
    approve,
    get_import,
    reject,
    run_import,
    undo,
)
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

TEAM = [make_row(str(number), firstName=f"Z{number}") for number in range(10)]
GONE = [{**row, "dtContractEnd": "31/10/2026"} for row in TEAM[:6]]
NEW = make_row("10", firstName="Luc", dtContractStart="02/11/2026")
FILE = write_csv(*GONE, {**TEAM[6], "department": "Paie"}, *TEAM[7:], NEW)


@pytest.fixture
def feed(tmp_path: Path, mapping: Mapping) -> FeedHarness:
    """A feed of which only leavers are held, with a team of ten."""
    feed = FeedHarness(tmp_path, mapping.model_copy(update={"hold": "leavers"}))
    feed.send(write_csv(*TEAM), "2026-11-01")
    return feed


def leavers_of(request: ImportRequest) -> ImportRequest:
    """The request for those who wait."""
    return replace(request, import_id=f"{request.import_id}.leavers")


def ended(feed: FeedHarness) -> list[str]:
    """Keys of those who have an end of contract."""
    return sorted(key for key, user in feed.users().items() if "dtContractEnd" in user.values)


def kinds(result: ImportResult) -> list[str]:
    """What a report says is changed."""
    return [it["kind"] for it in result.report["changes"]]


def test_the_rest_is_applied_and_the_leavers_wait(feed: FeedHarness) -> None:
    """Whoever stays is brought up to date, and an import of its own waits for a decision."""
    result = feed.send(FILE, "2026-11-02")
    assert result.state is State.APPLIED_WITH_WARNINGS
    assert kinds(result) == ["create", "update"]
    assert result.counts["leavers"] == 0
    (finding,) = result.findings
    assert (finding.code, finding.value) == ("leavers-held", "6")
    assert ended(feed) == []
    waiting = get_import(feed.directory, f"{result.import_id}.leavers")
    assert waiting.state is State.HELD
    assert [it["kind"] for it in waiting.report["changes"]] == ["leaver"] * 6
    assert "6 of 11 active users would leave" in str(waiting.report["summary"])


def test_the_leavers_are_approved(feed: FeedHarness) -> None:
    """Exactly those who were shown leave."""
    request = feed.request(FILE, "2026-11-02")
    run_import(request, feed.directory)
    waiting = leavers_of(request)
    shown = get_import(feed.directory, waiting.import_id).plan_hash
    result = approve(waiting, feed.directory, "Léa")
    assert (result.state, result.plan_hash) == (State.APPLIED, shown)
    assert ended(feed) == [f"FR01/{number}" for number in range(6)]
    assert feed.send(FILE, "2026-11-02").state is State.DUPLICATE


def test_the_leavers_are_rejected(feed: FeedHarness) -> None:
    """They stay, and are asked for again when the file comes again."""
    result = feed.send(FILE, "2026-11-02")
    reject(feed.directory, f"{result.import_id}.leavers", "Léa")
    for day in ("2026-11-02", "2026-11-03"):
        again = feed.send(FILE, day)
        assert kinds(again) == []
        assert [it.code for it in again.findings] == ["leavers-held"]
        assert get_import(feed.directory, f"{again.import_id}.leavers").state is State.HELD
    assert ended(feed) == []


def test_a_newer_file_supersedes_the_leavers(feed: FeedHarness) -> None:
    """What waited is no longer what the client says."""
    result = feed.send(FILE, "2026-11-02")
    assert feed.send(write_csv(*TEAM, NEW), "2026-11-03").state is State.APPLIED
    waiting = get_import(feed.directory, f"{result.import_id}.leavers")
    assert waiting.state is State.SUPERSEDED
    assert ended(feed) == []


def test_an_approval_is_of_what_was_shown(feed: FeedHarness) -> None:
    """If the directory moved, the leavers are shown again."""
    request = feed.request(FILE, "2026-11-02")
    result = run_import(request, feed.directory)
    undo(feed.directory, result.import_id, "Léa")
    with pytest.raises(PlanChanged):
        approve(leavers_of(request), feed.directory, "Léa")
    assert ended(feed) == []


def test_leavers_by_absence_wait_as_well(feed: FeedHarness) -> None:
    """From the day on which they would be ended; until then they are only missing."""
    first = feed.send(write_csv(*TEAM[6:], NEW), "2026-11-02")
    assert (first.state, kinds(first)) == (State.APPLIED, ["create"])
    second = feed.send(write_csv(*TEAM[6:], NEW, make_row("11")), "2026-11-03")
    assert (second.state, kinds(second)) == (State.APPLIED_WITH_WARNINGS, ["create"])
    assert ended(feed) == []
    request = feed.request(write_csv(*TEAM[6:], NEW, make_row("11")), "2026-11-04")
    run_import(request, feed.directory)
    approve(leavers_of(request), feed.directory, "Léa")
    assert len(ended(feed)) == 6


def test_whatever_else_holds_a_plan_holds_all_of_it(feed: FeedHarness) -> None:
    """Also the leavers' rules together with another one."""
    new = [{**row, "employeeNumber": f"Z{row['employeeNumber']}"} for row in TEAM]
    assert feed.send(write_csv(*new), "2026-11-02").state is State.HELD


def test_a_dry_run_says_the_same(feed: FeedHarness) -> None:
    """And holds nothing."""
    result = feed.plan(FILE, "2026-11-02")
    assert (result.state, kinds(result)) == (State.APPLIED_WITH_WARNINGS, ["create", "update"])
    assert all("Luc" not in user.values["firstName"] for user in feed.users().values())


def test_few_leavers_just_leave(feed: FeedHarness) -> None:
    """Nobody is asked where no rule objects."""
    assert feed.send(write_csv(GONE[0], *TEAM[1:]), "2026-11-02").state is State.APPLIED
    assert ended(feed) == ["FR01/0"]


def test_a_delta_does_not_wait_for_leavers(feed: FeedHarness) -> None:
    """What it builds on is applied already."""
    feed.send(FILE, "2026-11-02")
    moved = {**NEW, "department": "Paie"}
    assert feed.send(write_csv(moved), "2026-11-02", mode="delta").state is State.APPLIED
