"""Contracts: which of several lines counts on a day, and what a status says of the end.

A status that says `ended` without a date ends the contract on the day before the file's; told again
in later files, that day stays. A status that says `active` takes such an end back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from .mapping import END, START
from .row import Blank, Row
from .user import EndedBy, User


def choose(rows: Sequence[Row], day: str) -> Row | None:
    """The line of a user whose contract counts on the day; None where that cannot be told.

    It is the one that is active, else the next one to start, else the one that ended last.
    """
    if any(START not in row.values for row in rows):
        return None
    coming = [row for row in rows if row.values[START] > day]
    active = [row for row in rows if row.values[START] <= day and not _is_over(row, day)]
    if active:
        return _only(active)
    if coming:
        start = min(row.values[START] for row in coming)
        return _only([row for row in coming if row.values[START] == start])
    if any(END not in row.values for row in rows):
        return _only(rows)
    end = max(row.values[END] for row in rows)
    return _only([row for row in rows if row.values[END] == end])


def _is_over(row: Row, day: str) -> bool:
    return row.status == "ended" or row.values.get(END, day) < day


def _only(rows: Sequence[Row]) -> Row | None:
    return rows[0] if len(rows) == 1 else None


def settle_end(
    before: User | None, row: Row, values: Mapping[str, str], day: str
) -> tuple[str | None, EndedBy | None]:
    """The end of the contract and what set it, for a row of a file that has a status.

    `values` are the user's as the rest of the row makes them.
    """
    end = values.get(END)
    previous = before.values.get(END) if before else None
    by_status = before is not None and before.ended_by == "status"
    if END not in row.values:
        if row.status == "ended":
            return _end_by_status(before, values, day)
        if by_status and row.status == "active":
            return None, None
        if by_status and row.blanks.get(END) is Blank.EMPTY:
            end = previous
    kept = by_status and end == previous and END not in row.values
    return end, ("status" if kept else "date") if end else None


def _end_by_status(before: User | None, values: Mapping[str, str], day: str) -> tuple[str, EndedBy]:
    previous = before.values.get(END) if before else None
    if before and previous and values.get(START, "") <= previous < day:
        return previous, "date" if before.ended_by == "date" else "status"
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat(), "status"


def contradicts(row: Row, values: Mapping[str, str], day: str) -> bool:
    """Whether the status cannot be true beside the dates that the user would have."""
    if row.status == "ended":
        return values.get(START, "") > values.get(END, day)
    return row.status == "active" and values.get(END, day) < day


def stays_true(row: Row, user: User) -> bool:
    """Whether the row comes to the same on every later day."""
    return row.status != "active" or END not in user.values
