"""Three rules that others use, on the same files: each a small honest program of its own.

All read with `csv.DictReader`, as UTF-8 with or without BOM and else as Windows-1252; semicolons;
dates as dd/mm/yyyy. A file on which such a program would stop with an exception counts as refused,
and changes nothing. Whoever has to approve something knows the truth, as for the engine.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from truth.person import COLUMNS
from truth.system import Outcome, Record
from truth.year import Delivery

_DATES = ("dtContractStart", "dtContractEnd", "dtBirth")
_REFUSED = Outcome(applied=False, state="refused")
_APPLIED = Outcome(applied=True, state="applied")


class FullSync:
    """Upsert every row; who is not in the file has left."""

    name = "full sync"

    def __init__(self) -> None:
        self._users: dict[str, tuple[dict[str, str], str | None]] = {}
        self._left: set[str] = set()

    def receive(self, delivery: Delivery) -> Outcome:
        """Read the file and make the directory the same."""
        try:
            rows = read_rows(delivery.damage.data)
        except (ValueError, LookupError, csv.Error, AttributeError, TypeError):
            return _REFUSED
        return self._apply(rows, delivery)

    def _apply(self, rows: Mapping[str, dict[str, str]], delivery: Delivery) -> Outcome:
        self._upsert(rows.values())
        self._left |= self._users.keys() - rows.keys()
        return _APPLIED

    def _upsert(self, rows: Iterable[dict[str, str]]) -> None:
        for row in rows:
            key = f"{row['legalEntity']}/{row['employeeNumber']}"
            values = {name: value for name, value in row.items() if value and name != "manager"}
            self._users[key] = values, _manager(row, key)
            self._left.discard(key)

    def _active(self, day: date) -> set[str]:
        return {key for key, record in self.records(day).items() if not record.ended}

    def records(self, day: date) -> Mapping[str, Record]:
        """Everybody; who is gone or whose contract has run out is ended."""
        today = day.isoformat()
        return {
            key: Record(
                values, manager, key in self._left or values.get("dtContractEnd", today) < today
            )
            for key, (values, manager) in self._users.items()
        }


class Guarded(FullSync):
    """Full sync, held where more than 20 % would be ended, from 100 users on (Okta's rule)."""

    name = "20 % rule"

    def _apply(self, rows: Mapping[str, dict[str, str]], delivery: Delivery) -> Outcome:
        active = self._active(delivery.day)
        lost = active - rows.keys()
        if len(active) >= 100 and len(lost) > len(active) * 0.2:
            if not delivery.damage.right:
                return Outcome(applied=False, state="held, rejected", held=True)
            super()._apply(rows, delivery)
            return Outcome(applied=True, state="held, applied", held=True)
        return super()._apply(rows, delivery)


class Differential(FullSync):
    """What differs from the last file is applied, who is in that one only has left (Canvas's rule).

    Where the size of the file changes by more than 10 %, the whole file is applied and nobody ends.
    """

    name = "diff rule"

    def __init__(self) -> None:
        super().__init__()
        self._last: Mapping[str, dict[str, str]] = {}
        self._size = 0

    def _apply(self, rows: Mapping[str, dict[str, str]], delivery: Delivery) -> Outcome:
        size = len(delivery.damage.data)
        if abs(size - self._size) > self._size * 0.1:
            self._upsert(rows.values())
        else:
            self._upsert(row for key, row in rows.items() if row != self._last.get(key))
            self._left |= self._last.keys() - rows.keys()
        self._last, self._size = rows, size
        return _APPLIED


def read_rows(data: bytes) -> dict[str, dict[str, str]]:
    """The rows by key, dates as ISO 8601; raises what such programs raise."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    rows = {}
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";"):
        known = {name: row[name].strip() for name in COLUMNS}
        for name in _DATES:
            known[name] = _iso(known[name])
        rows[f"{known['legalEntity']}/{known['employeeNumber']}"] = known
    return rows


def _iso(cell: str) -> str:
    return datetime.strptime(cell, "%d/%m/%Y").date().isoformat() if cell else ""  # noqa: DTZ007 - a day


def _manager(row: Mapping[str, str], key: str) -> str | None:
    entity, _, number = row["manager"].rpartition(":")
    manager = f"{entity or row['legalEntity']}/{number}"
    return None if manager == key else manager


RIVALS = (FullSync, Guarded, Differential)
