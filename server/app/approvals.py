"""What becomes of held imports without anybody: they expire, and what waited for them follows."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from datetime import datetime

from ...hooks import engine
from ...hooks.events import ImportFinished, Upload
from ...hooks.imports import ImportHook, run_of
from ...hooks.plugins import Plugins
from ...hooks.spec import hookimpl
from ...hooks.timetable import Timetable
from ...hooks.workers import ImportWorkers
from ..accounts import Client, Registry
from ..home import Home
from .each_client import LOOK, EachClient
from .source import JournalSource


class Approvals:
    """Looks at the clients that may have something due.

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
        self._source = source
        self._imports = imports
        self._workers = workers
        self._wake: Callable[[], None] = lambda: None
        self._clients = EachClient(registry, self._look, "held imports could not be looked at")

    def start(self, plugins: Plugins, timetable: Timetable) -> None:
        """Have it done while the server runs."""
        self._wake = functools.partial(timetable.wake, "approvals")
        plugins.add(self, "approvals")
        timetable.add("approvals", self._clients)

    @hookimpl
    async def import_finished(self, event: ImportFinished) -> None:
        """Look at the client again."""
        if event.state == engine.State.HELD or event.upload.mode == "delta":
            self._clients.hear(event.upload.client)
            self._wake()

    async def _look(self, client: Client, now: datetime) -> datetime:
        directory = self._home.client(client.name).directory
        if not directory.exists():
            return now + LOOK
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
        return min(now + LOOK, due or now + LOOK)

    async def _upload(self, upload_id: str, import_id: str) -> Upload:
        return await asyncio.to_thread(self._source.upload, upload_id, run_of(import_id))
