"""Harmful files of a generated firm: each is held, and the first reason names the cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from truth.engine import Engine
from truth.mutations import MUTATIONS
from truth.year import Year

_INCOMPLETE = "active users would leave or are missing"
#: what was done to the file -> words of the first sentence that a person reads
CAUSES = {
    "the first half": _INCOMPLETE,
    "a third missing": _INCOMPLETE,
    "cut at the end of a line": _INCOMPLETE,
    "a legal entity missing": "is in the file any more, though it has active users",
    "two people swapped": "2 users would become somebody else",
    "everybody renumbered": "people would leave and come back under other numbers",
    "some renumbered": "3 people would leave and come back under other numbers",
    "lost zeros": "Leading zeros were lost",
    "shifted columns": "The columns of the file were shifted",
    "swapped labels": "The columns of the file were shifted",
    "mail sorted alone": "“mail” would change for",
    "month before day": "Days and months have changed places",
    "converted twice": "Accented letters are damaged",
    "accents replaced by question marks": "accented letters of",
    "years of two digits": "rows are in error",
}


@pytest.mark.parametrize(("done", "words"), CAUSES.items(), ids=CAUSES)
def test_the_first_reason_names_the_cause(tmp_path: Path, done: str, words: str) -> None:
    """Also in a firm of twelve, where other systems look away."""
    mutation = next(it for it in MUTATIONS if it.name == done)
    engine = Engine(tmp_path)
    first, damaged = list(Year(12, 4).around(mutation))[:2]
    engine.receive(first)
    outcome = engine.receive(damaged)
    assert outcome.state == "held, rejected"
    assert words in outcome.summary.split(". ")[1]
