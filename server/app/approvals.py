"""What becomes of held imports without anybody: they expire, and what waited for them follows."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from ...hooks import engine
from ...hooks.events import ImportFinished, Upload
from ...hooks.imports import ImportHook, run_of
from ...hooks.plugins import Plugins
from ...hooks.spec import hookimpl
from ...hooks.timetable import Timetable
from ...hooks.workers import ImportWorkers
from ..accounts import Registry
from ..home import Home
from .source import JournalSource

_log = structlog.get_logger()

#: time between looks for what other processes have held or decided
_LOOK = timedelta(hours=1)
_RETRY = timedelta(minutes=1)


class Approvals:
    """A job of the timetable, which looks at the clients that may have something due.

    It is a plugin too: an import that finishes may be held, or have others waiting behind it.
    """

    def __init__(
        self,
        home: Home,
        registry: Registry,
        source: JournalSource,
        imports: ImportHook,
        workers: ImportWorkers,
    ) -> None:
        self._home = home
        self._registry = registry
        self._source = source
        self._imports = imports
        self._workers = workers
        self._wake: Callable[[], None] = lambda: None
        #: client -> when to look again; one that is absent is looked at now
        self._due: dict[str, datetime] = {}
        #: clients that were heard of since they were looked at
        self._heard: set[str] = set()

    def start(self, plugins: Plugins, timetable: Timetable) -> None:
        """Have it done while the server runs."""
        self._wake = functools.partial(timetable.wake, "approvals")
        plugins.add(self, "approvals")
        timetable.add("approvals", self)

    @hookimpl
    async def import_finished(self, event: ImportFinished) -> None:
        """Look at the client again."""
        if event.state == engine.State.HELD or event.upload.mode == "delta":
            self._heard.add(event.upload.client)
            self._wake()

    async def __call__(self, now: datetime) -> datetime:
        """Look at every client that is due; says when the next one is."""
        for client in await asyncio.to_thread(self._registry.clients):
            if client.name in self._heard or self._due.get(client.name, now) <= now:
                self._heard.discard(client.name)
                self._due[client.name] = now + _RETRY
                try:
                    self._due[client.name] = await self._look(client.name, now)
                except Exception:  # noqa: BLE001 - one client's trouble is not another's
                    _log.exception("held imports could not be looked at", client=client.name)
        return min(self._due.values(), default=now + _LOOK)

    async def _look(self, client: str, now: datetime) -> datetime:
        directory = self._home.client(client).directory
        if not directory.exists():
            return now + _LOOK
        due = await asyncio.to_thread(engine.next_expiry, directory)
        if due is not None and due <= now:
            for result in await self._workers.run(engine.expire, directory, now):
                upload = await self._upload(result.upload_id, result.import_id)
                await self._imports.conclude(upload, result)
        # in another process: reports are long, and reading one holds up every thread of this one
        while line := await self._workers.run(engine.ids_in_line, directory):
            for import_id, upload_id in line:
                await self._imports.resume(await self._upload(upload_id, import_id))
        due = await asyncio.to_thread(engine.next_expiry, directory)
        return min(now + _LOOK, due or now + _LOOK)

    async def _upload(self, upload_id: str, import_id: str) -> Upload:
        return await asyncio.to_thread(self._source.upload, upload_id, run_of(import_id))
