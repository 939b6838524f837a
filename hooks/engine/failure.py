"""Imports that cannot be brought to an end, for a reason that is not in the file."""

from __future__ import annotations

from pathlib import Path

from .importing import Clock, utc_now
from .preparation import Prepared, Stopwatch
from .request import ImportRequest, ImportResult
from .resting import recall, rest
from .sqlite import open_directory
from .state import State, advance


def fail(request: ImportRequest, directory: Path, *, clock: Clock = utc_now) -> ImportResult:
    """Keep that an import was tried for the last time, and raised again.

    `run_import` takes it up again. One that has come to rest stays as it is.
    """
    with open_directory(directory) as store, store.transaction():
        if (record := store.find_import(request.import_id)) is not None:
            return recall(record)
        state = advance(State.RECEIVED, State.FAILED)
        prepared = Prepared(facts=None, findings=())
        return rest(store, request, prepared, state, Stopwatch(), now=clock())
