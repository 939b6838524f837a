"""Separators."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine.dialect import stated_separator, suspect, tell, tell_read, vote
from wharfinger.hooks.engine.mapping import SEPARATORS

LABELS = {"nom", "prenom", "mail"}


def lines(separator: str, rows: int = 5) -> list[str]:
    """A small file."""
    header = separator.join(["nom", "prénom", "mail"])
    return [f"{header}\n", *(f"A{separator}B{separator}c@d.fr\n" for _ in range(rows))]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("rows", [0, 1, 300])
def test_the_separator_of_the_header_wins(separator: str, rows: int) -> None:
    """Every separator that is read is found, even from a header alone."""
    assert vote(lines(separator, rows), LABELS) == separator


def test_commas_in_the_cells_do_not_win() -> None:
    """A header with semicolons decides, though every row has as many commas."""
    rows = ["nom;prénom;mail\n"] + ["Dupont, A, B;C, D, E;f@g.fr\n"] * 20
    assert vote(rows, LABELS) == ";"


def test_rows_decide_where_labels_do_not() -> None:
    """Without a known label the most regular width decides."""
    assert vote(["a|b|c\n", "d|e,f|g\n", "h|i|j\n"], LABELS) == "|"


def test_no_lines_have_some_separator() -> None:
    """An empty sample is no error."""
    assert vote([], LABELS) in SEPARATORS


@pytest.mark.parametrize("separator", ["^", "~", ":", "#", "\x1f", ","])
def test_other_separators_are_recognised(separator: str) -> None:
    """A separator that is not the one in use can be named to the sender."""
    assert suspect(lines(separator), LABELS) == separator


def test_nothing_is_suspected_without_labels() -> None:
    """A file that has nothing to do with the mapping has no separator to be named."""
    assert suspect(["quelque chose\n"], LABELS) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sep=;\r\n", ";"),
        ('"sep=,"\n', ","),
        ("SEP=\t\n", "\t"),
        ("sep;nom\n", None),
        ("nom;b\n", None),
    ],
)
def test_a_stated_separator(line: str, expected: str | None) -> None:
    """The line that spreadsheets write for one another is understood."""
    assert stated_separator(line) == expected


def test_separators_have_names() -> None:
    """People are told “a tab”, not an invisible character."""
    assert tell("\t") == "a tab"
    assert tell("^") == "“^”"
    assert tell_read(None).startswith("a semicolon, a comma")
    assert tell_read(",") == "a comma"
