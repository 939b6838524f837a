"""The corrected file: the rejected rows of an import, to be mended and sent again."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence

from .language import translate
from .reading import Rejected

#: what a spreadsheet would take for the beginning of a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_corrected(
    labels: Sequence[str], rejected: Iterable[Rejected], language: str = "en"
) -> bytes | None:
    """The rejected rows in their own columns, and what is wrong in a last one.

    UTF-8 with a byte-order mark and semicolons, which spreadsheets open as they are. None where no
    row was rejected.
    """
    rows = [
        [*(row.cells or ()), *_padding(labels, row), _errors(row, language)] for row in rejected
    ]
    if not rows:
        return None
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for cells in ([*labels, "_errors"], *rows):
        writer.writerow([defuse(cell) for cell in cells])
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "replace")


def defuse(cell: str) -> str:
    """The cell so that no spreadsheet runs it; reading takes the mark away again."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _padding(labels: Sequence[str], row: Rejected) -> list[str]:
    return [""] * (len(labels) - len(row.cells or ()))


def _errors(row: Rejected, language: str) -> str:
    told = (translate(text, language) for it in row.findings for text in (it.message, it.hint))
    return " ".join(dict.fromkeys(told))
