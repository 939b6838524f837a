"""Hands uploads to hooks: ordered per client, tried again, never lost.

What comes next is decided in order.py. The lanes are kept in memory, so that what a receipt costs
does not grow with what waits; how far each hook is, is kept by the receipt source too, so that a
stop at any moment costs nothing but a repeat.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from .draining import drain
from .events import Upload, UploadCompleted
from .order import Attempted, Key, Lane, Progress, Step, Waiting, key_of, retry_at
from .plugins import Plugins, call

_log = structlog.get_logger()

#: seconds between looks for what other processes have queued (`upload replay`)
SWEEP = 2.0

LaneName = tuple[str, str]


class ReceiptSource(Protocol):
    """Where uploads come from, and where it is kept how far each hook is; raises OSError."""

    async def waiting(self) -> list[Waiting]:
        """All uploads that are not settled, in the order of their receipts."""

    async def changed(self) -> bool:
        """Whether another process has queued something since this was asked last."""

    async def note_delivery(
        self, upload: Upload, hook: str, attempted: Attempted, error: str | None
    ) -> None:
        """Keep how far a hook is with an upload."""

    async def note_settled(self, upload: Upload, progress: Progress) -> None:
        """Keep that an upload is done or parked."""


class Dispatcher:
    """Runs while the server runs; everything is called in the event loop's thread."""

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
        #: (hook, client) -> its lane
        self._lanes: dict[LaneName, Lane] = {}
        #: upload -> how far each hook is that has to have it
        self._open: dict[Key, dict[str, Progress]] = {}
        #: uploads that no hook waits for, which the source has not heard of yet
        self._ended: dict[Key, Upload] = {}
        self._running: dict[LaneName, asyncio.Task[None]] = {}
        #: what has happened while the source is being read, to be done again after it
        self._meanwhile: list[Callable[[], None]] | None = None

    def offer(self, upload: Upload) -> None:
        """Take an upload whose receipt was just written."""
        self._do(functools.partial(self._offer, upload))
        self._woken.set()

    async def run(self) -> None:
        """Dispatch until cancelled; then leave what runs to `drain`."""
        await self._load()
        clock = asyncio.get_running_loop().time
        look_at = clock() + self._sweep
        while True:
            self._woken.clear()
            await self._settle_ended()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._start_due()):
                    await self._woken.wait()
            if clock() >= look_at:
                await self._look_for_changes()
                look_at = clock() + self._sweep

    async def drain(self, seconds: float) -> None:
        """Give what runs that long, then cancel it: it is repeated at the next start."""
        await drain(list(self._running.values()), seconds)

    # what waits

    async def _load(self) -> None:
        """Take what the source knows, at the start and when another process has changed it."""
        self._meanwhile = []
        while True:
            try:
                waiting = await self._source.waiting()
            except OSError:
                _log.exception("the journal cannot be read; tried again soon")
                await asyncio.sleep(self._sweep)
            else:
                break
        self._lanes.clear()
        self._open.clear()
        self._ended.clear()
        for item in waiting:
            self._add(item)
        meanwhile, self._meanwhile = self._meanwhile, None
        for again in meanwhile:
            again()

    async def _look_for_changes(self) -> None:
        try:
            changed = await self._source.changed()
        except OSError:
            _log.exception("the journal cannot be read; tried again soon")
        else:
            if changed:
                await self._load()

    def _do(self, change: Callable[[], None]) -> None:
        """Change what waits, in a way that a reading of the source does not undo."""
        change()
        if self._meanwhile is not None:
            self._meanwhile.append(change)

    def _offer(self, upload: Upload) -> None:
        if key_of(upload) not in self._open:
            self._add(Waiting(upload))

    def _add(self, item: Waiting) -> None:
        upload = item.upload
        hooks = self._plugins.implementing("upload_completed")
        progress = self._open[key_of(upload)] = dict.fromkeys(hooks, Progress.QUEUED)
        for hook in hooks:
            lane = self._lanes.setdefault((hook, upload.client), Lane())
            if attempted := item.deliveries.get(hook):
                progress[hook] = attempted.progress
                lane.add(upload, attempted)
            else:
                lane.add(upload)
        self._note_end(upload)

    # deliveries

    def _start_due(self) -> float:
        """Start what can be started; returns the seconds until something else may be due."""
        now = self._clock()
        pause = self._sweep
        for name, lane in list(self._lanes.items()):
            if name in self._running:
                continue
            step = lane.next(now)
            if step is None:
                if not lane:
                    del self._lanes[name]
            elif step.due is not None:
                pause = min(pause, max(0.0, (step.due - now).total_seconds()))
            else:
                task = asyncio.create_task(self._deliver(name, step))
                self._running[name] = task
                task.add_done_callback(functools.partial(self._finished, name))
        return pause

    def _finished(self, name: LaneName, task: asyncio.Task[None]) -> None:
        del self._running[name]
        if not task.cancelled() and task.exception() is not None:
            _log.error("a delivery could not be finished", hook=name[0], exc_info=task.exception())
        self._woken.set()

    async def _deliver(self, name: LaneName, step: Step) -> None:
        hook = name[0]
        function = self._plugins.implementing("upload_completed")[hook]
        event = UploadCompleted(
            upload=step.upload,
            superseded_by=step.superseded_by,
            last_attempt=retry_at(step.attempts + 1, self._clock()) is None,
        )
        error = None
        try:
            await call(function, event)
            attempted = Attempted(Progress.DONE, step.attempts + 1)
        except Exception as failure:  # noqa: BLE001 - a hook may raise anything
            error = f"{type(failure).__name__}: {failure}"
            attempted = self._failed(step)
            _log.warning(
                "hook failed",
                hook=hook,
                upload=step.upload.id,
                attempt=attempted.attempts,
                parked=attempted.progress is Progress.PARKED,
                error=type(failure).__name__,
            )
        await self._note(name, step.upload, attempted, error)

    def _failed(self, step: Step) -> Attempted:
        attempts = step.attempts + 1
        due = retry_at(attempts, self._clock())
        return Attempted(Progress.PARKED if due is None else Progress.QUEUED, attempts, due)

    async def _note(
        self, name: LaneName, upload: Upload, attempted: Attempted, error: str | None
    ) -> None:
        """Keep how an attempt ended; what cannot be kept is attempted again."""
        try:
            await self._source.note_delivery(upload, name[0], attempted, error)
        except OSError:
            _log.exception("a delivery could not be kept; it is repeated", upload=upload.id)
            later = self._clock() + timedelta(seconds=self._sweep)
            attempted = Attempted(Progress.QUEUED, attempted.attempts, later)
        self._do(functools.partial(self._note_attempt, name, upload, attempted))
        await self._settle_ended()

    def _note_attempt(self, name: LaneName, upload: Upload, attempted: Attempted) -> None:
        if lane := self._lanes.get(name):
            lane.note(upload, attempted)
        if hooks := self._open.get(key_of(upload)):
            hooks[name[0]] = attempted.progress
            self._note_end(upload)

    def _note_end(self, upload: Upload) -> None:
        if Progress.QUEUED not in self._open[key_of(upload)].values():
            self._ended[key_of(upload)] = upload

    async def _settle_ended(self) -> None:
        """Keep which uploads no hook waits for; what cannot be kept is kept later."""
        for key, upload in list(self._ended.items()):
            parked = Progress.PARKED in self._open.get(key, {}).values()
            try:
                progress = Progress.PARKED if parked else Progress.DONE
                await self._source.note_settled(upload, progress)
            except OSError:
                _log.exception("an upload could not be settled; tried again soon", upload=upload.id)
                return
            self._ended.pop(key, None)
            self._open.pop(key, None)
