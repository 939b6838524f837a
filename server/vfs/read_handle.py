"""A file open for reading."""

from __future__ import annotations

import asyncio
import os

from .allowance import Allowance
from .threads import Threads
from .upload_handle import LONGEST_READ
from .write_behind import BLOCK


class ReadHandle:
    """Reads a file in blocks, so that a client that asks for little at a time costs few threads."""

    def __init__(self, descriptor: int, threads: Threads, allowance: Allowance) -> None:
        self._descriptor = descriptor
        self._threads = threads
        self._allowance = allowance
        self._start = 0
        self._block = b""
        status = os.fstat(descriptor)
        self.size = status.st_size
        self.modified_at = status.st_mtime

    async def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset`: fewer at the end of a block, none at the end.

        Raises Refused.
        """
        if offset >= self.size:
            return b""
        begin = offset - self._start
        if not 0 <= begin < len(self._block):
            self._block = await self._threads.run(os.pread, self._descriptor, BLOCK, offset)
            self._start, begin = offset, 0
        data = self._block[begin : begin + min(size, LONGEST_READ)]
        if pause := self._allowance.pause(len(data)):
            await asyncio.sleep(pause)
        return data

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
