"""Where imports run: in processes of their own, or, for tests and small embedders, in a thread.

A process that is killed takes one import with it, which the dispatcher tries again; the processes
end with the server, however that ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

T = TypeVar("T")


class ImportWorkers:
    """Runs imports; `processes` 0 means in a thread of this process."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._pool: ProcessPoolExecutor | None = None

    async def run(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function of this package with arguments that can be pickled."""
        if not self._processes:
            return await asyncio.to_thread(function, *args)
        pool = self._pool = self._pool or self._start()
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, function, *args)
        except BrokenProcessPool:
            if self._pool is pool:
                self._pool = None  # a process was killed: the next call starts new ones
                pool.shutdown(wait=False)
            raise

    async def warm_up(self) -> None:
        """Start the processes now rather than at the first import."""
        await self.run(_nothing)

    async def stop(self) -> None:
        """End the processes, after what they do."""
        if self._pool is not None:
            await asyncio.to_thread(self._pool.shutdown)

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._processes,
            # a forked child would hold the server's sockets, and its threads' locks
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_end_with_parent,
        )


def _end_with_parent() -> None:
    """Watch the parent process: if it is killed, nobody would ever end this one."""
    os.nice(5)  # serving comes before importing
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent.join,), daemon=True).start()
    # loaded now, so that the first import does not wait for it
    with contextlib.suppress(ImportError):
        from . import imports  # noqa: F401, PLC0415 - see above


def _exit_after(join: Callable[[], None]) -> None:
    join()
    os._exit(1)


def _nothing() -> None:
    """What warm_up calls."""
