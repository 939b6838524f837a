"""Imports from beginning to end, and the dry run of the same.

This is where the clock is read. What an import comes to is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from .collector import collector_paused
from .directory import Directory
from .facts import FileFacts
from .preparation import Prepared, Stopwatch, prepare
from .request import ImportRequest, ImportResult
from .resting import recall, rest
from .safeguard import holding
from .sqlite import open_directory, read_directory
from .state import State, advance, settle

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def run_import(request: ImportRequest, directory: Path, *, clock: Clock = utc_now) -> ImportResult:
    """Import the file into the directory, which is made if there is none.

    An import that has come to rest before gives its recorded result again and does nothing.
    Whatever goes wrong on the way is raised, and leaves the directory as it was.
    """
    with open_directory(directory) as store, store.transaction():
        if (record := store.find_import(request.import_id)) is not None:
            return recall(record)
        return _import(store, request, clock, dry_run=False)


def plan_import(request: ImportRequest, directory: Path, *, clock: Clock = utc_now) -> ImportResult:
    """What `run_import` would do now: the same code, with the last step left out."""
    with read_directory(directory) as store:
        return _import(store, request, clock, dry_run=True)


def _import(
    store: Directory, request: ImportRequest, clock: Clock, *, dry_run: bool
) -> ImportResult:
    stopwatch = Stopwatch()
    with collector_paused():
        state, prepared = _settle(store, request, stopwatch)
        advance(State.RECEIVED, state)
        return rest(store, request, prepared, state, stopwatch, now=clock(), dry_run=dry_run)


def _settle(
    store: Directory, request: ImportRequest, stopwatch: Stopwatch
) -> tuple[State, Prepared]:
    last = store.last_applied(request.feed)
    if request.superseded_by is not None:
        return State.SUPERSEDED, Prepared(facts=None, findings=())
    if last is not None and is_needless(request, last):
        return State.DUPLICATE, Prepared(facts=last, findings=())
    again = is_repeated(request, last)
    prepared = prepare(store, request, stopwatch, presence_only=again)
    if prepared.plan is None:
        return State.REJECTED, prepared
    idle = again and not prepared.plan.changes
    holds = bool(holding(prepared.verdicts))
    return settle(holds=holds, idle=idle, troubled=prepared.troubled), prepared


def is_repeated(request: ImportRequest, last: FileFacts | None) -> bool:
    """Whether the file is the last applied one again."""
    return last is not None and last.sha256 == request.sha256


def is_needless(request: ImportRequest, last: FileFacts) -> bool:
    """Whether the file need not even be read.

    A full file that is the last one again, but of a later day, is read: it says once more who is
    missing.
    """
    return is_repeated(request, last) and (request.mode == "delta" or last.day == request.day)
