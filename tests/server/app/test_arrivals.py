"""Arrivals: whoever waits hears of what comes, what came before, and that nothing came."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from uploads import make_upload
from wharfinger.hooks.events import ImportFinished
from wharfinger.server.app.arrivals import Arrivals
from wharfinger.server.exceptions import TimedOut

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PATIENCE = 10.0


def finished(upload_id: str, state: str = "applied") -> ImportFinished:
    """The end of an upload's import."""
    return ImportFinished(
        upload=make_upload(upload_id),
        import_id=upload_id,
        state=state,
        counts={},
        findings=(),
        summary="",
        next_step="",
        started_at=NOW,
        finished_at=NOW,
        timings_ms={},
        report=Path(f"/reports/{upload_id}.json"),
    )


def test_each_upload_is_told_of_once_and_in_order() -> None:
    """Those that came before somebody asked, too."""

    async def story() -> None:
        arrivals = Arrivals()
        arrivals.arrived(make_upload("u1"))
        arrivals.arrived(make_upload("u2"))
        later = asyncio.gather(*(arrivals.next_upload(PATIENCE) for _ in range(3)))
        await asyncio.sleep(0)
        arrivals.arrived(make_upload("u3"))
        assert [upload.id for upload in await later] == ["u1", "u2", "u3"]

    asyncio.run(story())


def test_an_upload_that_does_not_come() -> None:
    """The error says what keeps uploads from coming."""
    with pytest.raises(TimedOut) as timed_out:
        asyncio.run(Arrivals().next_upload(0.01))
    assert "temporary" in timed_out.value.hint


def test_an_import_is_told_to_all_who_ask_before_and_after_its_end() -> None:
    """Each upload's own, and after a replay the newest."""

    async def story() -> None:
        arrivals = Arrivals()
        asked = [asyncio.create_task(arrivals.finished_import("u1", PATIENCE)) for _ in range(2)]
        await asyncio.sleep(0)
        await arrivals.import_finished(finished("u2"))
        await arrivals.import_finished(finished("u1", "held"))
        assert [event.state for event in await asyncio.gather(*asked)] == ["held", "held"]
        await arrivals.import_finished(finished("u1"))
        assert (await arrivals.finished_import("u1", PATIENCE)).state == "applied"

    asyncio.run(story())


def test_nobody_who_gave_up_is_waited_for() -> None:
    """Neither after a timeout nor after a cancelled call is anything kept of them."""

    async def story() -> None:
        arrivals = Arrivals()
        with pytest.raises(TimedOut):
            await arrivals.finished_import("u1", 0.01)
        cancelled = asyncio.create_task(arrivals.finished_import("u1", PATIENCE))
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        assert not arrivals._waiting
        await arrivals.import_finished(finished("u1"))

    asyncio.run(story())


def test_an_import_that_ends_with_the_patience() -> None:
    """It is the end of the import, or it is too late; it is no other error."""

    async def story() -> None:
        arrivals = Arrivals()
        asked = asyncio.create_task(arrivals.finished_import("u1", 0))
        await asyncio.sleep(0)
        await arrivals.import_finished(finished("u1"))
        (outcome,) = await asyncio.gather(asked, return_exceptions=True)
        assert isinstance(outcome, TimedOut | ImportFinished)

    asyncio.run(story())


def test_only_so_many_are_remembered() -> None:
    """A server that runs for years does not grow by what nobody asks for."""

    async def story() -> None:
        arrivals = Arrivals()
        for number in range(1001):
            arrivals.arrived(make_upload(f"u{number}"))
            await arrivals.import_finished(finished(f"u{number}"))
        assert (await arrivals.next_upload(PATIENCE)).id == "u1"
        assert (await arrivals.finished_import("u1", PATIENCE)).import_id == "u1"
        with pytest.raises(TimedOut):
            await arrivals.finished_import("u0", 0)

    asyncio.run(story())
