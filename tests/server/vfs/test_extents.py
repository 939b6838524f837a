"""Extents: whatever the order of the writes, the same bytes are known to be there."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wharfinger.server.vfs.extents import Extents

OFFSET = st.integers(0, 40)
STEPS = st.lists(
    st.one_of(st.tuples(st.just("add"), OFFSET, OFFSET), st.tuples(st.just("cut"), OFFSET, OFFSET)),
    max_size=30,
)


@given(steps=STEPS, size=OFFSET)
def test_gaps_are_the_bytes_that_nobody_wrote(steps: list[tuple[str, int, int]], size: int) -> None:
    """Ranges behave as a set of single bytes would."""
    extents, written = Extents(), set[int]()
    for step, first, second in steps:
        if step == "add":
            extents.add(first, second)
            written |= set(range(first, second))
        else:
            extents.cut(first)
            written = {byte for byte in written if byte < first}
    gaps = list(extents.gaps(size))
    missing = [byte for start, end in gaps for byte in range(start, end)]
    assert missing == [byte for byte in range(size) if byte not in written]
    assert all(before[1] < after[0] for before, after in pairwise(gaps))
    assert extents.prefix == next(byte for byte in range(50) if byte not in written)


def test_writes_in_order_are_one_range() -> None:
    """A million writes in order cost no memory."""
    extents = Extents()
    for start in range(0, 1_000_000, 100):
        extents.add(start, start + 100)
    assert (extents._starts, extents._ends) == ([0], [1_000_000])
