"""Undoing an import through the gates that it came in by."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wharfinger.hooks.engine import (
    Mapping,
    PlanChanged,
    State,
    UndoHeld,
    get_import,
    load_mapping,
    plan_undo,
    undo,
)
from wharfinger.hooks.engine.limits import LIMITS, Override
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

FIRM = [make_row(str(number)) for number in range(12)]
NOW = datetime(2026, 11, 2, 20, 0, tzinfo=UTC)


def without_safeguards() -> Mapping:
    """The mapping `users`, by which every plan is applied."""
    off = dict.fromkeys(LIMITS, Override(enabled=False))
    return load_mapping("users").model_copy(update={"safeguards": off})


def canonical(feed: FeedHarness) -> dict[str, str]:
    """Every record, byte for byte."""
    return {key: user.canonical() for key, user in feed.users().items()}


def test_an_undoing_that_removes_many_has_to_be_confirmed(feed: FeedHarness) -> None:
    """Nothing is written; the error says why, and the exact command that confirms it."""
    feed.send(write_csv(*FIRM))
    before = canonical(feed)
    with pytest.raises(UndoHeld, match="12 of 12 active users would be removed") as caught:
        undo(feed.directory, "import-1", "Léa", clock=lambda: NOW)
    told = caught.value.result.report["undo"]
    assert f"wharfinger import undo import-1 --plan {told['plan_hash'][:12]}" in caught.value.hint
    assert told["counts"] == {"leavers": 12, "rehires": 0, "updates": 0}
    assert canonical(feed) == before
    assert get_import(feed.directory, "import-1").state is State.APPLIED
    done = undo(feed.directory, "import-1", "Léa", plan=told["plan_hash"][:12], clock=lambda: NOW)
    assert done.state is State.UNDONE
    assert feed.users() == {}


def test_a_confirmation_binds_the_plan(feed: FeedHarness) -> None:
    """If the users have changed since somebody looked, nothing is undone."""
    feed.send(write_csv(*FIRM))
    looked = plan_undo(feed.directory, "import-1").report["undo"]["plan_hash"]
    feed.send(write_csv(make_row("0", lastName="Durand"), *FIRM[1:]))
    with pytest.raises(PlanChanged, match="something else") as caught:
        undo(feed.directory, "import-1", "Léa", plan=looked)
    assert caught.value.result.report["undo"]["plan_hash"] != looked
    assert len(feed.users()) == 12


def test_a_dry_run_writes_nothing(feed: FeedHarness) -> None:
    """It tells what would happen, and what would be left alone."""
    feed.send(write_csv(*FIRM))
    feed.send(write_csv(make_row("0", lastName="B", firstName="B"), *FIRM[1:]))
    feed.send(write_csv(make_row("0", lastName="C", firstName="B"), *FIRM[1:]))
    before = canonical(feed)
    result = plan_undo(feed.directory, "import-2", clock=lambda: NOW)
    (change,) = result.report["undo"]["changes"]
    assert change["fields"] == {"firstName": ["B", "Léa"]}
    assert [it.code for it in result.findings] == ["changed-since"]
    assert result.state is State.APPLIED
    assert canonical(feed) == before
    undone = undo(feed.directory, "import-2", "Léa", clock=lambda: NOW)
    assert undone.report["undo"] == result.report["undo"]


def test_who_comes_back_is_no_leaver(feed: FeedHarness) -> None:
    """Undoing a file that ended many people is what undoing is for."""
    feed.send(write_csv(*FIRM))
    ends = [make_row(str(number), dtContractEnd="31/10/2026") for number in range(2)]
    result = feed.send(write_csv(*ends, *FIRM[2:]))
    assert result.counts["leavers"] == 2
    told = undo(feed.directory, result.import_id, "Léa", clock=lambda: NOW).report["undo"]
    assert told["counts"] == {"leavers": 0, "rehires": 2, "updates": 0}


def test_many_changes_back_have_to_be_confirmed(feed: FeedHarness) -> None:
    """Also where nobody is removed or ended."""
    feed.mapping = without_safeguards()
    feed.send(write_csv(*FIRM))
    feed.send(write_csv(*({**row, "lastName": "X"} for row in FIRM)))
    with pytest.raises(UndoHeld, match="“lastName” would change back for 12 of 12"):
        undo(feed.directory, "import-2", "Léa", clock=lambda: NOW)


def test_the_same_file_is_imported_again_after_it_was_undone(feed: FeedHarness) -> None:
    """It is no duplicate, and no row of it is taken for unchanged."""
    feed.send(write_csv(*FIRM))
    content = write_csv(make_row("0", lastName="Durand"), *FIRM[1:], make_row("20"))
    feed.send(content)
    after = canonical(feed)
    undo(feed.directory, "import-2", "Léa")
    again = feed.send(content)
    assert again.state is State.APPLIED
    assert canonical(feed) == after


row = st.builds(
    lambda number, name, manager, end: make_row(
        str(number), lastName=name, manager=manager, dtContractEnd=end
    ),
    st.integers(0, 7),
    st.sampled_from(["A", "B"]),
    st.sampled_from(["", "0", "1", "2", "3", "9"]),
    st.sampled_from(["", "", "31/10/2026", "31/12/2026"]),
)
files = st.lists(row, min_size=1, max_size=8, unique_by=lambda it: it["employeeNumber"])


@settings(max_examples=60)
@given(st.lists(files, min_size=1, max_size=3), files)
def test_undoing_restores_every_record_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[list[dict[str, str]]],
    content: list[dict[str, str]],
) -> None:
    """Whoever was hired, changed, ended, missing, back, or given another manager."""
    feed = FeedHarness(tmp_path_factory.mktemp("undo"), without_safeguards())
    for day, rows in enumerate(before, 1):
        feed.send(write_csv(*rows), f"2026-11-{day:02}")
    records = canonical(feed)
    result = feed.send(write_csv(*content), "2026-11-09")
    if result.state is not State.DUPLICATE:
        told = plan_undo(feed.directory, result.import_id).report["undo"]
        undone = undo(feed.directory, result.import_id, "Léa", plan=told["plan_hash"])
        assert undone.findings == ()
        assert canonical(feed) == records
