"""The end of tasks that are to be finished, but not waited for without end."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any


async def drain(tasks: Collection[asyncio.Task[Any]], seconds: float) -> None:
    """Give tasks that long, then cancel them: what they do is done again at the next start."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
