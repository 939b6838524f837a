"""Which imports are told."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine import State
from wharfinger.hooks.notify.subscription import When, is_wanted

NOTHING = {"rows": 9, "unchanged": 9, "errors": 0, "warnings": 0, "creates": 0, "absent": 1}


@pytest.mark.parametrize("when", ["always", "change", "problem"])
@pytest.mark.parametrize("state", ["held", "rejected", "failed", "expired"])
def test_what_needs_somebody_is_always_told(when: When, state: str) -> None:
    """Nobody can choose not to hear that a file waits or was refused."""
    assert is_wanted(when, state, NOTHING)


@pytest.mark.parametrize(
    ("when", "state", "counts", "wanted"),
    [
        ("always", "duplicate", {}, True),
        ("always", "applied", {}, True),
        ("change", "applied", {}, False),
        ("change", "applied", {"creates": 1}, True),
        ("change", "applied_with_warnings", {"warnings": 1}, False),
        ("change", "applied_with_warnings", {"errors": 1, "warnings": 1}, True),
        ("change", "undone", {"leavers": 2}, True),
        ("change", "superseded", {"updates": 3}, False),
        ("change", "duplicate", {}, False),
        ("problem", "applied", {"creates": 1}, False),
        ("problem", "applied_with_warnings", {"warnings": 1}, True),
        ("problem", "superseded", {"warnings": 1}, False),
    ],
)
def test_the_rest_is_a_choice(when: When, state: str, counts: dict[str, int], wanted: bool) -> None:
    """Everything, what changes somebody, or what is wrong."""
    assert is_wanted(when, state, {**NOTHING, **counts}) is wanted


def test_every_state_has_an_answer() -> None:
    """No state is unheard of."""
    assert all(is_wanted("always", state, {}) for state in State)
