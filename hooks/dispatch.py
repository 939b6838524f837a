"""Hands uploads to hooks: ordered per client, tried again, never lost.

What is to be done next is decided in order.py; what was done is kept by the receipt source, so a
stop at any moment costs nothing but a repeat.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import structlog

from .events import Upload, UploadCompleted
from .order import Attempted, Progress, Step, Waiting, next_steps, retry_at, settled
from .plugins import Plugins, call

_log = structlog.get_logger()

#: seconds after which the queue is looked at without being woken: other processes queue replays
SWEEP = 5.0


class ReceiptSource(Protocol):
    """Where uploads come from, and where it is kept how far each hook is; raises OSError."""

    async def waiting(self) -> list[Waiting]:
        """All uploads that are not settled, in the order of their receipts."""

    async def note_delivery(
        self, upload: Upload, hook: str, attempted: Attempted, error: str | None
    ) -> None:
        """Keep how far a hook is with an upload."""

    async def note_settled(self, upload: Upload, progress: Progress) -> None:
        """Keep that an upload is done or parked."""


class Dispatcher:
    """Runs while the server runs; `wake` it when there is a new receipt."""

    def __init__(
        self,
        source: ReceiptSource,
        plugins: Plugins,
        *,
        sweep: float = SWEEP,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._source = source
        self._plugins = plugins
        self._sweep = sweep
        self._clock = clock
        self._woken = asyncio.Event()
        self._running: dict[tuple[str, str], asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Look at the queue now. Call it in the event loop's thread."""
        self._woken.set()

    async def run(self) -> None:
        """Dispatch until cancelled; then leave what runs to `drain`."""
        while True:
            self._woken.clear()
            try:
                pause = await self._start_due()
            except OSError:
                _log.exception("the journal cannot be read; tried again soon")
                pause = self._sweep
            try:
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def drain(self, seconds: float) -> None:
        """Give what runs that long, then cancel it: it is repeated at the next start."""
        running = list(self._running.values())
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _start_due(self) -> float:
        """Start what can be started; returns the seconds until the next thing is due."""
        hooks = list(self._plugins.implementing("upload_completed"))
        waiting = await self._source.waiting()
        for item in waiting:
            progress = settled(item, hooks)
            if progress is not Progress.QUEUED:
                await self._source.note_settled(item.upload, progress)
        now = self._clock()
        pause = self._sweep
        for step in next_steps(waiting, hooks, now):
            queue = (step.hook, step.upload.client)
            if queue in self._running:
                continue
            if step.due is not None:
                pause = min(pause, max(0.0, (step.due - now).total_seconds()))
                continue
            task = asyncio.create_task(self._deliver(step))
            self._running[queue] = task
            task.add_done_callback(functools.partial(self._finished, queue))
        return pause

    def _finished(self, queue: tuple[str, str], task: asyncio.Task[None]) -> None:
        del self._running[queue]
        if task.cancelled():
            return
        if task.exception() is None:
            self.wake()
        else:
            # keeping the outcome failed: the sweep comes to the same upload again
            _log.error("delivery could not be kept", hook=queue[0], exc_info=task.exception())

    async def _deliver(self, step: Step) -> None:
        function = self._plugins.implementing("upload_completed")[step.hook]
        event = UploadCompleted(upload=step.upload, superseded_by=step.superseded_by)
        error = None
        try:
            await call(function, event)
            attempted = Attempted(Progress.DONE, step.attempts + 1)
        except Exception as failure:  # noqa: BLE001 - a hook may raise anything
            error = f"{type(failure).__name__}: {failure}"
            attempted = self._failed(step)
            _log.warning(
                "hook failed",
                hook=step.hook,
                upload=step.upload.id,
                attempt=attempted.attempts,
                parked=attempted.progress is Progress.PARKED,
                error=type(failure).__name__,
            )
        await self._source.note_delivery(step.upload, step.hook, attempted, error)

    def _failed(self, step: Step) -> Attempted:
        attempts = step.attempts + 1
        due = retry_at(attempts, self._clock())
        return Attempted(Progress.PARKED if due is None else Progress.QUEUED, attempts, due)
