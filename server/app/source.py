"""The journal as the dispatcher's source of receipts."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import ParamSpec, TypeVar

from ...hooks.events import Upload
from ...hooks.order import Attempted, Progress, Waiting
from ..accounts import Registry
from ..home import Home
from ..journal import Journal, JournalEntry

P = ParamSpec("P")
T = TypeVar("T")


class JournalSource:
    """Implements hooks.dispatch.ReceiptSource; what blocks runs in a thread."""

    def __init__(self, journal: Journal, registry: Registry, home: Home) -> None:
        self._journal = journal
        self._registry = registry
        self._home = home
        self._version = journal.version()

    async def waiting(self) -> list[Waiting]:
        """All uploads that are not settled, in order. Raises OSError."""
        return await _in_thread(self._waiting)

    async def changed(self) -> bool:
        """Whether another connection wrote to the journal since this was asked last."""
        version = await _in_thread(self._journal.version)
        before, self._version = self._version, version
        return version != before

    async def note_delivery(
        self, upload: Upload, hook: str, attempted: Attempted, error: str | None
    ) -> None:
        """Keep how far a hook is with an upload. Raises OSError."""
        await _in_thread(
            self._journal.note_delivery,
            upload.id,
            upload.run,
            hook,
            state=attempted.progress.value,
            attempts=attempted.attempts,
            next_attempt_at=attempted.next_attempt_at,
            error=error,
        )

    async def note_settled(self, upload: Upload, progress: Progress) -> None:
        """Keep that an upload is done or parked. Raises OSError."""
        await _in_thread(self._journal.note_state, upload.id, upload.run, progress.value)

    def upload(self, upload_id: str, run: int | None = None) -> Upload:
        """An upload as hooks are told of it, by default its present run.

        Blocks; raises NotFound.
        """
        upload = self._upload(self._journal.entry(upload_id))
        return upload if run is None else replace(upload, run=run)

    def _waiting(self) -> list[Waiting]:
        entries = self._journal.waiting()
        deliveries: dict[str, dict[str, Attempted]] = {}
        for found in self._journal.deliveries(entries):
            attempted = Attempted(Progress(found.state), found.attempts, found.next_attempt_at)
            deliveries.setdefault(found.upload, {})[found.hook] = attempted
        clients = {client.name: client.timezone for client in self._registry.clients()}
        return [
            Waiting(self._upload(entry, clients[entry.client]), deliveries.get(entry.id, {}))
            for entry in entries
            if entry.client in clients  # a client may be erased meanwhile
        ]

    def _upload(self, entry: JournalEntry, timezone: str | None = None) -> Upload:
        return Upload(
            id=entry.id,
            run=entry.run,
            client=entry.client,
            timezone=timezone or self._registry.client(entry.client).timezone,
            account=entry.account,
            folder=entry.folder,
            path=entry.path,
            size=entry.size,
            sha256=entry.sha256,
            protocol=entry.protocol,
            peer=entry.peer,
            received_at=entry.received_at,
            snapshot=self._home.client(entry.client).spool / entry.snapshot,
            mapping=entry.mapping,
            mode=entry.mode,
            first_import=entry.first_import,
            language=entry.language,
        )


async def _in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return await asyncio.to_thread(function, *args, **kwargs)
    except sqlite3.Error as error:
        raise OSError(f"the journal failed: {error}") from error
