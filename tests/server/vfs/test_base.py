"""What an upload continues: the table of how clients open, and what is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.server.vfs import Refusal, Refused
from wharfinger.server.vfs.base import Base, Opening, choose_base

SIZES = st.one_of(st.none(), st.integers(0, 12))


@pytest.mark.parametrize(
    ("opening", "offset", "base"),
    [
        (Opening(truncate=True, existing=5, partial=3), 0, Base.NOTHING),
        (Opening(), 0, Base.NOTHING),
        (Opening(existing=5), 0, Base.EXISTING),
        (Opening(partial=3), 0, Base.NOTHING),
        (Opening(partial=3), 3, Base.PARTIAL),
        (Opening(partial=3), 2, Base.PARTIAL),
        (Opening(existing=5, partial=3), 3, Base.PARTIAL),
        (Opening(existing=5), 5, Base.EXISTING),
        (Opening(existing=5), None, Base.EXISTING),
        (Opening(partial=3), None, Base.PARTIAL),
        (Opening(append=True, partial=3), 3, Base.PARTIAL),
        (Opening(append=True, existing=5), 5, Base.EXISTING),
        (Opening(), None, Base.NOTHING),
        (Opening(), 7, Base.NOTHING),
    ],
)
def test_what_is_continued(opening: Opening, offset: int | None, base: Base) -> None:
    """Nothing, the complete version, or the cut-off upload."""
    assert choose_base(opening, offset) is base


@pytest.mark.parametrize(
    ("opening", "offset"),
    [
        (Opening(existing=5, partial=3), None),
        (Opening(existing=5, partial=3), 4),
        (Opening(append=True, existing=5, partial=3), 5),
        (Opening(append=True, partial=3), 0),
        (Opening(sequential=True), 1),
        (Opening(existing=5), 6),
        (Opening(partial=3), 4),
    ],
)
def test_what_is_refused_rather_than_guessed(opening: Opening, offset: int | None) -> None:
    """What could mean either file, or would leave bytes out that nobody sent."""
    with pytest.raises(Refused, match=r"start|resume from there") as refused:
        choose_base(opening, offset)
    assert refused.value.kind is Refusal.CONFLICT


@given(
    opening=st.builds(
        Opening, append=st.booleans(), sequential=st.booleans(), existing=SIZES, partial=SIZES
    ),
    offset=SIZES,
)
def test_nothing_is_continued_that_is_not_there(opening: Opening, offset: int | None) -> None:
    """A base is there, and reaches to the first write (a new file may be filled later)."""
    try:
        base = choose_base(opening, offset)
    except Refused:
        return
    sizes = {Base.NOTHING: 0, Base.EXISTING: opening.existing, Base.PARTIAL: opening.partial}
    size = sizes[base]
    assert size is not None
    if base is not Base.NOTHING and not opening.append:
        assert offset is None or offset <= size
