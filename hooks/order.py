"""Which upload a hook is handed next. Decided here, from what waits, without any I/O.

Rules:
1. Each hook has a lane of its own for each client: a hook that fails delays neither another hook
   nor another client.
2. Within a lane uploads come in the order of their receipts, and a later one waits while an earlier
   one is tried again.
3. A full file that a newer full file of the same folder waits behind is handed over at once, marked
   as superseded: every hook hears of it, and the import engine leaves it out.
4. What failed too often is parked and lets later uploads pass; but a parked delta holds back the
   later files of its folder, because a delta builds on those before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from .events import Upload

#: how long to wait before each further attempt; after the last one the delivery is parked
RETRY_AFTER = tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 600))

Key = tuple[str, int]


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


#: what is known of a delivery that was never attempted
FRESH = Attempted(Progress.QUEUED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An upload that some hook has not had; deliveries that were never attempted are absent."""

    upload: Upload
    deliveries: Mapping[str, Attempted] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The next delivery of a lane: now if `due` is None, else not before then."""

    upload: Upload
    attempts: int
    superseded_by: str | None
    due: datetime | None


class Lane:
    """The uploads of one client that one hook has not had."""

    def __init__(self) -> None:
        self._waiting: dict[Key, tuple[Upload, Attempted]] = {}
        #: the newest full file of each folder that an import could take
        self._newest: dict[str, Key] = {}
        self._held_back: set[str] = set()

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    def add(self, upload: Upload, attempted: Attempted = FRESH) -> None:
        """Add the newest upload, with what is known of its delivery."""
        self._waiting[key_of(upload)] = upload, attempted
        if _supersedes(upload):
            self._newest[_folder(upload)] = key_of(upload)
        if attempted.progress is not Progress.QUEUED:
            self.note(upload, attempted)

    def note(self, upload: Upload, attempted: Attempted) -> None:
        """Take note of how an attempt ended."""
        key = key_of(upload)
        if attempted.progress is Progress.QUEUED:
            self._waiting[key] = upload, attempted
            return
        self._waiting.pop(key, None)
        if attempted.progress is Progress.PARKED and upload.mode == "delta":
            self._held_back.add(_folder(upload))

    def next(self, now: datetime) -> Step | None:
        """The delivery that comes next; None if nothing waits, or all is held back."""
        for key, (upload, attempted) in self._waiting.items():
            if _folder(upload) in self._held_back:
                continue
            newer = self._newest.get(_folder(upload), key) if _supersedes(upload) else key
            superseded_by = newer[0] if newer != key and newer in self._waiting else None
            due = attempted.next_attempt_at
            if superseded_by is not None or (due is not None and due <= now):
                due = None
            return Step(upload, attempted.attempts, superseded_by, due)
        return None


def key_of(upload: Upload) -> Key:
    """What tells one run of an upload from all others."""
    return upload.id, upload.run


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many failed attempts; None to park."""
    return now + RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else None


def _supersedes(upload: Upload) -> bool:
    return upload.mapping is not None and upload.mode == "full"


def _folder(upload: Upload) -> str:
    return f"{upload.account}:{upload.folder}"
