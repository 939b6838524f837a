"""Each client's new day in a server that runs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from firm import CSV, provision, push
from wharfinger import Server
from wharfinger.hooks.engine import unsent
from wharfinger.server.app.days import Days
from wharfinger.server.home import Home

LEAVER = (
    CSV.replace(b";01/09/2019", b";01/09/2019;12/11/2090")
    .replace(b"dtContractStart", b"dtContractStart;dtContractEnd")
    .replace(b";01/02/2020", b";01/02/2020;")
    .replace(b";15/03/2021", b";15/03/2021;")
)


def test_the_day_turns_at_the_clients_midnight(server: Server, home: Home) -> None:
    """The job says when that is, looks again an hour later at most, and tells the day once."""
    upload = push(server, LEAVER)
    assert server.wait_for_import(upload).state == "applied"
    days = Days(home, server._runtime.registry)
    noon = datetime(2090, 11, 12, 12, 0, tzinfo=UTC)
    late = datetime(2090, 11, 12, 22, 30, tzinfo=UTC)
    midnight = datetime(2090, 11, 12, 23, 0, tzinfo=UTC)
    assert asyncio.run(_call(days, noon)) == noon.replace(hour=13)
    assert asyncio.run(_call(days, late)) == midnight
    assert told(home) == []
    for _ in range(2):
        asyncio.run(_call(days, midnight))
    assert told(home) == ["day:2090-11-13"]


def test_trouble_with_one_client_is_not_anothers(server: Server, home: Home) -> None:
    """It is tried again a minute later."""
    server.wait_for_import(push(server, LEAVER))
    provision(server, "other")
    home.client("other").directory.mkdir(parents=True)
    now = datetime(2090, 11, 13, 12, 0, tzinfo=UTC)
    days = Days(home, server._runtime.registry)
    assert asyncio.run(_call(days, now)) == now.replace(minute=1)
    assert told(home) == ["day:2090-11-13"]


def told(home: Home) -> list[str]:
    """The days that are to be told."""
    far = datetime(2100, 1, 1, tzinfo=UTC)
    entries = unsent(home.client("acme").directory, "mail", far)
    return [entry.id for entry in entries if entry.kind == "day"]


async def _call(days: Days, now: datetime) -> datetime:
    return await days(now)
