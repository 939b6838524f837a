"""The private file that an upload is written to, until its verdict.

Everything here blocks, and runs in an I/O thread; one thread at a time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

from .extents import Extents
from .spool import Spool

_BLOCK = 1 << 20


class Draft:
    """A file in the spool that is being written.

    SHA-256 is computed on the way as long as writes arrive in order, which they do; else the file
    is read once more at its end.
    """

    def __init__(self, spool: Spool, name: str, descriptor: int, *, prefix: int = 0) -> None:
        self._spool = spool
        self.name = name
        self.descriptor = descriptor
        self._extents = Extents()
        self._extents.add(0, prefix)
        self._hash = hashlib.sha256()
        #: bytes that the hash has seen; what a resumed upload begins with, it has not
        self._hashed = 0
        self._in_order = True

    def write(self, offset: int, chunks: Sequence[bytes]) -> None:
        """Write consecutive chunks from `offset` on. Raises OSError."""
        if self._in_order and offset != self._extents.prefix:
            self._in_order = False
            self.name = self._spool.mark_gaps(self.name)
        position = offset
        for chunk in chunks:
            view = memoryview(chunk)
            while view:
                written = os.pwrite(self.descriptor, view, position)
                position += written
                view = view[written:]
        if offset == self._hashed:
            for chunk in chunks:
                self._hash.update(chunk)
            self._hashed = position
        elif offset < self._hashed:
            self._hashed = -1  # written over: the hash is worth nothing any more
        self._extents.add(offset, position)

    def resume(self, size: int) -> Draft:
        """The cut-off upload for the same path, up to `size`, in the place of this draft.

        Raises FileNotFoundError where there is none any more.
        """
        self.discard()
        descriptor = self._spool.take_partial(self.name)
        os.ftruncate(descriptor, size)
        return Draft(self._spool, self.name, descriptor, prefix=size)

    def read(self, offset: int, size: int) -> bytes:
        """What was written so far."""
        return os.pread(self.descriptor, size, offset)

    def cut(self, size: int) -> None:
        """Make the file at most `size` bytes long."""
        if size < os.fstat(self.descriptor).st_size:
            os.ftruncate(self.descriptor, size)
        if size < self._hashed:
            self._hashed = -1
        self._extents.cut(size)

    def fill(self, base: int, size: int) -> None:
        """Take what was not written below `size` from the file `base` (a descriptor)."""
        for start, end in list(self._extents.gaps(size)):
            position = start
            while position < end:
                copied = os.copy_file_range(
                    base, self.descriptor, end - position, position, position
                )
                if not copied:
                    return
                self._extents.add(position, position + copied)
                position += copied

    def has_gaps(self, size: int) -> bool:
        """Whether bytes below `size` are missing."""
        return any(self._extents.gaps(size))

    def finish(self, size: int) -> str:
        """Take the whole file as it is, `size` bytes long; returns its SHA-256 in hexadecimal."""
        self.name = self._spool.clear_gaps(self.name)
        return self._hash.hexdigest() if self._hashed == size else self._hash_again()

    def sync(self) -> None:
        """Put the content on the disk."""
        os.fsync(self.descriptor)

    def keep(self) -> None:
        """Keep what is there from the beginning on for resume, or nothing if that is nothing."""
        os.fsync(self.descriptor)
        os.close(self.descriptor)
        self._spool.keep_partial(self.name, self._extents.prefix)

    def discard(self) -> None:
        """Remove the file."""
        os.close(self.descriptor)
        self._spool.remove(self.name)

    def close(self) -> None:
        """Close the file and leave it where it is."""
        os.close(self.descriptor)

    def _hash_again(self) -> str:
        digest = hashlib.sha256()
        position = 0
        while block := os.pread(self.descriptor, _BLOCK, position):
            digest.update(block)
            position += len(block)
        return digest.hexdigest()
