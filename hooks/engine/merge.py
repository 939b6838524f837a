"""What a row makes of the user it is about.

The mapping decides: who owns a column, what an empty cell does, and what a new user gets where the
file says nothing.
"""

from __future__ import annotations

from dataclasses import replace

from .finding import Finding, make_finding
from .mapping import DEPARTMENT, END, ENTITY, START, Mapping
from .row import Blank, Row, Said, Unknown
from .user import EndedBy, User


class Merger:
    """Merges the rows of one file by its mapping.

    `places` is where each column stands in the file, `feed` what new users belong to.
    """

    def __init__(self, mapping: Mapping, places: dict[str, int], mode: str, feed: str) -> None:
        self._mapping = mapping
        self._places = places
        self._feed = feed
        self._on_empty = {name: mapping.on_empty(name, mode) for name in mapping.columns}
        self._manager = mapping.manager

    def merge(self, before: User | None, row: Row) -> tuple[User, list[Finding]]:
        """The user as the row wants it, with the manager not looked up yet, and what to say.

        An error among the findings means that the row is to be skipped.
        """
        findings: list[Finding] = []
        user = before or User(key=row.key, feed=self._feed, values={})
        values = dict(user.values)
        if user.ended_by == "absence" or _returns(values, row.said):
            values.pop(END, None)
        for name, cell in self._said(row, new=before is None):
            findings += self._set(values, name, cell, row, new=before is None)
        if before is None:
            findings += self._complete(values, row)
        findings += self._check_period(values, row)
        ended_by: EndedBy | None = "date" if END in values else None
        reference = self._reference(user.reference, row)
        return (
            replace(user, values=values, ended_by=ended_by, reference=reference, absence=None),
            findings,
        )

    def _said(self, row: Row, *, new: bool) -> list[tuple[str, Said]]:
        """The cells that count, the empty ones last: their defaults may depend on the others."""
        columns = self._mapping.columns
        cells = [
            (name, cell)
            for name, cell in row.said.items()
            if name != self._manager and (new or columns[name].owner == "file")
        ]
        empty = [it for it in cells if it[1] is Blank.EMPTY]
        return [it for it in cells if it[1] is not Blank.EMPTY] + empty if empty else cells

    def _set(
        self, values: dict[str, str], name: str, cell: Said, row: Row, *, new: bool
    ) -> list[Finding]:
        if isinstance(cell, str):
            values[name] = cell
        elif cell is Blank.CLEARED:
            values.pop(name, None)
        elif isinstance(cell, Unknown):
            return [] if new else [self._unknown("unknown-value", name, cell, row)]
        elif self._on_empty[name] == "clear":
            values.pop(name, None)
        elif self._on_empty[name] == "default" and (default := self._default(name, values)):
            values[name] = default
        elif self._mapping.columns[name].required and not new:
            return [self._finding("value-kept", name, row, values.get(name))]
        return []

    def _complete(self, values: dict[str, str], row: Row) -> list[Finding]:
        """Give a new user the defaults, and complain where they need more."""
        findings = []
        for name, column in self._mapping.columns.items():
            if name in values or name == self._manager:
                continue
            cell = row.said.get(name)
            if cell is not Blank.CLEARED and (default := self._default(name, values)):
                values[name] = default
            elif isinstance(cell, Unknown):
                findings.append(self._unknown("unknown-value-create", name, cell, row))
            elif column.required:
                findings.append(self._finding("constraint-error", name, row, None))
        return findings

    def _check_period(self, values: dict[str, str], row: Row) -> list[Finding]:
        start, end = values.get(START), values.get(END)
        if start is None or end is None or start <= end:
            return []
        return [self._finding("date-period", END, row, end, start=start)]

    def _reference(self, previous: str | None, row: Row) -> str | None:
        cell = row.said.get(self._manager) if self._manager else None
        if isinstance(cell, str):
            return cell
        cleared = cell is Blank.CLEARED or (
            cell is Blank.EMPTY and self._on_empty[str(self._manager)] == "clear"
        )
        return None if cleared else previous

    def _default(self, name: str, values: dict[str, str]) -> str | None:
        return self._mapping.default(name, values.get(ENTITY), values.get(DEPARTMENT))

    def _unknown(self, code: str, name: str, cell: Unknown, row: Row) -> Finding:
        remedy = f"Add it to [columns.{name}.values] of the mapping."
        return self._finding(code, name, row, cell.text, remedy=remedy)

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


def _returns(values: dict[str, str], said: dict[str, Said]) -> bool:
    """Whether the row starts a contract after the one that ended, and says nothing of an end."""
    start = said.get(START)
    return isinstance(start, str) and END not in said and values.get(END, start) < start
