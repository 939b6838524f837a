"""A whole file, read: which rows say something new, whom the file names, and what is wrong.

Two rules protect people. Whoever is named in a row, even in one that is rejected, is present. And
if one row cannot be attributed to anybody, nobody at all counts as missing from the file.

An unchanged row is known by its digest before any of its cells is looked at, and most are before
they are even taken apart. A digest is only kept
for rows that had nothing wrong with them, so that skipping a row changes nothing that is said. None
is kept for whoever has several contracts: which of them counts depends on the others and the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .contract import choose
from .finding import Finding, make_finding
from .row import Row, RowReader, Subject
from .sheet import Record, Sheet
from .value import BadValue

#: equal to the digest of no row
_NO_DIGEST = b"-"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that is not applied, and why."""

    line: int
    #: None where they were not kept, and have to be read again
    cells: Sequence[str] | None
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Reading:
    """What the rows of a file come to."""

    #: rows that may change something
    rows: list[Row] = field(default_factory=list)
    #: key -> line of everybody the file names
    present: dict[str, int] = field(default_factory=dict)
    #: keys of the rejected rows: these users stay as they are
    untouched: set[str] = field(default_factory=set)
    rejected: list[Rejected] = field(default_factory=list)
    #: what is to be said about the file and about rows that are not rejected
    findings: list[Finding] = field(default_factory=list)
    #: legal entity -> rows
    entities: Counter[str] = field(default_factory=Counter)
    #: rows with anything in them
    total: int = 0
    #: the first line that cannot be attributed to anybody
    unattributed: int | None = None


@dataclass(frozen=True, slots=True)
class Contracts:
    """What it takes to choose among several lines of a user, where they are contracts."""

    #: day on which the file was received, ISO 8601
    day: str
    #: the cells of these lines of the file, read once more
    read_again: Callable[[Container[int]], Mapping[int, Sequence[str]]]


class Reader:
    """Reads the records of one file.

    `known` holds every key of the directory with the digest of the row that was applied to it
    last, empty where the next row must be looked at. Without `validate` only presence is read, and
    without `contracts` lines of the same user contradict one another.
    """

    def __init__(
        self,
        sheet: Sheet,
        rows: RowReader,
        known: Mapping[str, bytes],
        *,
        validate: bool = True,
        contracts: Contracts | None = None,
    ) -> None:
        self._labels = [label.strip() for label in sheet.header.labels]
        self._places = frozenset(sheet.header.places.values())
        self._separator = sheet.separator
        self._row_reader = rows
        self._known = known
        #: digest -> key of everybody whose next row may say nothing new
        self._applied = {digest: key for key, digest in known.items() if digest}
        self._validate = validate
        self._contracts = contracts
        self._reading = Reading()
        self._rows: dict[str, Row] = {}
        #: digests of the rows that are not unchanged
        self._digests: dict[str, bytes] = {}
        #: key -> line and digest of every further row with it
        self._further: dict[str, list[tuple[int, bytes]]] = {}
        #: the further rows that may be contracts
        self._siblings: dict[int, Row] = {}
        #: what is wrong with further rows, should they come to be rejected
        self._faults: dict[int, list[Finding]] = {}
        self._rejected: dict[int, Rejected] = {}
        self._blank: list[int] = []

    def recognize(self, line: int, text: str) -> bool:
        """Take a line that is a row by itself, if it says what was applied last to a user."""
        joined = self._row_reader.join_line(text, self._separator)
        key = None if joined is None else self._applied.get(self._row_reader.digest(joined))
        if key is None or key in self._reading.present:
            return False
        self._reading.present[key] = line
        self._reading.entities[self._row_reader.entity_of_line(text, self._separator) or ""] += 1
        self._reading.total += 1
        return True

    def read(self, records: Iterable[Record]) -> Reading:
        """Everything that the records come to."""
        for record in records:
            self._take(*record)
        if self._validate:
            self._read_skipped()
            for key, further in self._further.items():
                self._compare(key, further)
        reading = self._reading
        reading.rows = list(self._rows.values())
        reading.rejected = [self._rejected[line] for line in sorted(self._rejected)]
        if self._blank:
            reading.findings.append(
                make_finding("blank-row", line=self._blank[0], value=str(len(self._blank)))
            )
        return reading

    def _take(self, line: int, cells: list[str] | None, lines: int) -> None:
        if cells is not None and not "".join(cells).strip():
            self._blank.append(line)
            return
        self._reading.total += 1
        if cells is None:
            self._reject(line, [], make_finding("quote-error", line=line))
            self._doubt(line)
        elif fault := self._find_fault(line, cells, lines):
            self._take_faulty(line, cells, fault)
        else:
            self._take_sound(line, cells)

    def _find_fault(self, line: int, cells: list[str], lines: int) -> Finding | None:
        width = len(self._labels)
        if len(cells) > width and not any(cells[width:]):
            del cells[width:]
        if len(cells) != width:
            code = "missing-cell" if len(cells) < width else "extra-cell"
            return make_finding(code, line=line, value=str(len(cells)), expected=width)
        if lines > 1 and self._swallows(cells):
            return make_finding("multiline-cell", line=line)
        if cells[0].strip() == self._labels[0] and [it.strip() for it in cells] == self._labels:
            return make_finding("repeated-header", line=line)
        return None

    def _swallows(self, cells: Sequence[str]) -> bool:
        """Whether a row of several lines may have swallowed another one.

        A line break is harmless only in a column that is not read, and only without anything that
        looks like further cells.
        """
        return any(
            ("\n" in cell or "\r" in cell) and (place in self._places or self._separator in cell)
            for place, cell in enumerate(cells)
        )

    def _take_faulty(self, line: int, cells: list[str], fault: Finding) -> None:
        """Reject the row. Its key counts only if the directory knows it: it may be a stray cell."""
        self._reject(line, cells, fault)
        if fault.code == "repeated-header":
            return
        try:
            key = self._row_reader.key(cells, self._row_reader.entity(cells))
        except (BadValue, IndexError):
            key = ""
        if key not in self._known or fault.code == "multiline-cell":
            self._doubt(line)
        else:
            self._meet(key, line, _NO_DIGEST)
            self._reading.untouched.add(key)

    def _take_sound(self, line: int, cells: list[str]) -> None:
        entity = self._row_reader.entity(cells)
        try:
            key = self._row_reader.key(cells, entity)
        except BadValue as bad:
            self._reject(line, cells, self._row_reader.key_finding(bad, line, cells))
            self._doubt(line)
            return
        joined = self._row_reader.joined(cells)
        digest = self._row_reader.digest(joined)
        first = self._meet(key, line, digest)
        if first:
            self._reading.entities[entity or ""] += 1
            if self._known.get(key) == digest:
                return
        if not self._validate:
            return
        row = self._row_reader.read(Subject(line, key, entity or ""), cells, joined, digest)
        if not first:
            if not isinstance(row, Row):
                self._faults[line] = row
            elif self._contracts:
                self._siblings[line] = row
        elif isinstance(row, Row):
            self._rows[key] = row
        else:
            self._reject(line, cells, *row)
            self._reading.untouched.add(key)

    def _meet(self, key: str, line: int, digest: bytes) -> bool:
        """Whether this is the first row with the key."""
        if self._reading.present.setdefault(key, line) != line:
            self._further.setdefault(key, []).append((line, digest))
            return False
        if self._known.get(key) != digest:
            self._digests[key] = digest
        return True

    def _read_skipped(self) -> None:
        """Read the rows that seemed to be unchanged, but are one contract among several."""
        skipped = {
            self._reading.present[key]: key
            for key, further in self._further.items()
            if key not in self._digests and any(it != self._known[key] for _, it in further)
        }
        if not skipped or self._contracts is None:
            return
        for line, cells in self._contracts.read_again(skipped).items():
            key, joined = skipped[line], self._row_reader.joined(cells)
            entity = self._row_reader.entity(cells) or ""
            row = self._row_reader.read(Subject(line, key, entity), cells, joined, self._known[key])
            if isinstance(row, Row):
                self._rows[key] = row

    def _choose(self, key: str, further: list[tuple[int, bytes]], digest: bytes) -> bool:
        """Whether one of the rows is the contract that counts, which is then the user's row."""
        first = self._reading.present[key]
        lines = {digest: first}
        rows = {first: self._rows.get(key)}
        for line, other in further:
            if lines.setdefault(other, line) == line:
                rows[line] = self._siblings.get(line)
        readable = [row for row in rows.values() if row is not None]
        if self._contracts is None or len(readable) < len(rows):
            return False
        chosen = choose(readable, self._contracts.day)
        if chosen is None:
            return False
        self._rows[key] = replace(chosen, digest=b"")
        self._reading.present[key] = chosen.line
        self._tell_repeated(key, [(it, lines[other]) for it, other in further if it not in rows])
        return True

    def _tell_repeated(self, key: str, lines: Iterable[tuple[int, int]]) -> None:
        for line, first in lines:
            finding = make_finding("duplicate-row", line=line, key=key, value=str(first))
            self._reading.findings.append(finding)

    def _compare(self, key: str, further: list[tuple[int, bytes]]) -> None:
        """Rows that repeat one another are one row; if they contradict, none is believed."""
        first = self._reading.present[key]
        digest = self._digests.get(key) or self._known[key]
        if digest != _NO_DIGEST and all(other == digest for _, other in further):
            self._tell_repeated(key, ((line, first) for line, _ in further))
            return
        if self._choose(key, further, digest):
            return
        self._rows.pop(key, None)
        self._reading.untouched.add(key)
        lines = [first, *(line for line, _ in further)]
        told = ", ".join(str(line) for line in lines)
        for line in lines:
            before = self._rejected.get(line, Rejected(line, None, ()))
            finding = make_finding("primary-key", line=line, key=key, value=told)
            self._reject(line, before.cells, *before.findings, *self._faults.get(line, ()), finding)

    def _reject(self, line: int, cells: Sequence[str] | None, *findings: Finding) -> None:
        self._rejected[line] = Rejected(line, cells, findings)

    def _doubt(self, line: int) -> None:
        if self._reading.unattributed is None:
            self._reading.unattributed = line
