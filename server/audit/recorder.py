"""Writes events of the running server beside it: nobody who logs in or uploads waits for a disk."""

from __future__ import annotations

import queue
import sqlite3
import threading
from typing import Any

import structlog

from .log import AuditLog, Event

_log = structlog.get_logger()

#: events that may wait; more are counted, and told of as one
_MOST_WAITING = 10_000
#: lines that are written in one go, with one wait for the disk
_BATCH = 500


class Recorder:
    """Takes events from any thread, and appends them in order, within moments.

    What a crash of the machine or a kill of the process can take is what came in these moments;
    uploads have their receipts all the same.
    """

    def __init__(self, log: AuditLog) -> None:
        self._log = log
        self._waiting: queue.Queue[Event | None] = queue.Queue()
        self._lost = 0
        self._thread = threading.Thread(target=self._run, name="wharfinger-audit")
        self._thread.start()

    def record(self, event: str, **fields: Any) -> None:
        """Take an event."""
        if self._waiting.qsize() >= _MOST_WAITING:
            self._lost += 1
            return
        self._waiting.put({"event": event, **fields})

    def close(self) -> None:
        """Write what waits, and end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            batch = [self._waiting.get()]
            while len(batch) < _BATCH and not self._waiting.empty():
                batch.append(self._waiting.get())
            going = None not in batch
            self._write([event for event in batch if event is not None])

    def _write(self, events: list[Event]) -> None:
        lost, self._lost = self._lost, 0
        if lost:
            events.append({"event": "lost", "events": lost})
        if not events:
            return
        try:
            self._log.append(*events)
        except (OSError, sqlite3.Error):
            self._lost += len(events)
            _log.exception("the audit log could not be written", events=len(events))
