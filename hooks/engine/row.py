"""One row of a file: whom it is about, and what it says about them.

Nothing here knows the directory. What an empty cell or an unknown value comes to depends on the
user, and is decided in `merge`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from operator import itemgetter
from typing import Any, NamedTuple

from .finding import Finding, make_finding
from .header import Header
from .mapping import ENTITY, KEYS, LOGIN, MAIL, NEVER_CLEARED, Mapping
from .text import clean
from .value import (
    SUSPECT,
    BadValue,
    is_wrapped,
    lint,
    pad,
    read_culture,
    read_date,
    read_identifier,
    read_mail,
    read_number,
    unwrap,
)

#: raised whenever a row may come to something else than before, so that no digest of an older
#: release lets it pass
RULES = 3
_JOINT = "\x1f"


class Blank(Enum):
    """A cell that gives its column no value."""

    #: nothing is said: the mapping decides what that means
    EMPTY = "empty"
    #: it is said that there is no value
    CLEARED = "cleared"


class Unknown(NamedTuple):
    """A cell with a value that the column's table of values does not know."""

    text: str


#: what the text of a cell says; None for “no value”
CellReader = Callable[[str], str | Unknown | None]


class Subject(NamedTuple):
    """Whom a row is about."""

    line: int
    key: str
    #: empty where files name none
    entity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row whose cells can all be taken as they stand."""

    line: int
    key: str
    entity: str
    digest: bytes
    #: column -> value
    values: dict[str, str]
    #: column -> what its cell is instead of a value
    blanks: dict[str, Blank | Unknown]
    #: `active` or `ended`, where a status says so
    status: str | None = None


class RowReader:
    """Reads the rows of one file by one mapping."""

    def __init__(self, mapping: Mapping, header: Header, mode: str) -> None:
        self._mapping = mapping
        self.places = header.places
        # in the order of the file, so that a line in which every cell is read is joined as it is
        named = sorted(self.places, key=self.places.__getitem__)
        pick: Callable[[Sequence[str]], Any] = itemgetter(*map(self.places.__getitem__, named))
        self._pick = pick if len(self.places) > 1 else lambda cells: (pick(cells),)
        self._width = len(header.labels)
        self._whole = len(named) == self._width
        self._columns = [(name, place, self._reader(name)) for name, place in self.places.items()]
        self._blanks = mapping.blanks
        self._status = mapping.status
        # most keys are plain, and need no closer look
        key = mapping.columns[mapping.key[-1]]
        odd = any(text.isalnum() for text in (mapping.clear, *mapping.nulls))
        self._plain_key = key.type in {"text", "identifier"} and not (key.values or odd)
        self._pad_key = key.pad_to
        self._entities: dict[str, str | None] = {}
        context = repr((RULES, mapping.fingerprint, mode, tuple(named)))
        self._hash = hashlib.blake2b(context.encode(), digest_size=16)

    def joined(self, cells: Sequence[str]) -> str:
        """The cells that are read, as one text to search and to digest."""
        return _JOINT.join(self._pick(cells))

    def join_line(self, line: str, separator: str) -> str | None:
        """What `joined` makes of a line without quotation marks, None if it is of another width."""
        if line.count(separator) != self._width - 1:
            return None
        if self._whole:
            return line.replace(separator, _JOINT)
        return _JOINT.join(self._pick(line.split(separator)))

    def digest(self, joined: str) -> bytes:
        """Tells rows apart that may come to different values: 16 bytes."""
        digest = self._hash.copy()
        digest.update(joined.encode("utf-8", "surrogatepass"))
        return digest.digest()

    def entity(self, cells: Sequence[str]) -> str | None:
        """The legal entity; empty where files name none, None where it cannot be read."""
        place = self.places.get(ENTITY)
        if place is None:
            return self._mapping.defaults.get(ENTITY, "")
        cell = cells[place]
        if cell not in self._entities:
            self._entities[cell] = self._read_entity(cell)
        return self._entities[cell]

    def entity_of_line(self, line: str, separator: str) -> str | None:
        """The same of a line without quotation marks."""
        place = self.places.get(ENTITY, 0)
        return self.entity(line.split(separator, place + 1))

    def _read_entity(self, cell: str) -> str | None:
        text = unwrap(cell)
        if text in self._blanks:
            return self._mapping.defaults.get(ENTITY)
        try:
            said = self._say(ENTITY, text, self._reader(ENTITY), check=True)
        except BadValue:
            return None
        return said if isinstance(said, str) else None

    def key(self, cells: Sequence[str], entity: str | None) -> str:
        """The key of the user.

        Raises BadValue, with the column in its words, where the key cannot be read.
        """
        column = self._mapping.key[-1]
        place = self.places.get(column)
        text = self._mapping.defaults.get(column, "") if place is None else cells[place]
        if not (self._plain_key and text.isascii() and text.isalnum()):
            text = self._read_key(column, unwrap(text))
        elif self._pad_key:
            text = pad(text, self._pad_key)
        if column in {LOGIN, MAIL}:
            return text.casefold()
        if self._mapping.key != KEYS[0]:
            return text
        if not entity:
            raise BadValue("key-error", column=ENTITY)
        return make_key(entity, text)

    def _read_key(self, column: str, text: str) -> str:
        if text in self._blanks:
            raise BadValue("key-error", column=column)
        try:
            said = self._say(column, text, self._reader(column), check=True)
        except BadValue as bad:
            raise BadValue(bad.code, column=column, **bad.words) from None
        if not isinstance(said, str) or not said:
            raise BadValue("key-error", column=column)
        return said

    def key_finding(self, bad: BadValue, line: int, cells: Sequence[str]) -> Finding:
        """Why the key of a row cannot be read."""
        place = self.places.get(bad.words["column"])
        value = None if place is None else cells[place]
        return make_finding(bad.code, line=line, index=place, value=value, **bad.words)

    def read(
        self, subject: Subject, cells: Sequence[str], joined: str, digest: bytes
    ) -> Row | list[Finding]:
        """The row, or what is wrong with its cells."""
        # Most rows are looked at once as a whole, which is quicker than cell by cell.
        odd = joined.count(_JOINT) >= len(self.places)
        check = odd or bool(SUSPECT.search(joined))
        wrapped = odd or is_wrapped(joined)
        clear, empty = self._mapping.clear, self._blanks
        values: dict[str, str] = {}
        blanks: dict[str, Blank | Unknown] = {}
        findings: list[Finding] = []
        for name, place, reader in self._columns:
            text = unwrap(cells[place]) if wrapped else cells[place]
            if text in empty:
                blanks[name] = Blank.EMPTY
                continue
            if reader is None and not check and text != clear:
                values[name] = text
                continue
            try:
                said = self._say(name, text, reader, check=check)
            except BadValue as bad:
                findings.append(self._finding(bad, subject, name, text))
                continue
            if isinstance(said, str):
                values[name] = said
            else:
                blanks[name] = said
        if findings:
            return findings
        line, key, entity = subject
        return Row(
            line=line,
            key=key,
            entity=entity,
            digest=digest,
            values=values,
            blanks=blanks,
            status=values.pop(self._status, None) if self._status else None,
        )

    def _say(
        self, name: str, text: str, reader: CellReader | None, *, check: bool
    ) -> str | Blank | Unknown:
        if check:
            lint(text)
        if text != self._mapping.clear:
            said = text if reader is None else reader(text)
            if said is not None:
                return said
        return Blank.EMPTY if name in NEVER_CLEARED else Blank.CLEARED

    def _finding(self, bad: BadValue, subject: Subject, name: str, text: str) -> Finding:
        return make_finding(
            bad.code,
            line=subject.line,
            index=self.places[name],
            column=name,
            key=subject.key,
            value=text,
            **bad.words,
        )

    def _reader(self, name: str) -> CellReader | None:
        """What turns the text of a cell into what it says; None where it says what it is."""
        column = self._mapping.columns[name]
        order = self._mapping.dates
        length = column.pad_to or 0
        readers: dict[str, CellReader] = {
            "identifier": lambda text: pad(read_identifier(text), length),
            "date": lambda text: read_date(text, order),
            "number": lambda text: read_number(text, self._mapping.decimal),
            "mail": read_mail,
            "culture": lambda text: read_culture(text) or Unknown(text),
        }
        read = readers.get("identifier" if length else column.type)
        if not column.values:
            return read
        table = {target: target for target in column.values.values()}
        table.update({clean(source): target for source, target in column.values.items()})

        def look_up(text: str) -> str | Unknown | None:
            if text in table:
                return table[text] or None
            if column.unknown == "keep":
                return Unknown(text)
            return text if read is None else read(text)

        return look_up


def make_key(entity: str, number: str) -> str:
    """The key of a user with this number in this legal entity: `FR01/00123`."""
    # The first slash always ends the entity, so that no two users share a key.
    return f"{entity.replace('%', '%25').replace('/', '%2F')}/{number}"
