"""Text: what is the same for people is the same here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine.text import clean, fold, fold_label


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Léa \t", "Léa"),
        ("Le\u0301a", "Léa"),
        ("Léa\u00a0Dû", "Léa Dû"),
        ("\ufeffLéa\u200b", "Léa"),
        ("L\u202féa", "L éa"),
    ],
)
def test_clean_text_has_nothing_that_cannot_be_seen(text: str, expected: str) -> None:
    """Text is composed, trimmed, and without no-break spaces and marks of no width."""
    assert clean(text) == expected


@given(st.text())
def test_clean_text_stays_as_it_is(text: str) -> None:
    """Cleaning twice does no more than cleaning once."""
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Élodie", "ELODIE"), ("Lœw", "LOEW"), ("Weiß", "weiss"), ("Müller", "muller")],
)
def test_folded_text_ignores_case_and_accents(one: str, other: str) -> None:
    """Names that differ in case and accents fold to the same."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    "label", ["employee_number", "Employee Number", "EMPLOYEE-NUMBER", "employéeNumber."]
)
def test_labels_are_matched_by_their_letters(label: str) -> None:
    """A label is the same whatever its case, accents, spaces and punctuation."""
    assert fold_label(label) == "employeenumber"
