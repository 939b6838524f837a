"""The day's leavers and starters: told once for each day, though no file came.

Nothing is changed by a day that begins: where a user stands is found from the dates, on every day
anew. Whom an import ends or starts with a date in the past is told by that import.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from .outbox import OutboxEntry
from .sqlite import open_directory

_DAY = timedelta(days=1)


def turn_day(directory: Path, timezone: str, now: datetime) -> list[str]:
    """Post who ended and who started, for each day since this was done last; says for which days.

    A directory in which it was never done begins with today.
    """
    today = now.astimezone(ZoneInfo(timezone)).date()
    told = []
    with open_directory(directory) as store, store.transaction():
        last = store.turned_day()
        for day in days_between(last, today):
            text = day.isoformat()
            leavers = store.last_days((day - _DAY).isoformat())
            starters = store.first_days(text)
            if leavers or starters:
                store.post(_describe(text, leavers, starters, now))
                told.append(text)
        if last is None or last < today.isoformat():
            store.note_turned_day(today.isoformat())
    return told


def days_between(last: str | None, today: date) -> Iterator[date]:
    """The days after the last one, up to today; today alone where there is no last one."""
    day = today if last is None else date.fromisoformat(last) + _DAY
    while day <= today:
        yield day
        day += _DAY


def next_midnight(timezone: str, now: datetime) -> datetime:
    """When the next day begins there; with the hour that does not exist, where it has none."""
    zone = ZoneInfo(timezone)
    tomorrow = now.astimezone(zone).date() + _DAY
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


def _describe(day: str, leavers: list[str], starters: list[str], now: datetime) -> OutboxEntry:
    return OutboxEntry(
        id=f"day:{day}",
        at=now.isoformat(),
        kind="day",
        import_id=None,
        body={"day": day, "leavers": leavers, "starters": starters},
    )
