"""A file open for writing, as an edge holds it: from its first byte to its verdict."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable
from datetime import UTC, datetime

from .allowance import Allowance
from .base import Base, choose_base
from .opening import Destination
from .refusal import Refusal, Refused, refusal_of
from .threads import Threads
from .verdict import Ending
from .write_behind import Run, WriteBehind

#: the longest answer to one READ: its cost is bounded by this, not by what a client asks for
LONGEST_READ = 1 << 18


class UploadHandle:
    """An upload on its way; VfsSession.commit or VfsSession.abort ends it."""

    def __init__(self, destination: Destination, threads: Threads, allowance: Allowance) -> None:
        self.destination = destination
        self.draft = destination.draft
        #: set once, by whoever ends the upload
        self.ended = False
        #: when the last byte was in, UTC; set with `ended`
        self.received_at = datetime.now(UTC)
        #: what the sender was refused, None while all is well
        self.refused: Refused | None = None
        #: POSIX time that the client wants the file to have
        self.modified_at: float | None = None
        opening = destination.opening
        #: bytes that the file would have if it ended now
        self.size = 0 if opening.truncate else opening.existing or opening.partial or 0
        #: whether the file is new, was written to or was cut
        self.changed = opening.truncate or (opening.existing is None and opening.partial is None)
        self._threads = threads
        self._allowance = allowance
        allowance.begin(self)
        #: a call that was cancelled may still run in its thread when the upload is ended in another
        self._turn = threading.RLock()
        self._behind = WriteBehind(self._write, threads)
        self._base: Base | None = None
        self._resume_at: int | None = None
        #: bytes that the client says the file has, where that was more than had arrived
        self._stated: int | None = None
        self._shift = 0

    def write(self, offset: int | None, data: bytes) -> Awaitable[None] | None:
        """Take bytes for `offset`, or for the end of the file (None).

        Await the result, if there is one, before the next call. Raises Refused, also for what went
        wrong with earlier writes.
        """
        self._check_open()
        self.begin(offset)
        position = self.size if offset is None else offset + self._shift
        end = position + len(data)
        if end > self.destination.largest:
            raise self._refuse(Refused(Refusal.TOO_LARGE))
        if end > self.size and not self._allowance.has_room(self, end):
            raise self._refuse(Refused(Refusal.QUOTA))
        self.size = max(self.size, end)
        self.changed = True
        written = self._behind.put(position, data)
        pause = self._allowance.pause(len(data))
        return _after(pause, written) if pause else written

    def begin(self, offset: int | None) -> None:
        """Decide what the bytes below the first write are; the first write does it by itself.

        Raises Refused when that write is not possible.
        """
        if self._base is not None:
            return
        opening = self.destination.opening
        try:
            self._base = choose_base(opening, offset)
        except Refused as refused:
            raise self._refuse(refused) from None
        if self._base is Base.NOTHING:
            self.size = 0
        elif self._base is Base.PARTIAL and offset is not None:
            self.size = offset
        if self._base is Base.PARTIAL:
            self._resume_at = self.size
        if opening.append and offset is not None:
            self._shift = self.size - offset

    async def cut(self, size: int) -> None:
        """Make the file `size` bytes long (SFTP: SETSTAT with a size).

        It is never made longer, because bytes that were not sent are no part of a file. A size
        that is not reached by the end says that the file is not whole: lftp and scp state it.
        """
        await self._settle()
        self._stated = size if size > self.size else None
        self.changed = self.changed or self._stated is not None
        if size < self.size:
            self.size = size
            self.changed = True
            await self._threads.run(self.draft.cut, size)

    def expect(self, size: int) -> None:
        """Hold the client to its word that the file has at least `size` bytes (FTP: ALLO).

        Raises Refused where that is more than is taken.
        """
        if size > self.destination.largest:
            raise self._refuse(Refused(Refusal.TOO_LARGE))
        self._stated = size
        self.changed = self.changed or size > self.size

    async def read(self, offset: int, size: int) -> bytes:
        """What the file holds so far."""
        await self._settle()
        if offset >= self.size:
            return b""
        await self._threads.run(self._fill)
        return await self._threads.run(self.draft.read, offset, min(size, LONGEST_READ))

    async def wait_written(self) -> None:
        """Wait until no thread writes to the draft."""
        await self._behind.wait()

    def failure(self) -> Ending | None:
        """The ending that an earlier error means; None while all is well."""
        try:
            self._check()
        except Refused as refused:
            too_large = refused.kind is Refusal.TOO_LARGE
            return Ending.TOO_LARGE if too_large else Ending.WRITE_FAILED
        return None

    def complete(self) -> str | None:
        """Make the draft the whole file and return its SHA-256; None if bytes are missing.

        Blocks; raises OSError and Refused.
        """
        with self._turn:
            self.begin(0)
            self._write(self._behind.take())
            self._fill()
            if self.draft.has_gaps(max(self.size, self._stated or 0)):
                return None
            digest = self.draft.finish(self.size)
            if self.modified_at is not None:
                os.utime(self.draft.descriptor, (self.modified_at, self.modified_at))
            return digest

    def keep(self) -> None:
        """Keep what arrived for resume. Blocks; raises OSError."""
        with self._turn:
            self._write(self._behind.take())
            self.draft.keep()

    def discard(self) -> None:
        """Remove what arrived. Blocks; raises OSError."""
        with self._turn:
            self.draft.discard()

    def release(self) -> None:
        """Let go of the complete version."""
        if self.destination.existing is not None:
            os.close(self.destination.existing)

    async def _settle(self) -> None:
        """Bring the draft to where the writes are."""
        await self._behind.wait()
        self._check_open()
        self.begin(0)
        await self._threads.run(self._write, self._behind.take())

    def _check_open(self) -> None:
        if self.ended:
            raise Refused(Refusal.FAILED, "this upload has ended; the server may be stopping")
        self._check()

    def _check(self) -> None:
        if self.refused is not None:
            raise self.refused
        error = self._behind.failure
        if error is not None:
            known = refusal_of(error) if isinstance(error, OSError) else Refused(Refusal.FAILED)
            raise self._refuse(known) from error

    def _refuse(self, refused: Refused) -> Refused:
        """Refuse this and everything after it."""
        self.refused = refused
        return refused

    def _write(self, runs: list[Run]) -> None:
        """Bring runs into the draft. Blocks; raises OSError."""
        with self._turn:
            if self._resume_at is not None:
                self.draft = self.draft.resume(self._resume_at)
                self._resume_at = None
            for run in runs:
                self.draft.write(run.offset, run.chunks)

    def _fill(self) -> None:
        """Take from the complete version what was not written. Blocks; raises OSError."""
        if self._base is Base.EXISTING and self.destination.existing is not None:
            self.draft.fill(self.destination.existing, self.size)


async def _after(seconds: float, written: Awaitable[None] | None) -> None:
    """Wait for a time, and for what is written."""
    await asyncio.sleep(seconds)
    if written is not None:
        await written
