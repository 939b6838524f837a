"""Lines to be pasted into mappings."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.toml_line import alias_line, quote, value_line

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT)
def test_a_quoted_text_is_itself(text: str) -> None:
    """Whatever is in it, TOML reads it back."""
    assert tomllib.loads(f"text = {quote(text)}") == {"text": text}


@given(st.lists(TEXT).map(tuple), TEXT)
def test_an_alias_is_added_to_those_there_are(aliases: tuple[str, ...], label: str) -> None:
    """The line takes the place of the one before."""
    line = alias_line(Column(aliases=aliases), label)
    assert tomllib.loads(line) == {"aliases": [*aliases, label]}


def test_a_value_has_its_meaning_or_a_gap() -> None:
    """A line that nobody can complete but a person is valid all the same."""
    assert value_line("Rech.", "R&D") == '"Rech." = "R&D"'
    assert value_line("?", None) == '"?" = "…"'
