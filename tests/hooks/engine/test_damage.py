"""Damaged files: whatever happens to a file on its way, the engine answers, and nobody leaves."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wharfinger.hooks.engine import State, check_structure
from wharfinger.hooks.engine.specimen import Company, load_specimen_mapping
from wharfinger.hooks.engine.testing import FeedHarness

MAPPING = load_specimen_mapping()
GOOD = Company(5, 12, bad_rows=0).first_day().csv
PIECES = [
    b'"',
    b"\0",
    b"\r",
    b"\n",
    b"\r\n",
    b";",
    b";;",
    b'";"',
    b"\xff",
    b"\xc3\xa9",
    b"\x1f",
    b"=",
]

#: an example is quick, and damage comes in many kinds
OFTEN = settings(max_examples=settings().max_examples * 3, deadline=None)

_place = st.integers(0, len(GOOD))
_piece = st.sampled_from(PIECES) | st.binary(max_size=4)
_wounds = st.lists(st.tuples(_place, st.integers(0, 40), _piece), min_size=1, max_size=6)


def wound(data: bytes, wounds: list[tuple[int, int, bytes]]) -> bytes:
    """The data with pieces put in the place of others."""
    for place, length, piece in wounds:
        data = data[:place] + piece + data[place + length :]
    return data


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> FeedHarness:
    """A feed whose good file was applied."""
    harness = FeedHarness(tmp_path_factory.mktemp("feed"), MAPPING)
    harness.send(GOOD, "2026-11-02")
    return harness


@OFTEN
@given(_wounds)
def test_no_damage_makes_an_import_fail(
    feed: FeedHarness, wounds: list[tuple[int, int, bytes]]
) -> None:
    """A damaged file is refused, held, or applied with findings; it is never an exception."""
    content = wound(GOOD, wounds)
    result = feed.plan(content, "2026-11-03")
    assert result.state in {
        State.REJECTED,
        State.HELD,
        State.APPLIED,
        State.APPLIED_WITH_WARNINGS,
        State.DUPLICATE,
    }
    assert result.counts["leavers"] == 0


@OFTEN
@given(st.binary(max_size=300) | _wounds.map(lambda wounds: wound(GOOD, wounds)))
def test_the_structural_check_answers(content: bytes) -> None:
    """It finds something or nothing, in any bytes whatsoever."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "users.csv"
        file.write_bytes(content)
        assert isinstance(check_structure(file, MAPPING), list)


@OFTEN
@given(st.integers(1, len(GOOD) - 1))
def test_a_file_that_was_cut_ends_nobody(feed: FeedHarness, length: int) -> None:
    """Cut anywhere, it is refused or held, or misses so few that they are only marked."""
    result = feed.plan(GOOD[:length], "2026-11-03")
    assert result.counts["leavers"] == 0
    if result.state not in {State.REJECTED, State.HELD}:
        assert result.counts["absent"] <= 3
        assert result.findings or not result.report["changes"]
