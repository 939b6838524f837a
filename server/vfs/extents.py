"""Which bytes of a file have been written: disjoint, ordered ranges."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator


class Extents:
    """A set of half-open byte ranges; in-order writes keep it at one."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Add [start, end); ranges that touch become one."""
        if start >= end:
            return
        if self._ends and start == self._ends[-1]:  # the next write in order
            self._ends[-1] = end
            return
        first = bisect_left(self._ends, start)
        last = first
        while last < len(self._starts) and self._starts[last] <= end:
            start = min(start, self._starts[last])
            end = max(end, self._ends[last])
            last += 1
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]

    def cut(self, size: int) -> None:
        """Forget everything from `size` on."""
        while self._starts and self._starts[-1] >= size:
            del self._starts[-1], self._ends[-1]
        if self._ends:
            self._ends[-1] = min(self._ends[-1], size)

    def gaps(self, size: int) -> Iterator[tuple[int, int]]:
        """The ranges below `size` that were not written, in order."""
        position = 0
        for start, end in zip(self._starts, self._ends, strict=True):
            if start >= size:
                break
            if position < start:
                yield position, start
            position = end
        if position < size:
            yield position, size

    @property
    def prefix(self) -> int:
        """How many bytes from the beginning are there without a gap."""
        return self._ends[0] if self._starts and self._starts[0] == 0 else 0
