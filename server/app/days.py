"""Each client's new day: a job of the timetable, at midnight where the client is."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from ...hooks import engine
from ...hooks.timetable import Timetable
from ..accounts import Client, Registry
from ..home import Home

_log = structlog.get_logger()

#: time between looks for clients that were added or moved by other processes
_LOOK = timedelta(hours=1)
_RETRY = timedelta(minutes=1)


class Days:
    """Tells who ended and who started, once for each client and day, also after a downtime."""

    def __init__(self, home: Home, registry: Registry) -> None:
        self._home = home
        self._registry = registry
        #: client -> when its next day begins, as far as today's is done
        self._next: dict[Client, datetime] = {}

    def start(self, timetable: Timetable) -> None:
        """Have it done while the server runs."""
        timetable.add("days", self)

    async def __call__(self, now: datetime) -> datetime:
        """Turn the day of every client for whom one has begun; says when the next one does."""
        clients = await asyncio.to_thread(self._registry.clients)
        self._next = {client: due for client, due in self._next.items() if client in clients}
        for client in clients:
            if self._next.get(client, now) <= now:
                self._next[client] = now + _RETRY
                try:
                    self._next[client] = await asyncio.to_thread(self._turn, client, now)
                except Exception:  # noqa: BLE001 - one client's trouble is not another's
                    _log.exception("a new day could not be told", client=client.name)
        return min([now + _LOOK, *self._next.values()])

    def _turn(self, client: Client, now: datetime) -> datetime:
        directory = self._home.client(client.name).directory
        if not directory.exists():
            return now + _LOOK
        for day in engine.turn_day(directory, client.timezone, now):
            _log.info("a new day has leavers or starters", client=client.name, day=day)
        return engine.next_midnight(client.timezone, now)
