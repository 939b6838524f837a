"""When a file is expected, and whether one is missing. Decided here, without any I/O.

Rules:
1. A file is expected on certain days of the week, by a time of the client's day. It is missing once
   that time has passed and nothing was received since that day began.
2. A time that the clocks skip or repeat is over when it is over for everybody: the later reading.
3. Only the last such day counts: after a downtime nobody is told of last week.
4. Nothing is missing for a day whose time had passed when the expectation was stated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """By when a file is expected on which days."""

    by: time
    #: 0 is Monday; at least one
    days: frozenset[int]
    #: IANA name of the time zone in which the client's days begin and end
    timezone: str
    #: when it was stated, UTC
    since: datetime


def read_time(text: str) -> time:
    """A time as HH:MM. Raises ValueError."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("write it as HH:MM, for example 09:30")
    return time.fromisoformat(text)


def read_days(text: str) -> frozenset[int]:
    """Days of the week such as `mon-fri`, `mon,thu` or `sat-mon`. Raises ValueError."""
    days: set[int] = set()
    for part in text.split(","):
        ends = part.split("-")
        if len(ends) > 2 or not set(ends) <= set(DAYS):
            raise ValueError("write days as mon-fri, or as mon,wed,fri")
        first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return frozenset(days)


def find_missing(
    expectation: Expectation, last_received: datetime | None, now: datetime
) -> date | None:
    """The day whose file is missing now; None where none is."""
    today = now.astimezone(ZoneInfo(expectation.timezone)).date()
    for back in range(8):
        day = today - timedelta(days=back)
        if day.weekday() in expectation.days and deadline(expectation, day) <= now:
            if deadline(expectation, day) <= expectation.since:
                return None
            came = last_received is not None and last_received >= _begin(expectation, day)
            return None if came else day
    return None


def next_deadline(expectation: Expectation, now: datetime) -> datetime:
    """When a file may be missing next."""
    today = now.astimezone(ZoneInfo(expectation.timezone)).date()
    days = (today + timedelta(days=ahead) for ahead in range(9))
    ends = (deadline(expectation, day) for day in days if day.weekday() in expectation.days)
    return next(end for end in ends if end > now)


def deadline(expectation: Expectation, day: date) -> datetime:
    """When the file of a day is late, UTC."""
    return max(_moments(expectation, day, expectation.by))


def _begin(expectation: Expectation, day: date) -> datetime:
    return min(_moments(expectation, day, time()))


def _moments(expectation: Expectation, day: date, at: time) -> list[datetime]:
    """The moments that a clock on the wall may mean: two where the clocks are changed."""
    local = datetime.combine(day, at, ZoneInfo(expectation.timezone))
    return [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
