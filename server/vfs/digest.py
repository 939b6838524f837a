"""The hash of what a file holds, computed beside the event loop, a block at a time."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

from .upload_handle import LONGEST_READ

#: reads up to so many bytes from an offset; none at the end
Read = Callable[[int, int], Awaitable[bytes]]


async def digest(algorithm: str, read: Read, start: int, end: int) -> bytes:
    """The hash of the bytes from `start` up to `end`, by hashlib's name of the algorithm."""
    found = hashlib.new(algorithm, usedforsecurity=False)  # what clients know: MD5 too
    position = start
    while position < end:
        data = await read(position, min(end - position, LONGEST_READ))
        if not data:
            break  # the file is shorter than it was
        await asyncio.to_thread(found.update, data)
        position += len(data)
    return found.digest()
