"""Runs jobs when they are due: a client's new day, an approval that expires, mail that waits.

Rules:
1. Each job runs at the start, which makes up for what a downtime left out, and then whenever its
   last run said. None of them polls: one that waits for nothing says None, and runs when woken.
2. Jobs do not wait for each other, and no job runs twice at once.
3. A job that fails is logged and tried again, after longer and longer; others do not notice.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from .draining import drain
from .order import RETRY_AFTER

_log = structlog.get_logger()

#: seconds after which the clock is read again at the latest: it may have been set, and a timer does
#: not run while the machine sleeps
LONGEST_PAUSE = 600.0

#: is given the time, and says when it is due next: None for not before it is woken
Job = Callable[[datetime], Awaitable[datetime | None]]


@dataclass(slots=True)
class _Entry:
    """A job, and where it stands."""

    job: Job
    #: None until it is woken
    due: datetime | None
    #: failed attempts in a row
    failures: int = 0
    task: asyncio.Task[None] | None = None


class Timetable:
    """Runs while the server runs; everything is called in the event loop's thread."""

    def __init__(self, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._entries: dict[str, _Entry] = {}
        self._woken = asyncio.Event()

    def add(self, name: str, job: Job) -> None:
        """Add a job, which is due at once. It is named in the log, and to `wake` it."""
        self._entries[name] = _Entry(job, self._clock())
        self._woken.set()

    def wake(self, name: str) -> None:
        """Let a job run now; one that runs already runs once more."""
        self._entries[name].due = self._clock()
        self._woken.set()

    async def run(self) -> None:
        """Run jobs until cancelled; then leave what runs to `drain`."""
        while True:
            self._woken.clear()
            now = self._clock()
            for name, entry in self._entries.items():
                if entry.task is None and is_due(entry.due, now):
                    self._start(name, entry, now)
            idle = (entry.due for entry in self._entries.values() if entry.task is None)
            try:
                async with asyncio.timeout(pause(idle, now)):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def drain(self, seconds: float) -> None:
        """Give what runs that long, then cancel it: it runs again at the next start."""
        running = (entry.task for entry in self._entries.values())
        await drain([task for task in running if task is not None], seconds)

    def _start(self, name: str, entry: _Entry, now: datetime) -> None:
        entry.due = None
        entry.task = asyncio.create_task(self._attempt(name, entry, now), name=name)
        entry.task.add_done_callback(functools.partial(self._finished, entry))

    async def _attempt(self, name: str, entry: _Entry, now: datetime) -> None:
        try:
            following = await entry.job(now)
            entry.failures = 0
        except Exception:  # noqa: BLE001 - a job may raise anything
            _log.exception("a job failed, and is tried again", job=name)
            following = self._clock() + retry_after(entry.failures)
            entry.failures += 1
        # woken meanwhile: then it is due already
        entry.due = entry.due or following

    def _finished(self, entry: _Entry, _task: asyncio.Task[None]) -> None:
        entry.task = None
        self._woken.set()


def is_due(due: datetime | None, now: datetime) -> bool:
    """Whether a job is to run now."""
    return due is not None and due <= now


def pause(dues: Iterable[datetime | None], now: datetime) -> float:
    """Seconds until the first of these jobs is due, or until the clock is to be read again."""
    waits = (max(0.0, (due - now).total_seconds()) for due in dues if due is not None)
    return min((LONGEST_PAUSE, *waits))


def retry_after(failures: int) -> timedelta:
    """How long a job waits that failed, after so many failures before."""
    return RETRY_AFTER[min(failures, len(RETRY_AFTER) - 1)]
