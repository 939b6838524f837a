"""What a row makes of the user it is about.

The mapping decides: who owns a column, what an empty cell does, and what a new user gets where the
file says nothing.
"""

from __future__ import annotations

from collections.abc import Container
from collections.abc import Set as AbstractSet

from .contract import contradicts, settle_end
from .edit import overwritten, resisted, still_edited
from .finding import Finding, make_finding
from .language import Text
from .mapping import DEPARTMENT, END, ENTITY, START, Column, Mapping
from .nearest import nearest_target
from .row import Blank, Row, Unknown
from .toml_line import value_line
from .user import EndedBy, User


class Merger:
    """Merges the rows of one file by its mapping.

    `places` is where each column stands in the file, `feed` what new users belong to, `day` the day
    on which it was received.
    """

    def __init__(
        self, mapping: Mapping, places: dict[str, int], mode: str, feed: str, day: str
    ) -> None:
        self._mapping = mapping
        self._places = places
        self._feed = feed
        self._day = day
        #: column and unknown value -> how to mend it; the same ones come again and again
        self._remedies: dict[tuple[str, str], Text] = {}
        self._on_empty = {name: mapping.on_empty(name, mode) for name in mapping.columns}
        self._manager = mapping.manager
        self._status = mapping.status
        self._columns = mapping.columns.keys() - {self._manager, self._status}
        self._file_columns = {
            name for name in self._columns if mapping.columns[name].owner != "create_only"
        }
        self._local_columns = {
            name for name in self._columns if mapping.columns[name].owner == "local_wins"
        }
        # defaults may depend on the legal entity and the department, also where these are defaults
        self._order = [
            *(name for name in (ENTITY, DEPARTMENT) if name in self._columns),
            *(name for name in mapping.columns if name in self._columns - {ENTITY, DEPARTMENT}),
        ]

    def merge(self, before: User | None, row: Row) -> tuple[User, list[Finding]]:
        """The user as the row wants it, with the manager not looked up yet, and what to say.

        An error among the findings means that the row is to be skipped.
        """
        columns = self._taken(before)
        values = dict(before.values) if before else {}
        if before and END in columns and (before.ended_by == "absence" or _returns(values, row)):
            values.pop(END, None)
        values.update({name: it for name, it in row.values.items() if name in columns})
        findings = self._fill_in(values, row, columns, new=before is None)
        ended_by, about_end = self._settle_end(before, values, row, columns)
        findings += about_end
        if before and before.edited:
            findings += self._tell_edits(before, values, row, columns)
        after = User(
            key=row.key,
            feed=before.feed if before else self._feed,
            values=values,
            manager=before.manager if before else None,
            reference=self._reference(before, row),
            ended_by=ended_by,
            edited=still_edited(before, values, row, columns) if before and before.edited else (),
        )
        return after, findings

    def _taken(self, before: User | None) -> AbstractSet[str]:
        """The columns that the row may set."""
        if before is None:
            return self._columns
        if not before.edited:
            return self._file_columns
        kept = self._local_columns.intersection(before.edited)
        # an end by absence is nobody's edit
        return self._file_columns - (kept - {END} if before.ended_by == "absence" else kept)

    def _fill_in(
        self, values: dict[str, str], row: Row, columns: Container[str], *, new: bool
    ) -> list[Finding]:
        """Bring the values to what the mapping says where the row gives none."""
        findings = []
        empty = []
        for name, blank in row.blanks.items():
            if name not in columns:
                continue
            if blank is Blank.CLEARED:
                values.pop(name, None)
            elif blank is Blank.EMPTY:
                empty.append(name)
            elif not new:
                findings.append(self._unknown("unknown-value", name, blank, row))
        # Last, because their defaults may depend on the others.
        for name in empty:
            findings += self._fill_empty(values, name, row, new=new)
        return findings + self._complete(values, row) if new else findings

    def _fill_empty(
        self, values: dict[str, str], name: str, row: Row, *, new: bool
    ) -> list[Finding]:
        if self._on_empty[name] == "clear":
            values.pop(name, None)
        elif self._on_empty[name] == "default" and (default := self._default(name, values)):
            values[name] = default
        elif self._mapping.columns[name].required and not new:
            return [self._finding("value-kept", name, row, values.get(name, ""))]
        return []

    def _complete(self, values: dict[str, str], row: Row) -> list[Finding]:
        """Give a new user the defaults, and complain where they need more."""
        findings = []
        for name in self._order:
            if name in values:
                continue
            blank = row.blanks.get(name)
            if blank is not Blank.CLEARED and (default := self._default(name, values)):
                values[name] = default
            elif isinstance(blank, Unknown):
                findings.append(self._unknown("unknown-value-create", name, blank, row))
            elif self._mapping.columns[name].required:
                findings.append(self._finding("constraint-error", name, row, None))
        return findings

    def _settle_end(
        self, before: User | None, values: dict[str, str], row: Row, columns: Container[str]
    ) -> tuple[EndedBy | None, list[Finding]]:
        """Bring the end of the contract to what the status says of it."""
        ended_by: EndedBy | None = "date" if END in values else None
        if self._status is None:
            return ended_by, self._check_period(values, row)
        if END in columns:
            end, ended_by = settle_end(before, row, values, self._day)
            values.pop(END, None)
            values.update({END: end} if end else {})
        findings = self._check_status(row, self._status, new=before is None)
        # a local end is not the file's to contradict
        if END in columns and contradicts(row, values, self._day):
            findings.append(self._contradiction(values, row, self._status))
        else:
            findings += self._check_period(values, row)
        return ended_by, findings

    def _check_status(self, row: Row, name: str, *, new: bool) -> list[Finding]:
        blank = row.blanks.get(name)
        if isinstance(blank, Unknown):
            code = "unknown-value-create" if new else "unknown-value"
            return [self._unknown(code, name, blank, row)]
        if new and row.status is None and self._mapping.columns[name].required:
            return [self._finding("constraint-error", name, row, None)]
        return []

    def _contradiction(self, values: dict[str, str], row: Row, name: str) -> Finding:
        told = (
            Text("the user has left, and the contract starts on {start}", start=values.get(START))
            if row.status == "ended"
            else Text("the user is active, and the contract ended on {end}", end=values.get(END))
        )
        return self._finding("status-conflict", name, row, row.status, told=told)

    def _tell_edits(
        self, before: User, values: dict[str, str], row: Row, columns: AbstractSet[str]
    ) -> list[Finding]:
        lost = overwritten(before, values)
        kept = resisted(before, row, self._local_columns - columns, self._on_empty)
        return [
            *(self._edit("edit-overwritten", name, row, before, values.get(name)) for name in lost),
            *(self._edit("local-kept", name, row, before, row.values.get(name)) for name in kept),
        ]

    def _edit(self, code: str, name: str, row: Row, before: User, told: str | None) -> Finding:
        nothing = Text("nothing")
        edited = before.values.get(name, nothing)
        return self._finding(code, name, row, told, edited=edited, told=told or nothing)

    def _check_period(self, values: dict[str, str], row: Row) -> list[Finding]:
        start, end = values.get(START), values.get(END)
        if start is None or end is None or start <= end:
            return []
        return [self._finding("date-period", END, row, end, start=start)]

    def _reference(self, before: User | None, row: Row) -> str | None:
        previous = before.reference if before else None
        if self._manager is None:
            return previous
        blank = row.blanks.get(self._manager)
        cleared = blank is Blank.CLEARED or (
            blank is Blank.EMPTY and self._on_empty[self._manager] == "clear"
        )
        return None if cleared else row.values.get(self._manager, previous)

    def _default(self, name: str, values: dict[str, str]) -> str | None:
        return self._mapping.default(name, values.get(ENTITY), values.get(DEPARTMENT))

    def _unknown(self, code: str, name: str, blank: Unknown, row: Row) -> Finding:
        remedy = self._remedies.get((name, blank.text))
        if remedy is None:
            remedy = _find_remedy(name, self._mapping.columns[name], blank.text)
            self._remedies[name, blank.text] = remedy
        return self._finding(code, name, row, blank.text, remedy=remedy)

    def _finding(self, code: str, name: str, row: Row, value: str | None, **words: str) -> Finding:
        return make_finding(
            code,
            line=row.line,
            index=self._places.get(name),
            column=name,
            key=row.key,
            value=value,
            **words,
        )


def _find_remedy(name: str, column: Column, value: str) -> Text:
    near = nearest_target(value, column)
    if near is None:
        return Text(
            "Say what it means in [columns.{name}.values] of the mapping: “{paste}”",
            name=name,
            paste=value_line(value, None),
        )
    return Text(
        "If it means “{near}”, say so in [columns.{name}.values] of the mapping: “{paste}”",
        name=name,
        near=near,
        paste=value_line(value, near),
    )


def _returns(values: dict[str, str], row: Row) -> bool:
    """Whether the row starts a contract after the one that ended, and says nothing of its end."""
    if END in row.values or END not in values or isinstance(row.blanks.get(END), Unknown):
        return False
    return values[END] < row.values.get(START, "")
