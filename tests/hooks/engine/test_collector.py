"""The garbage collector's pause."""

from __future__ import annotations

import gc

import pytest

from wharfinger.hooks.engine.collector import collector_paused


def test_the_collector_pauses_and_goes_on() -> None:
    """Also when something goes wrong, and however deep the pauses are."""
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), collector_paused():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_a_collector_that_is_off_stays_off() -> None:
    """Whoever switched it off has reasons."""
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
