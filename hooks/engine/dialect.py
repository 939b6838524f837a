"""How the cells of a file are set apart: the separator, found by a vote over its first lines.

The vote is anchored on the header: the separator under which the most labels of the mapping appear
wins, and the regularity of the rows only settles a tie.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress

from .language import Text
from .mapping import SEPARATORS
from .text import fold_label

#: the header is looked for in this many rows
HEADER_ROWS = 10
#: the vote is taken over this many lines
SAMPLE_LINES = 200
#: separators that are recognised for the sake of a clear refusal
_OTHERS = (":", "^", "~", "#", "!", "\x1f", " ")
_STATED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)

_TOLD = {
    ";": Text("a semicolon"),
    ",": Text("a comma"),
    "\t": Text("a tab"),
    "|": Text("a vertical bar"),
    " ": Text("spaces"),
    "\x1f": Text("a control character"),
}


def tell(separator: str) -> Text:
    """The separator as a sentence names it."""
    return _TOLD.get(separator) or Text("“{separator}”", separator=separator)


def tell_read(pin: str | None) -> Text:
    """The separators that are read, as a sentence names them."""
    return tell(pin) if pin else Text("a semicolon, a comma, a tab or a vertical bar")


def stated_separator(line: str) -> str | None:
    """The separator that a first line such as `sep=;` states for spreadsheets."""
    match = _STATED.fullmatch(line)
    return match[1] if match else None


def vote(lines: Sequence[str], labels: Container[str]) -> str:
    """The separator of the lines, among those that are read."""
    return max(SEPARATORS, key=lambda separator: _score(lines, separator, labels))


def suspect(lines: Sequence[str], labels: Container[str]) -> str | None:
    """The separator that the lines seem to have, of those that are read and some others."""
    candidates = SEPARATORS + _OTHERS
    best = max(candidates, key=lambda separator: count_labels(lines, separator, labels))
    return best if count_labels(lines, best, labels) > 1 else None


def count_labels(lines: Sequence[str], separator: str, labels: Container[str]) -> int:
    """How many labels of the mapping the best of the first rows has."""
    rows = read_rows(lines[:HEADER_ROWS], separator)
    return max((known(row, labels) for _, row in rows), default=0)


def known(row: Sequence[str], labels: Container[str]) -> int:
    """How many cells of the row are labels of the mapping."""
    return sum(fold_label(cell) in labels for cell in row)


def _score(lines: Sequence[str], separator: str, labels: Container[str]) -> tuple[int, float, int]:
    """Labels found, share of the rows with the commonest width above one, and that width."""
    widths = Counter(len(row) for _, row in read_rows(lines[:SAMPLE_LINES], separator))
    width = max(widths, key=lambda width: (width > 1, widths[width], width), default=0)
    share = widths[width] / widths.total() if width > 1 else 0.0
    return count_labels(lines, separator, labels), share, width


def read_rows(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a few lines, leniently, each with the line that it begins in, from 1.

    Ends where a lost quotation mark makes a cell of everything below it.
    """
    reader = csv.reader(lines, delimiter=separator)
    start = 1
    with suppress(csv.Error):
        for row in reader:
            yield start, row
            start = reader.line_num + 1
