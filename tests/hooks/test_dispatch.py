"""The dispatcher: every hook hears of every upload, in order, whatever fails in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from uploads import make_upload
from wharfinger.hooks import dispatch
from wharfinger.hooks.dispatch import Dispatcher
from wharfinger.hooks.events import Upload, UploadCompleted
from wharfinger.hooks.order import RETRY_AFTER, Attempted, Key, Progress, Waiting, key_of
from wharfinger.hooks.plugins import Plugins
from wharfinger.hooks.spec import hookimpl

PATIENCE = 10.0


@dataclass
class Source:
    """Receipts in memory, as a journal keeps them."""

    uploads: dict[Key, Upload] = field(default_factory=dict)
    deliveries: dict[Key, dict[str, Attempted]] = field(default_factory=dict)
    settled: dict[Key, Progress] = field(default_factory=dict)
    #: calls that fail, and how often still
    failing: dict[str, int] = field(default_factory=dict)
    news: bool = False

    def add(self, *uploads: Upload) -> None:
        """Keep receipts."""
        self.uploads.update((key_of(upload), upload) for upload in uploads)

    async def waiting(self) -> list[Waiting]:
        """What is not settled."""
        self._call("waiting")
        return [
            Waiting(upload, dict(self.deliveries.get(key, {})))
            for key, upload in self.uploads.items()
            if key not in self.settled
        ]

    async def changed(self) -> bool:
        """Whether somebody else has changed something."""
        self._call("changed")
        news, self.news = self.news, False
        return news

    async def note_delivery(
        self, upload: Upload, hook: str, attempted: Attempted, error: str | None
    ) -> None:
        """Keep how far a hook is."""
        self._call("note_delivery")
        self.deliveries.setdefault(key_of(upload), {})[hook] = attempted

    async def note_settled(self, upload: Upload, progress: Progress) -> None:
        """Keep that an upload is settled."""
        self._call("note_settled")
        self.settled[key_of(upload)] = progress

    def _call(self, name: str) -> None:
        if self.failing.get(name, 0):
            self.failing[name] -= 1
            raise OSError("the disk failed")


class Hook:
    """Notes what it hears, and fails or waits as it is told."""

    def __init__(self, *, failures: dict[str, int] | None = None) -> None:
        self.heard: list[UploadCompleted] = []
        self.failures = failures or {}
        self.gates: dict[str, asyncio.Event] = {}

    @hookimpl
    async def upload_completed(self, event: UploadCompleted) -> None:
        """Hear of an upload."""
        self.heard.append(event)
        if gate := self.gates.get(event.upload.id):
            await gate.wait()
        if self.failures.get(event.upload.id, 0):
            self.failures[event.upload.id] -= 1
            raise RuntimeError("no")

    def ids(self) -> list[str]:
        """What it heard of, in order."""
        return [event.upload.id for event in self.heard]


class Clock:
    """A clock that jumps to whatever is due next, so that no test waits."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time; each look at it takes a quarter of an hour."""
        self.now += timedelta(minutes=15)
        return self.now


@pytest.fixture
def source() -> Source:
    """A source with nothing in it."""
    return Source()


def dispatching(source: Source, **hooks: Hook) -> Dispatcher:
    """A dispatcher for hooks of these names, whose retries come at once."""
    plugins = Plugins(entry_points=False)
    for name, hook in hooks.items():
        plugins.add(hook, name)
    return Dispatcher(source, plugins, sweep=0.01, clock=Clock())


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - on what the dispatcher keeps, nobody tells of it
            await asyncio.sleep(0.001)


def run(dispatcher: Dispatcher, story: Callable[[], Awaitable[None]]) -> None:
    """Run a dispatcher for as long as a story lasts."""

    async def main() -> None:
        running = asyncio.create_task(dispatcher.run())
        try:
            await story()
        finally:
            running.cancel()
            await asyncio.wait([running])
            await dispatcher.drain(0)

    asyncio.run(main())


def test_what_waits_and_what_comes_is_heard_of_in_order(source: Source) -> None:
    """Once each: what was left from before the start, and what is offered after it."""
    source.add(*(make_upload(f"u{number}", mode="delta") for number in range(3)))
    hook = Hook()
    dispatcher = dispatching(source, hook=hook)

    async def story() -> None:
        later = make_upload("u3", mode="delta")
        source.add(later)
        dispatcher.offer(later)
        dispatcher.offer(later)
        await until(lambda: len(source.settled) == 4)

    run(dispatcher, story)
    assert hook.ids() == ["u0", "u1", "u2", "u3"]
    assert set(source.settled.values()) == {Progress.DONE}


def test_a_hook_that_fails_a_while_is_tried_until_it_succeeds(source: Source) -> None:
    """Later uploads wait for it, and it counts its attempts."""
    source.add(make_upload("u0", mode="delta"), make_upload("u1", mode="delta"))
    hook = Hook(failures={"u0": 3})
    run(dispatching(source, hook=hook), lambda: until(lambda: len(source.settled) == 2))
    assert hook.ids() == ["u0"] * 4 + ["u1"]
    assert source.deliveries["u0", 1]["hook"].attempts == 4


def test_a_hook_that_keeps_failing_parks_its_upload(source: Source) -> None:
    """After the last attempt; the other hook is done with it, and a later full file passes."""
    source.add(make_upload("u0"))
    failing, other = Hook(failures={"u0": 99}), Hook()
    dispatcher = dispatching(source, failing=failing, other=other)

    async def story() -> None:
        await until(lambda: ("u0", 1) in source.settled)
        source.add(make_upload("u1"))
        dispatcher.offer(make_upload("u1"))
        await until(lambda: ("u1", 1) in source.settled)

    run(dispatcher, story)
    assert failing.ids() == ["u0"] * (len(RETRY_AFTER) + 1) + ["u1"]
    assert other.ids() == ["u0", "u1"]
    assert source.settled == {("u0", 1): Progress.PARKED, ("u1", 1): Progress.DONE}


def test_neither_another_client_nor_another_hook_waits_for_a_slow_one(source: Source) -> None:
    """Each hook has a lane of its own for each client."""
    source.add(make_upload("u0"), make_upload("u1", client="other"))
    slow, quick = Hook(), Hook()

    async def story() -> None:
        slow.gates["u0"] = asyncio.Event()
        await until(lambda: ("u1", 1) in source.settled and quick.ids() == ["u0", "u1"])
        assert slow.ids() == ["u0", "u1"]
        assert ("u0", 1) not in source.settled
        slow.gates["u0"].set()
        await until(lambda: ("u0", 1) in source.settled)

    run(dispatching(source, slow=slow, quick=quick), story)


def test_a_superseded_upload_is_heard_of_as_such(source: Source) -> None:
    """And the newest as what it is."""
    source.add(make_upload("u0"), make_upload("u1"))
    hook = Hook()
    run(dispatching(source, hook=hook), lambda: until(lambda: len(source.settled) == 2))
    heard = [(event.upload.id, event.superseded_by) for event in hook.heard]
    assert heard == [("u0", "u1"), ("u1", None)]


@pytest.mark.parametrize("call", ["waiting", "changed", "note_delivery", "note_settled"])
def test_a_source_that_fails_heals(source: Source, call: str) -> None:
    """What could not be kept is repeated; nothing is lost, and nothing ends."""
    source.failing[call] = 3
    source.add(make_upload("u0"))
    hook = Hook()
    dispatcher = dispatching(source, hook=hook)

    async def story() -> None:
        await until(lambda: ("u0", 1) in source.settled and not source.failing[call])
        source.add(make_upload("u1"))
        dispatcher.offer(make_upload("u1"))
        await until(lambda: ("u1", 1) in source.settled)

    run(dispatcher, story)
    assert set(hook.ids()) == {"u0", "u1"}


def test_a_stop_in_the_middle_of_a_delivery_repeats_it(source: Source) -> None:
    """At the next start; what was done before is not heard of again."""
    source.add(make_upload("u0", mode="delta"), make_upload("u1", mode="delta"))
    hook = Hook()

    async def story() -> None:
        hook.gates["u1"] = asyncio.Event()
        await until(lambda: hook.ids() == ["u0", "u1"])

    run(dispatching(source, hook=hook), story)
    assert list(source.settled) == [("u0", 1)]
    again = Hook()
    run(dispatching(source, hook=again), lambda: until(lambda: len(source.settled) == 2))
    assert again.ids() == ["u1"]


def test_a_stop_waits_for_a_delivery_that_ends_in_time(source: Source) -> None:
    """And keeps how it ended."""
    source.add(make_upload("u0"))
    hook = Hook()
    dispatcher = dispatching(source, hook=hook)

    async def main() -> None:
        hook.gates["u0"] = asyncio.Event()
        running = asyncio.create_task(dispatcher.run())
        await until(lambda: hook.ids() == ["u0"])
        running.cancel()
        asyncio.get_running_loop().call_later(0.01, hook.gates["u0"].set)
        await dispatcher.drain(PATIENCE)
        await asyncio.wait([running])

    asyncio.run(main())
    assert source.settled == {("u0", 1): Progress.DONE}


def test_what_another_process_queues_is_found(source: Source) -> None:
    """A replay is another run for hooks that have had the one before."""
    source.add(make_upload("u0"))
    hook = Hook()

    async def story() -> None:
        await until(lambda: ("u0", 1) in source.settled)
        source.add(make_upload("u0", run=2))
        source.news = True
        await until(lambda: ("u0", 2) in source.settled)

    run(dispatching(source, hook=hook), story)
    assert [event.upload.run for event in hook.heard] == [1, 2]


def test_what_another_process_queues_is_found_on_a_busy_day(source: Source) -> None:
    """Uploads that come more often than the source is looked at do not keep it from that."""
    hook = Hook()
    dispatcher = dispatching(source, hook=hook)

    async def story() -> None:
        source.add(make_upload("u0"))
        dispatcher.offer(make_upload("u0"))
        await until(lambda: ("u0", 1) in source.settled)
        source.add(make_upload("replayed", run=2))
        source.news = True
        async with asyncio.timeout(PATIENCE):
            number = 0
            while ("replayed", 2) not in source.settled:
                number += 1
                source.add(make_upload(f"u{number}"))
                dispatcher.offer(make_upload(f"u{number}"))
                await asyncio.sleep(0)

    run(dispatcher, story)


@contextmanager
def slow_reading(source: Source) -> Iterator[tuple[asyncio.Event, asyncio.Event]]:
    """Readings that have seen everything and are only answered later."""
    read, answer = asyncio.Event(), asyncio.Event()
    waiting = source.waiting

    async def slow() -> list[Waiting]:
        found = await waiting()
        read.set()
        await answer.wait()
        return found

    source.waiting = slow  # type: ignore[method-assign]  # for as long as it is read slowly
    yield read, answer
    source.waiting = waiting  # type: ignore[method-assign]  # as it was


def test_a_delivery_that_ends_while_the_source_is_read_is_settled(source: Source) -> None:
    """What that reading does not know yet is not forgotten over it, with two hooks neither."""
    source.add(make_upload("u0"))
    first, second = Hook(), Hook()

    async def story() -> None:
        first.gates["u0"], second.gates["u0"] = asyncio.Event(), asyncio.Event()
        await until(lambda: first.ids() == second.ids() == ["u0"])
        with slow_reading(source) as (read, answer):
            source.news = True
            await read.wait()
            first.gates["u0"].set()
            await until(lambda: "first" in source.deliveries.get(("u0", 1), {}))
            answer.set()
        second.gates["u0"].set()
        await until(lambda: ("u0", 1) in source.settled)

    run(dispatching(source, first=first, second=second), story)
    assert first.ids() == second.ids() == ["u0"]


def test_what_every_hook_has_had_is_settled_at_the_start(source: Source) -> None:
    """A stop between the last delivery and its settling leaves nothing in the queue for ever."""
    source.add(make_upload("u0"), make_upload("u1"))
    source.deliveries["u0", 1] = {"hook": Attempted(Progress.DONE, 1)}
    source.deliveries["u1", 1] = {"hook": Attempted(Progress.PARKED, 6)}
    hook = Hook()
    run(dispatching(source, hook=hook), lambda: until(lambda: len(source.settled) == 2))
    assert source.settled == {("u0", 1): Progress.DONE, ("u1", 1): Progress.PARKED}
    assert hook.ids() == []


def test_without_hooks_nothing_waits(source: Source) -> None:
    """An upload that nobody wants to hear of is done."""
    source.add(make_upload("u0"))
    run(dispatching(source), lambda: until(lambda: ("u0", 1) in source.settled))
    assert source.settled == {("u0", 1): Progress.DONE}


def test_the_sweep_is_short() -> None:
    """A replay on the command line is noticed within seconds."""
    assert dispatch.SWEEP <= 5
