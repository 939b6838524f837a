"""The rows of a file, one at a time, each with the line that it begins in.

Lines are counted as an editor counts them. What Python's csv module would repair in silence is an
error here: a quotation mark that is never closed must not swallow half a company.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from .dialect import SAMPLE_LINES, stated_separator, vote
from .encoding import Encoding
from .exceptions import FileRejected
from .finding import make_finding
from .header import find_header
from .mapping import Mapping

#: a row that runs over several lines and is longer than this, in characters, has lost its end
LONGEST_ROW = 32 * 1024


#: told the number of a line that is a row by itself, and its text; says whether it takes the row
Recognize = Callable[[int, str], bool]


class Record(NamedTuple):
    """One row as it stands in the file."""

    line: int
    #: None where the quotation marks of the row make no sense
    cells: list[str] | None
    #: how many lines the row runs over
    lines: int


class Sheet:
    """A file that was found to be a CSV with the header of a mapping.

    `cut` says that its last line has no end. `records()` may be read once. Raises FileRejected,
    here or while reading, where the file as a whole cannot be trusted.
    """

    def __init__(
        self, lines: Iterator[str], encoding: Encoding, mapping: Mapping, *, cut: bool = False
    ) -> None:
        self.encoding = encoding
        self.cut = cut
        try:
            sample = list(islice(lines, SAMPLE_LINES))
        except UnicodeDecodeError:
            raise self._undecodable() from None
        if not any(line.strip("\ufeff \t\r\n") for line in sample):
            raise FileRejected((make_finding("empty-file"),))
        stated = stated_separator(sample[0])
        skipped = 1 if stated else 0
        sample = sample[skipped:]
        self.separator = mapping.separator or stated or vote(sample, mapping.labels())
        self.header = find_header(sample, self.separator, mapping, skipped)
        self._before = self.header.line - 1
        self._lines = chain(sample[self._before - skipped :], lines)
        self._row = 0
        self._length = 0

    def records(self, recognize: Recognize | None = None) -> Iterator[Record]:
        """The rows below the header, but for those that `recognize` takes.

        Raises FileRejected where a row that runs over several lines has lost its end, or the text
        cannot be decoded.
        """
        number = self._before
        try:
            for text in self._lines:
                number += 1
                if number > self.header.line and '"' not in text and len(text) <= LONGEST_ROW:
                    row = text.rstrip("\r\n")
                    if recognize is None or not recognize(number, row):
                        yield Record(number, row.split(self.separator) if row else [], 1)
                    continue
                record = self._parse(number, text)
                if number > self.header.line:
                    yield record
                number += record.lines - 1
        except UnicodeDecodeError:
            raise self._undecodable() from None

    def _parse(self, number: int, text: str) -> Record:
        """The row that begins with this line; it takes further ones as long as a cell is open."""
        self._row, self._length = number, 0
        lines = self._guard(chain((text,), self._lines))
        reader = csv.reader(lines, delimiter=self.separator, strict=True)
        try:
            cells: list[str] | None = next(reader)
        except csv.Error:
            if number == self.header.line or reader.line_num > 1:
                raise self._unclosed() from None
            cells = None
        return Record(number, cells, reader.line_num)

    def _guard(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self._length += len(line)
            if len(line) < self._length > LONGEST_ROW:
                raise self._unclosed()
            yield line

    def _unclosed(self) -> FileRejected:
        return FileRejected((make_finding("quote-error", line=self._row),))

    def _undecodable(self) -> FileRejected:
        return FileRejected((make_finding("encoding-error", encoding=self.encoding.name),))
