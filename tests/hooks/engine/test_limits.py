"""Thresholds, and what mappings may state of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import MappingInvalid, parse_mapping
from wharfinger.hooks.engine.limits import LIMITS, Limits, Override, effective_limits

MAPPING = """
name = "x"
key = ["mail"]
[columns.mail]
"""


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 1000), st.sampled_from([*LIMITS]))
def test_limits_are_monotone(count: int, more: int, whole: int, name: str) -> None:
    """What is too much stays so when it grows, or when there are fewer in all."""
    limits = LIMITS[name]
    if limits.exceeded(count, whole):
        assert limits.exceeded(count + more, whole)
        assert limits.exceeded(count, max(0, whole - more))


def test_a_share_needs_its_floor() -> None:
    """One of two people is half, and may be too few to count; a number alone may be too many."""
    limits = Limits(share=0.1, floor=2, most=5)
    assert not limits.exceeded(1, 2)
    assert limits.exceeded(2, 19)
    assert not limits.exceeded(2, 20)
    assert not limits.exceeded(5, 1000)
    assert limits.exceeded(6, 1000)


def test_what_a_mapping_leaves_out_stays() -> None:
    """An override states only what differs."""
    assert effective_limits("leavers", {}) == LIMITS["leavers"]
    override = {"leavers": Override(floor=2)}
    assert effective_limits("leavers", override) == Limits(share=0.05, floor=2, most=100)
    assert effective_limits("leavers", {"leavers": Override(enabled=False)}) is None


def test_a_mapping_may_state_thresholds() -> None:
    """As tables of its TOML file."""
    mapping = parse_mapping(MAPPING + "[safeguards.leavers]\nshare = 0.2\nfloor = 3\nmost = 9\n")
    assert effective_limits("leavers", mapping.safeguards) == Limits(0.2, 3, 9)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("[safeguards.first-import]\nenabled = false", "is decided for each folder"),
        ("[safeguards.leaver]\nshare = 0.2", "safeguards.leaver is no safeguard; they are "),
        ("[safeguards.entities]\nshare = 0.2", "safeguards.entities has no share"),
        ("[safeguards.updates]\nmost = 2", "safeguards.updates has no most"),
        ("[safeguards.leavers]\nshare = 20", "safeguards.leavers.share: "),
        ("[safeguards.leavers]\nfloor = 0", "safeguards.leavers.floor: "),
        ('[safeguards.leavers]\nmost = "2"', "safeguards.leavers.most: "),
        ("[safeguards.leavers]\nlimit = 2", "safeguards.leavers.limit: "),
        ("[safeguards.leavers]\nenabled = 0", "safeguards.leavers.enabled: "),
    ],
)
def test_a_wrong_threshold_is_told_in_one_sentence(table: str, complaint: str) -> None:
    """With the place in the file."""
    with pytest.raises(MappingInvalid) as error:
        parse_mapping(MAPPING + table, "acme.toml")
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)
