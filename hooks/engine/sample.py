"""A sample of a file: what stands in its columns, read leniently, to find a mapping for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice

from .dialect import HEADER_ROWS, SAMPLE_LINES, known, read_rows, stated_separator, vote
from .mapping import Mapping
from .value import unwrap

#: so many rows are looked at
LONGEST_SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class Sample:
    """The columns of a file."""

    labels: tuple[str, ...]
    #: for each label, value -> in how many rows; without what stands for an empty cell
    values: tuple[Counter[str], ...]
    rows: int


def take_sample(lines: Iterator[str], mapping: Mapping) -> Sample:
    """The sample of these lines."""
    first = list(islice(lines, SAMPLE_LINES))
    stated = stated_separator(first[0]) if first else None
    first = first[1:] if stated else first
    separator = mapping.separator or stated or vote(first, mapping.labels())
    above, labels = _find_header(first, separator, mapping)
    values: tuple[Counter[str], ...] = tuple(Counter() for _ in labels)
    rows = 0
    for _, row in islice(read_rows(chain(first, lines), separator), above, above + LONGEST_SAMPLE):
        rows += any(row)
        for counter, cell in zip(values, map(unwrap, row), strict=False):
            if cell not in mapping.blanks and cell != mapping.clear:
                counter[cell] += 1
    return Sample(labels, values, rows)


def _find_header(lines: list[str], separator: str, mapping: Mapping) -> tuple[int, tuple[str, ...]]:
    """How many rows end with the header, and its labels: the row with the most that are known.

    Where none is known, it is the first of those with the most cells.
    """
    labels = mapping.labels()
    rows = [row for _, row in islice(read_rows(lines, separator), HEADER_ROWS)]
    if not rows:
        return 0, ()
    best = max(rows, key=lambda row: (known(row, labels), sum(map(bool, row))))
    return rows.index(best) + 1, tuple(label.strip("\ufeff ") for label in best)
