"""Errors."""

from __future__ import annotations

import pickle

import pytest

from wharfinger.hooks import engine
from wharfinger.hooks.engine import EngineError, FileRejected, ImportResult, PlanChanged, State
from wharfinger.hooks.engine import exceptions as module
from wharfinger.hooks.engine.finding import make_finding

RESULT = ImportResult(
    import_id="i",
    upload_id="u",
    state=State.HELD,
    counts={},
    findings=(),
    plan_hash="",
    report={},
    corrected_csv=None,
)
CLASSES = [
    it
    for it in vars(module).values()
    if isinstance(it, type) and issubclass(it, EngineError) and it is not EngineError
]


def test_every_error_is_drawn_and_exported() -> None:
    """The tree at the top of the module is whole, and codes tell errors apart."""
    for error in CLASSES:
        assert error.__name__ in (module.__doc__ or "")
        assert error.__name__ in engine.__all__
    assert len({error.code for error in CLASSES}) == len(CLASSES)


@pytest.mark.parametrize(
    "error",
    [
        module.ImportNotFound("No.", "Do."),
        PlanChanged("No.", "Do.", RESULT),
        FileRejected((make_finding("empty-file"),)),
    ],
)
def test_errors_cross_processes(error: EngineError) -> None:
    """An error that a worker raises arrives with its words, its hint and what it carries."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert type(again) is type(error)
    assert (str(again), again.hint) == (str(error), error.hint)
    assert vars(again) == vars(error)
