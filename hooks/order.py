"""Which upload is handed to which hook next. Decided here, from what waits, without any I/O.

Rules:
1. Each hook has its own queue for each client: a hook that fails delays neither another hook nor
   another client.
2. Within a queue uploads come in the order of their receipts, and a later one waits while an
   earlier one is tried again.
3. A full file that a newer full file of the same folder already waits behind is handed over marked
   as superseded: every hook hears of it, and the import engine leaves it out.
4. What failed too often is parked and lets later uploads pass; but a parked delta holds back the
   later deltas of its folder, because each of them builds on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from .events import Upload

#: how long to wait before each further attempt; after the last one the delivery is parked
RETRY_AFTER = tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 600))


class Progress(Enum):
    """How far a hook is with an upload."""

    QUEUED = "queued"
    DONE = "done"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Attempted:
    """What is known of a delivery that was attempted before."""

    progress: Progress
    attempts: int = 0
    #: UTC
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An upload that some hook has not had; deliveries that were never attempted are absent."""

    upload: Upload
    deliveries: Mapping[str, Attempted] = field(default_factory=dict)

    def delivery(self, hook: str) -> Attempted:
        """How far `hook` is with it."""
        return self.deliveries.get(hook, Attempted(Progress.QUEUED))


@dataclass(frozen=True, slots=True)
class Step:
    """The next delivery of one queue: now if `due` is None, else not before then."""

    hook: str
    upload: Upload
    attempts: int
    superseded_by: str | None
    due: datetime | None


def next_steps(waiting: Iterable[Waiting], hooks: Iterable[str], now: datetime) -> list[Step]:
    """The head of every queue; `waiting` is in the order of receipts."""
    queues: dict[str, list[Waiting]] = {}
    for item in waiting:
        queues.setdefault(item.upload.client, []).append(item)
    steps = (_head(hook, queue, now) for hook in hooks for queue in queues.values())
    return [step for step in steps if step is not None]


def settled(item: Waiting, hooks: Iterable[str]) -> Progress:
    """What an upload is as a whole: done or parked once no hook waits for it."""
    progress = {item.delivery(hook).progress for hook in hooks}
    if Progress.QUEUED in progress:
        return Progress.QUEUED
    return Progress.PARKED if Progress.PARKED in progress else Progress.DONE


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many failed attempts; None to park."""
    return now + RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else None


def _head(hook: str, queue: Sequence[Waiting], now: datetime) -> Step | None:
    held_back: set[tuple[str, str]] = set()
    for position, item in enumerate(queue):
        delivery, upload = item.delivery(hook), item.upload
        if delivery.progress is Progress.PARKED and upload.mode == "delta":
            held_back.add(_folder(upload))
        if delivery.progress is not Progress.QUEUED or _folder(upload) in held_back:
            continue
        due = delivery.next_attempt_at
        superseded_by = _newer(hook, upload, queue[position + 1 :])
        if due is not None and (due <= now or superseded_by):
            due = None
        return Step(hook, upload, delivery.attempts, superseded_by, due)
    return None


def _newer(hook: str, upload: Upload, later: Sequence[Waiting]) -> str | None:
    """The newest full file of the same folder that waits behind a full file, by its id."""
    if upload.mapping is None or upload.mode != "full":
        return None
    for item in reversed(later):
        same = _folder(item.upload) == _folder(upload) and item.upload.mode == "full"
        if same and item.delivery(hook).progress is Progress.QUEUED:
            return item.upload.id
    return None


def _folder(upload: Upload) -> tuple[str, str]:
    return upload.account, upload.folder
