"""Held imports that nobody decides about: they expire, and change nothing.

Nothing is lost by it: the upload can be replayed, and is planned anew.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from .directory import Directory, ImportRecord
from .report import retell
from .request import ImportResult
from .resting import keep, recall
from .sqlite import open_directory, read_directory
from .state import State, advance


def next_expiry(directory: Path) -> datetime | None:
    """When the first held import expires, None if none is held."""
    with read_directory(directory) as store:
        expires_at = store.next_expiry()
    return None if expires_at is None else datetime.fromisoformat(expires_at)


def expire(directory: Path, now: datetime) -> list[ImportResult]:
    """Let the held imports expire that nobody decided about in time."""
    with open_directory(directory) as store, store.transaction():
        late = [record for record in store.expiring() if is_late(record, now)]
        return [recall(let_expire(store, record, now)) for record in late]


def is_late(record: ImportRecord, now: datetime) -> bool:
    """Whether the time to decide about the import is over."""
    return record.expires_at is not None and datetime.fromisoformat(record.expires_at) <= now


def let_expire(store: Directory, record: ImportRecord, now: datetime) -> ImportRecord:
    """The import as it is once its time is over, which is kept."""
    state = advance(record.state, State.EXPIRED)
    report = retell(record.report, state)
    expired = replace(record, state=state, report=report, expires_at=None)
    keep(store, expired, now.isoformat())
    return expired
