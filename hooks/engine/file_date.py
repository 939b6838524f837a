"""The date that the name of a file carries, by a pattern such as `users-%Y%m%d.csv`."""

from __future__ import annotations

from datetime import datetime


def read_date(pattern: str | None, file_name: str) -> str | None:
    """What the file is of, ISO 8601, with a time where the pattern has one; None if unsaid.

    Dates of one pattern sort as text.
    """
    if pattern is None:
        return None
    try:
        moment = datetime.strptime(file_name, pattern)  # noqa: DTZ007 - compared among themselves
    except ValueError:
        return None
    return moment.isoformat().removesuffix("T00:00:00")


def is_dated(pattern: str) -> bool:
    """Whether names of this pattern say which day they are of."""
    day = datetime(2024, 12, 31)  # noqa: DTZ001 - a day, not a moment
    try:
        found = read_date(pattern, day.strftime(pattern))
    except ValueError:
        return False
    return found is not None and found.startswith("2024-12-31")
