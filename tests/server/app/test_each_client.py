"""Work that is done for each client when that is due."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from firm import provision
from wharfinger import Server
from wharfinger.server.accounts import Client
from wharfinger.server.app.each_client import LOOK, EachClient

NOON = datetime(2090, 11, 12, 12, 0, tzinfo=UTC)
SOON = NOON + timedelta(minutes=5)


class Work:
    """Notes whom it is called for; fails for those in `troubled`."""

    def __init__(self, server: Server, *troubled: str) -> None:
        self.job = EachClient(server._runtime.registry, self._do, "trouble")
        self.done: list[str] = []
        self._troubled = troubled

    async def _do(self, client: Client, _now: datetime) -> datetime:
        self.done.append(client.name)
        if client.name in self._troubled:
            raise OSError
        return SOON

    def run(self, now: datetime) -> datetime:
        """Run the job."""

        async def call() -> datetime:
            return await self.job(now)

        return asyncio.run(call())


def test_each_client_has_its_own_time(server: Server) -> None:
    """One that is not due is left alone, unless something was heard of it."""
    provision(server, "other")
    work = Work(server)
    assert work.run(NOON) == SOON
    assert work.run(NOON) == SOON
    assert work.done == ["acme", "other"]
    work.job.hear("other")
    work.run(NOON)
    assert work.done == ["acme", "other", "other"]


def test_trouble_with_one_client_is_not_anothers(server: Server) -> None:
    """It is tried again a minute later."""
    provision(server, "other")
    work = Work(server, "acme")
    assert work.run(NOON) == NOON + timedelta(minutes=1)
    assert work.done == ["acme", "other"]


def test_a_client_that_is_gone_is_due_no_more(server: Server) -> None:
    """Or the job would run without a pause."""
    work = Work(server)
    work.run(NOON)
    server._runtime.registry.remove_client("acme")
    assert work.run(SOON + timedelta(hours=2)) == SOON + timedelta(hours=2) + LOOK
