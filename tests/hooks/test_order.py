"""The order of a lane: in the order of receipts, and nothing lost, whatever fails and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from uploads import make_upload
from wharfinger.hooks.events import Upload
from wharfinger.hooks.order import FRESH, RETRY_AFTER, Attempted, Lane, Progress, Step, retry_at

START = datetime(2026, 11, 22, tzinfo=UTC)


def step_of(lane: Lane, now: datetime = START) -> tuple[str, str | None] | None:
    """Which upload comes next, and by which one it is superseded."""
    step = lane.next(now)
    return None if step is None else (step.upload.id, step.superseded_by)


def lane_of(*uploads: Upload) -> Lane:
    """A lane with these uploads, none of which was attempted."""
    lane = Lane()
    for upload in uploads:
        lane.add(upload)
    return lane


def test_uploads_come_in_the_order_of_their_receipts() -> None:
    """Deltas one after the other, each once."""
    uploads = [make_upload(f"u{number}", mode="delta") for number in range(3)]
    lane = lane_of(*uploads)
    for upload in uploads:
        assert step_of(lane) == (upload.id, None)
        lane.note(upload, Attempted(Progress.DONE, 1))
    assert not lane


def test_a_newer_full_file_supersedes_those_that_wait() -> None:
    """At once, even one that would be tried again later; the newest itself is not superseded."""
    old, newer, newest = (make_upload(f"u{number}") for number in range(3))
    lane = lane_of(old)
    lane.note(old, Attempted(Progress.QUEUED, 1, START + timedelta(minutes=10)))
    step = lane.next(START)
    assert step is not None
    assert step.due == START + timedelta(minutes=10)
    lane.add(newer)
    lane.add(newest)
    step = lane.next(START)
    assert step == Step(old, attempts=1, superseded_by="u2", due=None)
    lane.note(old, Attempted(Progress.DONE, 2))
    assert step_of(lane) == ("u1", "u2")
    lane.note(newer, Attempted(Progress.DONE, 1))
    assert step_of(lane) == ("u2", None)


@pytest.mark.parametrize(
    "other",
    [
        {"mode": "delta"},
        {"mapping": None},
        {"folder": "/hr/other"},
        {"account": "acme-second"},
    ],
)
def test_what_does_not_supersede(other: dict[str, Any]) -> None:
    """A delta, a file that is not imported, another folder, another account."""
    assert step_of(lane_of(make_upload("u1"), make_upload("u2", **other))) == ("u1", None)


def test_a_parked_delta_holds_back_its_folder_and_no_other() -> None:
    """Later files of that folder build on it; a full file of another folder goes on."""
    parked = make_upload("u1", mode="delta")
    lane = lane_of(parked, make_upload("u2", mode="delta"), make_upload("u3", folder="/hr/other"))
    lane.note(parked, Attempted(Progress.PARKED, 6))
    assert step_of(lane) == ("u3", None)
    lane.note(make_upload("u3", folder="/hr/other"), Attempted(Progress.DONE, 1))
    assert step_of(lane) is None
    assert lane  # u2 still waits


def test_a_parked_full_file_lets_later_ones_pass() -> None:
    """The next full file says everything that it would have said."""
    parked = make_upload("u1")
    lane = lane_of(parked, make_upload("u2"))
    lane.note(parked, Attempted(Progress.PARKED, 6))
    assert step_of(lane) == ("u2", None)


def test_waits_grow_and_end() -> None:
    """Each attempt is later than the one before; after the last one it is parked."""
    due = [retry_at(attempts, START) for attempts in range(1, len(RETRY_AFTER) + 2)]
    assert due[-1] is None
    waits = [at - START for at in due if at is not None]
    assert waits == sorted(set(waits)) == list(RETRY_AFTER)


class LaneMachine(RuleBasedStateMachine):
    """A lane through arrivals, failures and restarts, beside a list that is searched each time."""

    def __init__(self) -> None:
        super().__init__()
        self.lane = Lane()
        self.now = START
        self.uploads: list[Upload] = []
        self.known: dict[str, Attempted] = {}

    @rule(
        mode=st.sampled_from(["full", "delta"]),
        folder=st.sampled_from(["/a", "/b"]),
        mapping=st.sampled_from(["users", "users", None]),
    )
    def arrive(self, mode: str, folder: str, mapping: str | None) -> None:
        """A receipt is written."""
        upload = make_upload(f"u{len(self.uploads)}", mode=mode, folder=folder, mapping=mapping)
        self.uploads.append(upload)
        self.known[upload.id] = FRESH
        self.lane.add(upload)

    @rule(seconds=st.integers(0, 700))
    def pass_time(self, seconds: int) -> None:
        """The clock goes on."""
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.due())
    @rule(succeeds=st.booleans())
    def attempt(self, succeeds: bool) -> None:
        """What comes next is attempted."""
        step = self.lane.next(self.now)
        assert step is not None
        attempts = step.attempts + 1
        due = retry_at(attempts, self.now)
        progress = Progress.PARKED if due is None else Progress.QUEUED
        result = Attempted(progress, attempts, due)
        if succeeds:
            result = Attempted(Progress.DONE, attempts)
        self.known[step.upload.id] = result
        self.lane.note(step.upload, result)

    @rule()
    def restart(self) -> None:
        """The lane is made anew from what was kept: all but what is done."""
        self.lane = Lane()
        for upload in self.uploads:
            attempted = self.known[upload.id]
            if attempted.progress is not Progress.DONE:
                self.lane.add(upload, attempted)

    @invariant()
    def comes_next_what_should(self) -> None:
        """The first upload that waits in a folder that is not held back, and when."""
        assert self.lane.next(self.now) == self.expected()

    @invariant()
    def nothing_is_lost(self) -> None:
        """The lane is empty only when nothing is queued."""
        assert bool(self.lane) == bool(self.queued())

    def due(self) -> bool:
        """Whether something can be attempted now."""
        step = self.lane.next(self.now)
        return step is not None and step.due is None

    def queued(self) -> list[Upload]:
        """What is neither done nor parked."""
        return [u for u in self.uploads if self.known[u.id].progress is Progress.QUEUED]

    def expected(self) -> Step | None:
        """The rules of order.py, read off the list."""
        held_back = {
            upload.folder
            for upload in self.uploads
            if upload.mode == "delta" and self.known[upload.id].progress is Progress.PARKED
        }
        queued = [upload for upload in self.queued() if upload.folder not in held_back]
        if not queued:
            return None
        first = queued[0]
        newest = [u for u in self.uploads if self.is_full(u) and u.folder == first.folder][-1:]
        superseded = self.is_full(first) and newest != [first] and newest[0] in queued
        attempted = self.known[first.id]
        due = attempted.next_attempt_at
        late = due is not None and due > self.now and not superseded
        return Step(
            first, attempted.attempts, newest[0].id if superseded else None, due if late else None
        )

    @staticmethod
    def is_full(upload: Upload) -> bool:
        """Whether the upload says everything about its folder's people."""
        return upload.mode == "full" and upload.mapping is not None


TestLane = LaneMachine.TestCase
