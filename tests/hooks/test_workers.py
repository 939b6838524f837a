"""Import workers: in processes that may be killed, or in a thread."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures.process import BrokenProcessPool

import pytest

from wharfinger.hooks.workers import ImportWorkers
from witness import until


def test_without_processes_work_is_done_in_a_thread(no_leaks: None) -> None:
    """Of this process, and not in the loop's own."""

    async def story() -> None:
        workers = ImportWorkers(0)
        await workers.warm_up()
        assert await workers.run(os.getpid) == os.getpid()
        assert await workers.run(threading.get_ident) != threading.get_ident()
        await workers.stop()

    asyncio.run(story())


def test_a_killed_process_takes_one_piece_of_work_with_it(no_leaks: None) -> None:
    """Its caller hears so, and the next piece is done by a new process."""

    async def story() -> None:
        workers = ImportWorkers(1)
        await workers.warm_up()
        first = await workers.run(os.getpid)
        assert first != os.getpid()
        assert await workers.run(os.nice, 0) == os.nice(0) + 5  # serving comes first
        with pytest.raises(BrokenProcessPool):
            await workers.run(os.kill, first, signal.SIGKILL)
        assert await workers.run(os.getpid) not in (first, os.getpid())
        await workers.stop()

    asyncio.run(story())


def test_what_work_raises_reaches_its_caller(no_leaks: None) -> None:
    """And the process goes on."""

    async def story() -> None:
        workers = ImportWorkers(1)
        with pytest.raises(ValueError, match="invalid literal"):
            await workers.run(int, "x")
        assert await workers.run(int, "1") == 1
        await workers.stop()

    asyncio.run(story())


SERVER = """
import asyncio, os, sys, time
from wharfinger.hooks.workers import ImportWorkers

async def main():
    workers = ImportWorkers(1)
    print(await workers.run(os.getpid), flush=True)
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_processes_end_with_a_server_that_is_killed(tmp_path: os.PathLike[str]) -> None:
    """Nobody would ever end them otherwise."""
    script = os.path.join(tmp_path, "server.py")
    with open(script, "w", encoding="utf-8") as file:
        file.write(SERVER)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        worker = int(server.stdout.readline())
        assert is_running(worker)
        server.kill()
        until(lambda: not is_running(worker))


def is_running(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for runs no more."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
