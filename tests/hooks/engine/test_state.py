"""States of an import."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine import TRANSITIONS, IllegalState, State
from wharfinger.hooks.engine.state import APPLIED, MEANINGS, advance, settle


def test_every_state_is_in_the_table() -> None:
    """The table knows every state, every one can be reached, and is explained."""
    assert set(TRANSITIONS) == set(MEANINGS) == set(State)
    assert set().union(*TRANSITIONS.values()) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("following", State)
def test_only_steps_of_the_table_are_taken(state: State, following: State) -> None:
    """Any other step raises, in words for people."""
    if following in TRANSITIONS[state]:
        assert advance(state, following) is following
    else:
        with pytest.raises(IllegalState, match="An import that is"):
            advance(state, following)


def test_what_was_applied_can_only_be_undone() -> None:
    """An import is never applied twice."""
    for state in APPLIED:
        assert TRANSITIONS[state] == {State.UNDONE}


@pytest.mark.parametrize(
    ("holds", "idle", "troubled", "expected"),
    [
        (True, True, True, State.DUPLICATE),
        (True, False, True, State.HELD),
        (False, False, True, State.APPLIED_WITH_WARNINGS),
        (False, False, False, State.APPLIED),
    ],
)
def test_where_an_import_rests(holds: bool, idle: bool, troubled: bool, expected: State) -> None:
    """A repeated file is a duplicate, a doubtful plan is held, all others are applied."""
    assert settle(holds=holds, idle=idle, troubled=troubled) is expected
