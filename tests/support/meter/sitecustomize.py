"""Measures the event loop of a `wharfinger serve`, and writes the longest delay into a file.

Loaded by Python itself in a server whose PYTHONPATH begins with this folder; the file is named by
WHARFINGER_METER, and holds seconds. Time in which the system ran something else although the loop's
thread could have run is left out: a busy machine is not a blocked loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

_REST = 0.005


def _queued() -> float:
    """Seconds that this thread has waited for a processor so far (Linux's schedstat)."""
    with open("/proc/thread-self/schedstat", encoding="ascii") as file:
        return int(file.read().split()[1]) / 1e9


async def _measure() -> float:
    worst = 0.0
    try:
        while True:
            began, queued = time.perf_counter(), _queued()
            await asyncio.sleep(_REST)
            late = time.perf_counter() - began - _REST
            worst = max(worst, late - (_queued() - queued))
    except asyncio.CancelledError:
        return worst


async def _measured(main: Any, file: Path) -> Any:
    running = asyncio.ensure_future(main)
    with contextlib.suppress(TimeoutError):  # what a start does is not yet serving
        await asyncio.wait_for(asyncio.shield(running), 1.0)
    meter = asyncio.create_task(_measure())
    try:
        return await running
    finally:
        meter.cancel()
        file.write_text(f"{await meter:.4f}")  # noqa: ASYNC240 - the loop is at its end


def _arm(file: Path) -> None:
    run = asyncio.run
    asyncio.run = lambda main, **options: run(_measured(main, file), **options)


if os.environ.get("WHARFINGER_METER") and multiprocessing.parent_process() is None:
    _arm(Path(os.environ["WHARFINGER_METER"]))
