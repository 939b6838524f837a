"""Approving, rejecting and undoing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wharfinger.hooks.engine import (
    IllegalState,
    ImportNotFound,
    ImportRequest,
    PlanChanged,
    State,
    approve,
    get_import,
    get_user,
    reject,
    run_import,
    undo,
)
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

ONE, TWO, THREE = (make_row(number) for number in ("1", "2", "3"))
LATER = datetime(2026, 11, 5, 8, 0, tzinfo=UTC)


@pytest.fixture
def held(feed: FeedHarness) -> ImportRequest:
    """A first file that waits for approval."""
    request = feed.request(write_csv(ONE, make_row("2", manager="1")), first_import="hold")
    assert run_import(request, feed.directory).state is State.HELD
    return request


def test_an_approved_import_is_applied(feed: FeedHarness, held: ImportRequest) -> None:
    """It does what it was held for, and who approved it is on record."""
    result = approve(held, feed.directory, "Léa", clock=lambda: LATER)
    assert result.state is State.APPLIED
    assert feed.users().keys() == {"FR01/1", "FR01/2"}
    assert result.report["decision"] == {"by": "Léa", "at": LATER.isoformat()}
    record = get_import(feed.directory, held.import_id)
    assert (record.decided_by, record.decided_at) == ("Léa", LATER.isoformat())
    assert record.state is State.APPLIED


def test_an_approved_import_has_the_day_of_its_file(feed: FeedHarness) -> None:
    """However late somebody approves it, it means what it meant when it came."""
    feed.send(write_csv(ONE, TWO, THREE), "2026-11-01")
    rows = [make_row(str(number), legalEntity="FR02") for number in range(11)]
    request = feed.request(write_csv(ONE, TWO, *rows), "2026-11-02")
    assert run_import(request, feed.directory).state is State.HELD
    approve(request, feed.directory, "Léa", clock=lambda: LATER)
    absence = feed.users()["FR01/3"].absence
    assert absence is not None
    assert absence.since == "2026-11-02"


def test_an_approval_binds_the_plan(feed: FeedHarness, held: ImportRequest) -> None:
    """If the directory moved meanwhile, nothing is applied, and the new plan is held."""
    feed.send(write_csv(ONE), mode="delta", folder="/hr/changes")
    with pytest.raises(PlanChanged) as caught:
        approve(held, feed.directory, "Léa")
    result = caught.value.result
    assert result.state is State.HELD
    assert result.counts["creates"] == 1
    assert feed.users().keys() == {"FR01/1"}
    record = get_import(feed.directory, held.import_id)
    assert record.plan_hash == result.plan_hash
    assert record.decided_by is None
    assert approve(held, feed.directory, "Léa").state is State.APPLIED


def test_an_approval_binds_who_is_missing(feed: FeedHarness) -> None:
    """Two files that change nobody, and lack different people, are different plans."""
    rows = [make_row(str(number)) for number in range(12)]
    feed.send(write_csv(*rows))
    one, other = (feed.plan(write_csv(*part), "2026-11-03") for part in (rows[1:], rows[:-1]))
    assert one.counts["absent"] == other.counts["absent"] == 1
    assert one.report["changes"] == other.report["changes"] == []
    assert one.plan_hash != other.plan_hash


def test_an_approval_may_name_the_plan(feed: FeedHarness, held: ImportRequest) -> None:
    """By the first digits of its hash; one that was not looked at is not applied."""
    plan_hash = get_import(feed.directory, held.import_id).plan_hash
    with pytest.raises(PlanChanged) as caught:
        approve(held, feed.directory, "Léa", plan="0123abcd")
    assert caught.value.result.plan_hash == plan_hash
    assert feed.users() == {}
    result = approve(held, feed.directory, "Léa", plan=plan_hash[:12].upper())
    assert result.state is State.APPLIED


def test_an_approval_of_a_file_that_can_no_longer_be_read(
    feed: FeedHarness, held: ImportRequest
) -> None:
    """If the mapping was changed so that the file does not fit, it is rejected."""
    pinned = held.mapping.model_copy(update={"separator": ","})
    request = feed.request("", mapping=pinned, import_id=held.import_id, file=held.file)
    result = approve(request, feed.directory, "Léa")
    assert result.state is State.REJECTED
    assert feed.users() == {}


def test_an_import_is_approved_once(feed: FeedHarness, held: ImportRequest) -> None:
    """A second approval is refused, and what was applied stays on record as it was."""
    approve(held, feed.directory, "Léa")
    before = get_import(feed.directory, held.import_id)
    with pytest.raises(IllegalState, match="applied"):
        approve(held, feed.directory, "Zoé")
    assert get_import(feed.directory, held.import_id) == before


def test_a_rejected_import_stays_rejected(feed: FeedHarness, held: ImportRequest) -> None:
    """It changes nothing, and cannot be approved any more."""
    result = reject(feed.directory, held.import_id, "Léa", clock=lambda: LATER)
    assert result.state is State.REJECTED
    assert result.report["decision"]["by"] == "Léa"
    assert "by hand" in result.report["summary"]
    with pytest.raises(IllegalState, match="rejected"):
        approve(held, feed.directory, "Léa")
    assert run_import(held, feed.directory).state is State.REJECTED
    assert feed.users() == {}


def test_what_does_not_exist_cannot_be_decided(feed: FeedHarness, held: ImportRequest) -> None:
    """An id that nobody knows is an error in words."""
    nobody = feed.request(write_csv(ONE))
    with pytest.raises(ImportNotFound, match=nobody.import_id):
        approve(nobody, feed.directory, "Léa")
    for decide in (reject, undo):
        with pytest.raises(ImportNotFound):
            decide(feed.directory, nobody.import_id, "Léa")
    with pytest.raises(IllegalState):
        undo(feed.directory, held.import_id, "Léa")


def test_an_undone_import_leaves_users_as_they_were(feed: FeedHarness) -> None:
    """Created users go, changed ones are byte for byte what they were, absences are forgotten."""
    feed.send(write_csv(ONE, TWO, THREE), "2026-11-01")
    before = {key: user.canonical() for key, user in feed.users().items()}
    changed = make_row("1", lastName="Durand", manager="4")
    result = feed.send(write_csv(changed, TWO, make_row("4")), "2026-11-02")
    assert result.state is State.APPLIED
    assert feed.users()["FR01/3"].absence is not None
    undone = undo(feed.directory, result.import_id, "Léa", clock=lambda: LATER)
    assert undone.state is State.UNDONE
    assert {key: user.canonical() for key, user in feed.users().items()} == before
    assert undone.report["undo"]["findings"] == []
    assert [it["key"] for it in undone.report["undo"]["changes"]] == ["FR01/1", "FR01/3", "FR01/4"]
    assert undone.report["state"] == "undone"
    with pytest.raises(IllegalState):
        undo(feed.directory, result.import_id, "Léa")


def test_undoing_is_part_of_the_history(feed: FeedHarness) -> None:
    """What an import did and that it was undone can both be seen at the user."""
    feed.send(write_csv(ONE, TWO), "2026-11-01")
    feed.send(write_csv(make_row("1", lastName="Durand"), TWO), "2026-11-02")
    undo(feed.directory, "import-2", "Léa", clock=lambda: LATER)
    history = get_user(feed.directory, "FR01/1", "2026-11-02").history
    assert [(it.import_id, it.change.kind) for it in history] == [
        ("import-1", "create"),
        ("import-2", "update"),
        ("import-2", "undo"),
    ]
    assert history[-1].change.after == history[0].change.after
    assert history[-1].at == LATER.isoformat()


def test_the_next_file_after_an_undone_one_is_applied_afresh(feed: FeedHarness) -> None:
    """No digest of the undone import hides a row from the next one."""
    changed = write_csv(make_row("1", lastName="Durand"), TWO)
    feed.send(write_csv(ONE, TWO), "2026-11-01")
    feed.send(changed, "2026-11-02")
    undo(feed.directory, "import-2", "Léa")
    result = feed.send(changed, "2026-11-03")
    assert result.counts["updates"] == 1
    assert feed.users()["FR01/1"].values["lastName"] == "Durand"


def test_what_came_after_is_kept(feed: FeedHarness) -> None:
    """Undoing an older import leaves what newer ones said, and says so."""
    feed.send(write_csv(ONE, TWO), "2026-11-01")
    feed.send(write_csv(make_row("1", lastName="B", firstName="B"), TWO), "2026-11-02")
    feed.send(write_csv(make_row("1", lastName="C", firstName="B"), TWO), "2026-11-03")
    undone = undo(feed.directory, "import-2", "Léa")
    assert [it["column"] for it in undone.report["undo"]["findings"]] == ["lastName"]
    values = feed.users()["FR01/1"].values
    assert (values["lastName"], values["firstName"]) == ("C", "Léa")
