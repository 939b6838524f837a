"""What an account may still use, shared by its sessions: space on the disk, and bytes a second.

Rules:
1. The space is measured when an upload begins: the files under the account's folders, and what is
   on its way by then or since. What an upload replaces counts until it is replaced.
2. The rate is a token bucket: a second's worth at once, and then as fast as the rate.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol


class Growing(Protocol):
    """An upload on its way."""

    size: int
    ended: bool


class Allowance:
    """Space and rate of one account; None is no limit."""

    def __init__(
        self,
        *,
        space: int | None = None,
        rate: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._space = space
        self._rate = rate
        self._clock = clock
        self._used = 0
        self._growing: set[Growing] = set()
        self._free_at = clock()

    def ended(self) -> set[Growing]:
        """Uploads that have ended since the disk was measured."""
        return {upload for upload in self._growing if upload.ended}

    def measure(self, folders: Iterable[Path]) -> int:
        """The bytes on the disk. Blocks; costs a look at each file, where there is a limit."""
        return 0 if self._space is None else sum(map(_bytes_under, folders))

    def note(self, used: int, ended: set[Growing]) -> None:
        """Keep what was measured, after these uploads had ended."""
        self._used = used
        self._growing -= ended

    def begin(self, upload: Growing) -> None:
        """Count an upload from now on, until it has ended and the disk is measured anew."""
        if self._space is not None:
            self._growing.add(upload)

    def has_room(self, upload: Growing, size: int) -> bool:
        """Whether an upload may become `size` bytes long."""
        if self._space is None:
            return True
        others = sum(one.size for one in self._growing if one is not upload)
        return self._used + others + size <= self._space

    def pause(self, size: int) -> float:
        """Seconds to wait because of `size` bytes that were sent or received."""
        if self._rate is None:
            return 0.0
        now = self._clock()
        self._free_at = max(self._free_at, now - 1.0) + size / self._rate
        return max(self._free_at - now, 0.0)


def _bytes_under(folder: Path) -> int:
    return sum(
        _size_of(Path(place) / name) for place, _, names in os.walk(folder) for name in names
    )


def _size_of(file: Path) -> int:
    try:
        return file.lstat().st_size
    except FileNotFoundError:  # it was removed meanwhile
        return 0
