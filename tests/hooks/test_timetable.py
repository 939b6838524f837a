"""Jobs that run when they are due."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from wharfinger.hooks.timetable import LONGEST_PAUSE, Timetable, is_due, pause, retry_after

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
PATIENCE = 10
TICK = timedelta(milliseconds=2)


class Clerk:
    """A job that notes when it was called, and answers what it is told to."""

    def __init__(self, answer: Callable[[datetime], datetime | None] = lambda _: None) -> None:
        self.calls: asyncio.Queue[datetime] = asyncio.Queue()
        self.answer = answer

    async def __call__(self, now: datetime) -> datetime | None:
        self.calls.put_nowait(now)
        return self.answer(now)

    async def called(self) -> datetime:
        """The time of the next call that was not asked for yet."""
        async with asyncio.timeout(PATIENCE):
            return await self.calls.get()


def fail(_now: datetime) -> datetime | None:
    """An answer that is none."""
    raise ValueError("this job is broken")


@asynccontextmanager
async def running(timetable: Timetable) -> AsyncIterator[None]:
    """A timetable that runs, and is drained."""
    task = asyncio.create_task(timetable.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await timetable.drain(0)


def test_a_job_runs_at_the_start_and_when_it_asked_to() -> None:
    """The first run makes up for a downtime; each run says when the next one is due."""

    async def main() -> None:
        timetable, clerk = Timetable(), Clerk(lambda now: now + TICK)
        timetable.add("clerk", clerk)
        async with running(timetable):
            times = [await clerk.called() for _ in range(4)]
        assert all(later - earlier >= TICK for earlier, later in pairwise(times))

    asyncio.run(main())


def test_a_job_that_waits_for_nothing_runs_when_it_is_woken() -> None:
    """No job is asked again and again whether there is something to do."""

    async def main() -> None:
        timetable, idle, busy = Timetable(), Clerk(), Clerk(lambda now: now + TICK)
        timetable.add("idle", idle)
        timetable.add("busy", busy)
        async with running(timetable):
            await idle.called()
            for _ in range(3):
                await busy.called()
            assert idle.calls.empty()
            timetable.wake("idle")
            await idle.called()

    asyncio.run(main())


def test_a_job_that_is_woken_while_it_runs_runs_once_more() -> None:
    """What came up after it had looked is not forgotten, and it never runs twice at once."""

    async def main() -> None:
        timetable, started, go_on = Timetable(), asyncio.Queue[int](), asyncio.Event()
        inside = 0

        async def job(_now: datetime) -> None:
            nonlocal inside
            inside += 1
            started.put_nowait(inside)
            await go_on.wait()
            inside -= 1

        timetable.add("job", job)
        async with running(timetable), asyncio.timeout(PATIENCE):
            assert await started.get() == 1
            timetable.wake("job")
            timetable.wake("job")
            await asyncio.sleep(0)
            assert started.empty()
            go_on.set()
            assert await started.get() == 1

    asyncio.run(main())


def test_a_job_that_fails_stops_no_other_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The others run on as if nothing had happened."""
    monkeypatch.setattr("wharfinger.hooks.timetable.RETRY_AFTER", (TICK,))

    async def main() -> None:
        timetable, broken, sound = Timetable(), Clerk(fail), Clerk(lambda now: now + TICK)
        timetable.add("broken", broken)
        timetable.add("sound", sound)
        async with running(timetable):
            for _ in range(3):
                await broken.called()
                await sound.called()

    asyncio.run(main())


def test_a_job_can_be_added_while_others_run() -> None:
    """It is due at once."""

    async def main() -> None:
        timetable, clerk = Timetable(), Clerk()
        async with running(timetable):
            await asyncio.sleep(0)
            timetable.add("late", clerk)
            await clerk.called()

    asyncio.run(main())


def test_a_stop_gives_jobs_time_and_then_ends_them() -> None:
    """A job that comes to its end does so; one that does not is cancelled."""

    async def main() -> None:
        timetable, ended = Timetable(), []

        async def quick(_now: datetime) -> None:
            await asyncio.sleep(0)
            ended.append("quick")

        async def endless(_now: datetime) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("endless")

        timetable.add("quick", quick)
        timetable.add("endless", endless)
        run = asyncio.create_task(timetable.run())
        await asyncio.sleep(0)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        await timetable.drain(0.05)
        assert ended == ["quick", "endless"]

    asyncio.run(main())


def test_what_is_due() -> None:
    """A job is due from its time on; one without a time is not."""
    assert is_due(NOW, NOW)
    assert not is_due(NOW + TICK, NOW)
    assert not is_due(None, NOW)


def test_how_long_nothing_is_due() -> None:
    """Until the first time, and never so long that a clock that was set goes unnoticed."""
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    assert pause([NOW + hour, NOW + minute, None], NOW) == 60
    assert pause([NOW - hour], NOW) == 0
    assert pause([None], NOW) == pause([], NOW) == pause([NOW + hour], NOW) == LONGEST_PAUSE


def test_failures_in_a_row_wait_longer() -> None:
    """And never for good."""
    waits = [retry_after(failures) for failures in range(10)]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1] == waits[-2]
