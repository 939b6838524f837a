"""Each client's new day: a job of the timetable, at midnight where the client is."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from ...hooks import engine
from ...hooks.timetable import Timetable
from ..accounts import Client, Registry
from ..home import Home
from .each_client import LOOK, EachClient

_log = structlog.get_logger()


class Days:
    """Tells who ended and who started, once for each client and day, also after a downtime."""

    def __init__(self, home: Home, registry: Registry) -> None:
        self._home = home
        self._clients = EachClient(registry, self._look, "a new day could not be told")

    def start(self, timetable: Timetable) -> None:
        """Have it done while the server runs."""
        timetable.add("days", self)

    async def __call__(self, now: datetime) -> datetime:
        """Turn the day of every client for whom one has begun; says when the next one does."""
        return await self._clients(now)

    async def _look(self, client: Client, now: datetime) -> datetime:
        return await asyncio.to_thread(self._turn, client, now)

    def _turn(self, client: Client, now: datetime) -> datetime:
        directory = self._home.client(client.name).directory
        if not directory.exists():
            return now + LOOK
        for day in engine.turn_day(directory, client.timezone, now):
            _log.info("a new day has leavers or starters", client=client.name, day=day)
        return engine.next_midnight(client.timezone, now)
