"""The corrected file: the rejected rows of an import, to be mended and sent again."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence

from .header import ERRORS
from .language import translate
from .reading import Rejected
from .value import FORMULA_START, unwrap


def write_corrected(
    labels: Sequence[str], rejected: Iterable[Rejected], language: str = "en"
) -> bytes | None:
    """The rejected rows in their own columns, and what is wrong in a last one.

    UTF-8 with a byte-order mark and semicolons, which spreadsheets open as they are. None where no
    row was rejected.
    """
    before = [place for place, label in enumerate(labels) if label.strip() == ERRORS]
    kept = _without(labels, before)
    rows = [
        [*_pad(_without(row.cells or (), before), len(kept)), _errors(row, language)]
        for row in rejected
    ]
    if not rows:
        return None
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for cells in ([*kept, ERRORS], *rows):
        writer.writerow([defuse(cell) for cell in cells])
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "replace")


def defuse(cell: str) -> str:
    """The cell so that no spreadsheet runs it, and that the engine reads as it read the cell.

    Space around it is left out: before a formula, it would hide it from us and from no spreadsheet.
    """
    value = unwrap(cell)
    return f"'{value}" if FORMULA_START.match(value) or unwrap(value) != value else value


def _without(cells: Sequence[str], places: Sequence[int]) -> list[str]:
    """The cells without what a corrected file said before."""
    return [cell for place, cell in enumerate(cells) if place not in places]


def _pad(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def _errors(row: Rejected, language: str) -> str:
    told = (translate(text, language) for it in row.findings for text in (it.message, it.hint))
    return " ".join(dict.fromkeys(told))
