"""Work that is done for each client when that is due: what jobs of the timetable have in common."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from ..accounts import Client, Registry

_log = structlog.get_logger()

#: time between looks for what other processes have changed
LOOK = timedelta(hours=1)
_RETRY = timedelta(minutes=1)

#: is given a client and the time, and says when it is due for that client next
Work = Callable[[Client, datetime], Awaitable[datetime]]


class EachClient:
    """A job of the timetable. One client's trouble is logged, tried again, and not another's."""

    def __init__(self, registry: Registry, work: Work, trouble: str) -> None:
        """`trouble` is what the log says where the work fails."""
        self._registry = registry
        self._work = work
        self._trouble = trouble
        #: client -> when it is due; one that is absent is due now
        self._due: dict[Client, datetime] = {}
        #: names of clients that are due whatever was said before
        self._heard: set[str] = set()

    def hear(self, client: str) -> None:
        """Let a client be due at the next run."""
        self._heard.add(client)

    async def __call__(self, now: datetime) -> datetime:
        """Do what is due; says when something is next."""
        clients = await asyncio.to_thread(self._registry.clients)
        self._due = {client: due for client, due in self._due.items() if client in clients}
        for client in clients:
            if client.name in self._heard or self._due.get(client, now) <= now:
                self._heard.discard(client.name)
                self._due[client] = now + _RETRY
                try:
                    self._due[client] = await self._work(client, now)
                except Exception:  # noqa: BLE001 - one client's trouble is not another's
                    _log.exception(self._trouble, client=client.name)
        return min([now + LOOK, *self._due.values()])
