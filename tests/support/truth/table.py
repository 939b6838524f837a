"""A file before it is bytes: a header, rows, and how both are written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace

from truth.person import COLUMNS, Person


@dataclass(frozen=True, kw_only=True)
class Table:
    """A right file. Mutators make another one of it; none changes it."""

    header: tuple[str, ...] = COLUMNS
    rows: tuple[tuple[str, ...], ...]
    #: whose row is whose
    people: tuple[Person, ...]
    encoding: str = "utf-8"
    separator: str = ";"
    newline: str = "\r\n"
    quoting: int = csv.QUOTE_MINIMAL

    @property
    def text(self) -> str:
        """The file as text."""
        out = io.StringIO(newline="")
        writer = csv.writer(
            out,
            delimiter=self.separator,
            lineterminator=self.newline,
            quoting=self.quoting,  # type: ignore[arg-type]  # an int chosen by the table
        )
        writer.writerow(self.header)
        writer.writerows(self.rows)
        return out.getvalue()

    @property
    def data(self) -> bytes:
        """The file as bytes."""
        return self.encode(self.text)

    def encode(self, text: str) -> bytes:
        """The text as this file writes it; what its code page lacks is left out."""
        return text.encode(self.encoding, "ignore")

    def lines(self) -> list[str]:
        """The lines with their ends, the header first."""
        return self.text.splitlines(keepends=True)

    def with_row(self, index: int, row: Iterable[str]) -> Table:
        """The table with another row in one place."""
        rows = list(self.rows)
        rows[index] = tuple(row)
        return replace(self, rows=tuple(rows))

    def with_cell(self, index: int, column: str, cell: str) -> Table:
        """The table with another cell in one place."""
        place = COLUMNS.index(column)
        row = self.rows[index]
        return self.with_row(index, (*row[:place], cell, *row[place + 1 :]))

    def with_column(self, column: str, cells: Iterable[str]) -> Table:
        """The table with other cells in one column."""
        place = COLUMNS.index(column)
        pairs = zip(self.rows, cells, strict=True)
        rows = ((*row[:place], cell, *row[place + 1 :]) for row, cell in pairs)
        return replace(self, rows=tuple(rows))

    def column(self, column: str) -> list[str]:
        """The cells of one column."""
        place = COLUMNS.index(column)
        return [row[place] for row in self.rows]

    def keep(self, indexes: Iterable[int]) -> Table:
        """The table with these rows only."""
        chosen = list(indexes)
        return replace(
            self,
            rows=tuple(self.rows[it] for it in chosen),
            people=tuple(self.people[it] for it in chosen),
        )


def make_table(people: Iterable[Person], encoding: str) -> Table:
    """The right file about these people."""
    listed = tuple(people)
    return Table(rows=tuple(it.cells for it in listed), people=listed, encoding=encoding)
