"""Deltas behind a file that is held, and what a newer full file makes needless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from wharfinger.hooks.engine import (
    ImportRequest,
    ImportResult,
    OutOfOrder,
    PlanChanged,
    State,
    approve,
    expire,
    get_import,
    next_in_line,
    reject,
    resume,
    run_import,
)
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

FIRM = [make_row(str(number)) for number in range(12)]
#: half of the firm is missing, so it is held
HALF = write_csv(*FIRM[:6], make_row("20"))
NOW = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


class Queue:
    """A feed with its requests by name."""

    def __init__(self, feed: FeedHarness) -> None:
        self.feed = feed
        self.requests: dict[str, ImportRequest] = {}

    def send(self, name: str, content: str, mode: str = "delta", **changes: Any) -> ImportResult:
        """Import a file; its import is called as it is."""
        request = self.feed.request(content, "2026-11-02", mode=mode, import_id=name, **changes)
        self.requests[name] = request
        return run_import(request, self.feed.directory, clock=lambda: NOW)

    def follow(self) -> list[str]:
        """Import what waited and need not any more, as the server does; says what became of it."""
        told = []
        while line := next_in_line(self.feed.directory):
            for record in line:
                result = resume(self.requests[record.id], self.feed.directory, clock=lambda: NOW)
                told.append(f"{record.id} {result.state}")
        return told

    def state(self, name: str) -> State:
        """Where an import stands."""
        return get_import(self.feed.directory, name).state


@pytest.fixture
def queue(feed: FeedHarness) -> Queue:
    """A firm of twelve; then a full file without half of them is held, and two deltas follow."""
    queue = Queue(feed)
    assert queue.send("first", write_csv(*FIRM), "full").state is State.APPLIED
    assert queue.send("full", HALF, "full").state is State.HELD
    for name in ("B", "C"):
        row = make_row("1", lastName=name)
        assert queue.send(f"delta-{name}", write_csv(row)).state is State.HELD
    return queue


def last_name(queue: Queue) -> str:
    """What the deltas change."""
    return queue.feed.users()["FR01/1"].values["lastName"]


def test_a_delta_waits_for_the_held_file_before_it(queue: Queue) -> None:
    """It is held, says why, does not expire meanwhile, and does nothing by itself."""
    record = get_import(queue.feed.directory, "delta-B")
    assert record.expires_at is None
    assert record.report["summary"].startswith("The file waits its turn. An earlier file")
    assert queue.follow() == []
    expire(queue.feed.directory, NOW + timedelta(hours=71))
    assert queue.state("delta-B") is State.HELD
    assert last_name(queue) == "Dupont 1"


def test_deltas_follow_once_the_file_is_approved(queue: Queue) -> None:
    """In their order, on what it made of the users."""
    approve(queue.requests["full"], queue.feed.directory, "Léa", clock=lambda: NOW)
    assert queue.follow() == ["delta-B applied", "delta-C applied"]
    assert last_name(queue) == "C"
    assert "FR01/20" in queue.feed.users()
    assert queue.follow() == []


def test_deltas_follow_once_the_file_is_rejected(queue: Queue) -> None:
    """On the users as they were without it."""
    reject(queue.feed.directory, "full", "Léa")
    assert queue.follow() == ["delta-B applied", "delta-C applied"]
    assert last_name(queue) == "C"
    assert "FR01/20" not in queue.feed.users()


def test_deltas_follow_once_the_file_has_expired(queue: Queue) -> None:
    """Nobody's decision holds up what came later for good."""
    expired = expire(queue.feed.directory, NOW + timedelta(hours=72))
    assert [it.import_id for it in expired] == ["full"]
    assert queue.follow() == ["delta-B applied", "delta-C applied"]


def test_a_delta_is_not_approved_before_the_file_that_it_builds_on(queue: Queue) -> None:
    """Whoever tries is told what to decide first."""
    with pytest.raises(OutOfOrder, match="full") as caught:
        approve(queue.requests["delta-B"], queue.feed.directory, "Léa", clock=lambda: NOW)
    assert "Approve or reject full first" in caught.value.hint
    assert last_name(queue) == "Dupont 1"
    reject(queue.feed.directory, "delta-B", "Léa")
    reject(queue.feed.directory, "full", "Léa")
    assert queue.follow() == ["delta-C applied"]


def test_a_delta_that_is_held_for_itself_holds_up_nobody(queue: Queue) -> None:
    """Its plan is judged when its turn comes, and then has its time to be approved."""
    ends = [make_row(str(number), dtContractEnd="01/10/2026") for number in range(6)]
    queue.send("delta-ends", write_csv(*ends))
    queue.send("delta-D", write_csv(make_row("1", lastName="D")))
    reject(queue.feed.directory, "full", "Léa")
    assert queue.follow() == [
        "delta-B applied",
        "delta-C applied",
        "delta-ends held",
        "delta-D applied",
    ]
    assert get_import(queue.feed.directory, "delta-ends").expires_at is not None


def test_an_older_delta_does_not_take_back_a_newer_one_unseen(queue: Queue) -> None:
    """It is held, another one is applied meanwhile: its plan is no longer what was looked at."""
    reject(queue.feed.directory, "full", "Léa")
    queue.follow()
    ends = [make_row(str(number), dtContractEnd="01/10/2026") for number in range(6)]
    assert queue.send("ends", write_csv(*ends)).state is State.HELD
    assert queue.send("newer", write_csv(make_row("1", lastName="D"))).state is State.APPLIED
    with pytest.raises(PlanChanged):
        approve(queue.requests["ends"], queue.feed.directory, "Léa", clock=lambda: NOW)
    assert last_name(queue) == "D"


def test_a_delta_that_comes_before_those_that_waited_have_followed_waits_too(
    queue: Queue,
) -> None:
    """Nothing overtakes what waits."""
    reject(queue.feed.directory, "full", "Léa")
    assert queue.send("delta-D", write_csv(make_row("1", lastName="D"))).state is State.HELD
    assert queue.follow() == ["delta-B applied", "delta-C applied", "delta-D applied"]
    assert last_name(queue) == "D"


def test_a_newer_full_file_that_is_applied_makes_them_needless(queue: Queue) -> None:
    """It says everything that they said."""
    row = make_row("1", lastName="Z")
    assert queue.send("newer", write_csv(row, *FIRM[2:], FIRM[0]), "full").state is State.APPLIED
    assert {queue.state(name) for name in ("full", "delta-B", "delta-C")} == {State.SUPERSEDED}
    assert queue.follow() == []
    assert last_name(queue) == "Z"


def test_a_newer_full_file_that_is_held_leaves_deltas_alone(queue: Queue) -> None:
    """It may be rejected, and then they would be lost."""
    assert queue.send("newer", write_csv(*FIRM[:5]), "full").state is State.HELD
    assert queue.state("full") is State.SUPERSEDED
    assert queue.follow() == ["delta-B applied", "delta-C applied"]
    assert queue.state("newer") is State.HELD


def test_approving_a_file_leaves_those_after_it_alone(queue: Queue) -> None:
    """Only what is older is needless."""
    approve(queue.requests["full"], queue.feed.directory, "Léa", clock=lambda: NOW)
    assert queue.state("delta-B") is State.HELD


def test_a_delta_that_says_again_what_was_applied_last_is_not_left_out(queue: Queue) -> None:
    """What it repeats may be changed by the file before it."""
    reject(queue.feed.directory, "full", "Léa")
    queue.follow()
    again = write_csv(make_row("1", lastName="C"))
    other = write_csv(*FIRM[:6])
    assert queue.send("other", other, "full").state is State.HELD
    assert queue.send("again", again).state is State.HELD
    approve(queue.requests["other"], queue.feed.directory, "Léa", clock=lambda: NOW)
    assert last_name(queue) == "Dupont 1"
    assert queue.follow() == ["again applied"]
    assert last_name(queue) == "C"


def test_a_delta_that_turns_out_to_repeat_the_last_one_is_a_duplicate(queue: Queue) -> None:
    """It comes to its turn after the same bytes were applied."""
    queue.send("delta-again", write_csv(make_row("1", lastName="C")))
    reject(queue.feed.directory, "full", "Léa")
    assert queue.follow()[-1] == "delta-again duplicate"


def test_the_same_bytes_as_an_older_file_are_processed(feed: FeedHarness) -> None:
    """A, B, A again: the second A takes back what B said."""
    queue = Queue(feed)
    for mode in ("full", "delta"):
        for name in ("A", "B", "A"):
            content = write_csv(make_row("1", lastName=name))
            queue.send(f"{mode}-{name}-{len(queue.requests)}", content, mode)
            assert last_name(queue) == name


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_running_imports_again_in_any_order_does_nothing(
    feed: FeedHarness, order: tuple[int, ...]
) -> None:
    """Each id comes to its rest once."""
    queue = Queue(feed)
    for number in range(3):
        queue.send(str(number), write_csv(make_row("1", lastName=f"N{number}")))
    before = {key: user.canonical() for key, user in feed.users().items()}
    for number in order:
        run_import(queue.requests[str(number)], feed.directory)
        resume(queue.requests[str(number)], feed.directory)
    assert {key: user.canonical() for key, user in feed.users().items()} == before
