"""Writes that are gathered in the event loop and done in threads.

Rules:
1. Consecutive bytes become one block; one block is written while the next one gathers.
2. A sender that is faster than the disk is held back: no more than two blocks wait.
3. An error comes up at the next write, or at the end; what follows it is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .threads import Threads

#: bytes that are gathered before they are written
BLOCK = 1 << 20


@dataclass(slots=True)
class Run:
    """Consecutive bytes that wait to be written at `offset`."""

    offset: int
    chunks: list[bytes] = field(default_factory=list)
    size: int = 0


class WriteBehind:
    """Gathers the writes of one file."""

    def __init__(self, write: Callable[[list[Run]], None], threads: Threads) -> None:
        self._write = write
        self._threads = threads
        self._runs: list[Run] = []
        self._gathered = 0
        self._writing: asyncio.Future[None] | None = None
        self.failure: BaseException | None = None

    def put(self, offset: int, data: bytes) -> Awaitable[None] | None:
        """Take bytes; await the result, if there is one, before the next call."""
        if not self._runs or self._runs[-1].offset + self._runs[-1].size != offset:
            self._runs.append(Run(offset))
        run = self._runs[-1]
        run.chunks.append(data)
        run.size += len(data)
        self._gathered += len(data)
        if self._gathered < BLOCK:
            return None
        if self._writing is None:
            self._start()
            return None
        return self._start_after(self._writing)

    def take(self) -> list[Run]:
        """What was gathered and not yet handed to a thread; the caller writes it."""
        runs, self._runs, self._gathered = self._runs, [], 0
        return runs

    async def wait(self) -> None:
        """Wait for what a thread is writing."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    def _start(self) -> None:
        self._writing = self._threads.start(self._write, self.take())
        self._writing.add_done_callback(self._written)

    async def _start_after(self, earlier: asyncio.Future[None]) -> None:
        await asyncio.wait([earlier])
        self._start()

    def _written(self, writing: asyncio.Future[None]) -> None:
        if self._writing is writing:
            self._writing = None
        if not writing.cancelled() and writing.exception() is not None:
            self.failure = self.failure or writing.exception()
