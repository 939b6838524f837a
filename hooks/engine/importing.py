"""Imports from beginning to end, and the dry run of the same.

This is where the clock is read. What an import comes to is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from .collector import collector_paused
from .directory import Directory
from .facts import FileFacts
from .finding import Finding, make_finding
from .preparation import Prepared, Stopwatch, prepare
from .records import require_import
from .request import ImportRequest, ImportResult
from .resting import recall, rest
from .safeguard import holding
from .sparing import apply_without_leavers, spares_leavers
from .sqlite import open_directory, read_directory
from .state import State, advance, settle
from .waiting import find_blocking, is_waiting, judge_order

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def run_import(request: ImportRequest, directory: Path, *, clock: Clock = utc_now) -> ImportResult:
    """Import the file into the directory, which is made if there is none.

    An import that has come to rest before gives its recorded result again and does nothing; one
    that failed is tried again.
    Whatever goes wrong on the way is raised, and leaves the directory as it was.
    """
    with open_directory(directory) as store, store.transaction():
        record = store.find_import(request.import_id)
        if record is not None and record.state is not State.FAILED:
            return recall(record)
        if record is not None:
            advance(record.state, State.RECEIVED)
        return _import(store, request, clock, dry_run=False)


def resume(request: ImportRequest, directory: Path, *, clock: Clock = utc_now) -> ImportResult:
    """Import a delta that waited for an earlier file: `next_in_line` says when.

    It may still be held, for another reason or since an earlier file waits again. An import that
    does not wait gives its recorded result. Raises ImportNotFound.
    """
    with open_directory(directory) as store, store.transaction():
        record = require_import(store, request.import_id)
        if record.state is not State.HELD or not is_waiting(record):
            return recall(record)
        return _import(store, request, clock, dry_run=False, since=State.HELD)


def plan_import(request: ImportRequest, directory: Path, *, clock: Clock = utc_now) -> ImportResult:
    """What `run_import` would do now: the same code, with the last step left out."""
    with read_directory(directory) as store:
        return _import(store, request, clock, dry_run=True)


def _import(
    store: Directory,
    request: ImportRequest,
    clock: Clock,
    *,
    dry_run: bool,
    since: State = State.RECEIVED,
) -> ImportResult:
    stopwatch = Stopwatch()
    with collector_paused():
        state, prepared = _settle(store, request, stopwatch)
        advance(since, state)
        if state is State.HELD and spares_leavers(request, prepared):
            return apply_without_leavers(
                store, request, prepared, stopwatch, now=clock(), dry_run=dry_run
            )
        return rest(store, request, prepared, state, stopwatch, now=clock(), dry_run=dry_run)


def _settle(
    store: Directory, request: ImportRequest, stopwatch: Stopwatch
) -> tuple[State, Prepared]:
    if request.superseded_by is not None:
        return State.SUPERSEDED, Prepared(facts=None, findings=())
    if (stale := _find_stale(store, request)) is not None:
        return State.STALE, Prepared(facts=None, findings=(stale,))
    ahead = store.held_ahead(request.feed, request.import_id)
    order = judge_order(find_blocking(request.mode, ahead))
    # what a delta repeats may be undone by the file that it waits for
    last = None if order.holds else store.last_applied(request.feed)
    if last is not None and is_needless(request, last):
        facts = replace(last, date=request.file_date or last.date)
        return State.DUPLICATE, Prepared(facts=facts, findings=())
    again = is_repeated(request, last)
    prepared = prepare(store, request, stopwatch, presence_only=again)
    if prepared.plan is None:
        return State.REJECTED, prepared
    idle = again and not prepared.plan.changes
    prepared = replace(prepared, verdicts=(*prepared.verdicts, order))
    holds = bool(holding(prepared.verdicts))
    return settle(holds=holds, idle=idle, troubled=prepared.troubled), prepared


def _find_stale(store: Directory, request: ImportRequest) -> Finding | None:
    """What is said of a file that is older than one before it."""
    date = request.file_date
    newest = store.newest_date(request.feed, request.import_id) if date else None
    if date is None or newest is None or date >= newest:
        return None
    return make_finding("file-out-of-date", value=date, previous=newest)


def is_repeated(request: ImportRequest, last: FileFacts | None) -> bool:
    """Whether the file is the last one again, which was read alike and applied as a whole."""
    if last is None or last.partial:
        return False
    return (last.sha256, last.mapping) == (request.sha256, request.mapping.fingerprint)


def is_needless(request: ImportRequest, last: FileFacts) -> bool:
    """Whether the file need not even be read.

    A full file that is the last one again, but of a later day, is read: it says once more who is
    missing.
    """
    return is_repeated(request, last) and (request.mode == "delta" or last.day == request.day)
