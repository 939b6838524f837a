"""When a file is missing, in every time zone and on the days on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.expectation import (
    DAYS,
    Expectation,
    deadline,
    find_missing,
    next_deadline,
    read_days,
    read_time,
)

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PARIS = Expectation(by=time(9), days=read_days("mon-fri"), timezone="Europe/Paris", since=LONG_AGO)


def at(text: str) -> datetime:
    """A moment by the clocks of Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "received", "missing"),
    [
        ("2026-11-25 08:59", "2026-11-24 07:00", None),  # a Wednesday
        ("2026-11-25 09:00", "2026-11-24 07:00", "2026-11-25"),
        ("2026-11-25 09:00", "2026-11-24 23:59", "2026-11-25"),
        ("2026-11-25 09:00", "2026-11-25 00:00", None),
        ("2026-11-25 09:00", None, "2026-11-25"),
        ("2026-11-25 12:00", "2026-11-25 11:00", None),  # late, and here now
        ("2026-11-25 08:00", "2026-11-23 07:00", "2026-11-24"),  # yesterday's is missing still
        ("2026-11-29 12:00", "2026-11-26 07:00", "2026-11-27"),  # on a Sunday, of Friday
        ("2026-11-29 12:00", "2026-11-28 07:00", None),  # came on Saturday
    ],
)
def test_a_file_is_missing_once_its_time_has_passed(
    now: str, received: str | None, missing: str | None
) -> None:
    """On a day on which it is expected, unless one came since that day began."""
    found = find_missing(PARIS, at(received) if received else None, at(now))
    assert (found and found.isoformat()) == missing


def test_nothing_is_missing_for_a_time_before_it_was_expected() -> None:
    """Who says at ten that files come by nine is not told at once."""
    stated = Expectation(
        by=PARIS.by, days=PARIS.days, timezone=PARIS.timezone, since=at("2026-11-25 10:00")
    )
    assert find_missing(stated, None, at("2026-11-25 10:01")) is None
    assert find_missing(stated, None, at("2026-11-26 09:00")) == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-03-29", "2026-03-29T01:30:00+00:00"),  # 02:30 is skipped: 03:30 in summer
        ("2026-10-25", "2026-10-25T01:30:00+00:00"),  # 02:30 comes twice: the second one
        ("2026-11-25", "2026-11-25T01:30:00+00:00"),
        ("2026-07-01", "2026-07-01T00:30:00+00:00"),
    ],
)
def test_the_day_on_which_clocks_change_has_one_deadline(day: str, expected: str) -> None:
    """A time that is skipped or repeated is over when it is over for everybody."""
    nightly = Expectation(
        by=time(2, 30), days=read_days("mon-sun"), timezone="Europe/Paris", since=LONG_AGO
    )
    assert deadline(nightly, date.fromisoformat(day)).isoformat() == expected


EXPECTATIONS = st.builds(
    Expectation,
    by=st.times().map(lambda it: it.replace(second=0, microsecond=0)),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    timezone=st.timezone_keys(allow_prefix=False),
    since=st.just(LONG_AGO),
)
MOMENTS = st.datetimes(datetime(2021, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside


@given(EXPECTATIONS, MOMENTS)
def test_something_is_missing_exactly_from_its_deadline_on(
    expectation: Expectation, now: datetime
) -> None:
    """In all time zones: not a moment before the next deadline, and from then on."""
    end = next_deadline(expectation, now)
    assert now < end <= now + timedelta(days=9)
    before = find_missing(expectation, None, end - timedelta(microseconds=1))
    missing = find_missing(expectation, None, end)
    assert missing is not None
    assert missing != before
    assert missing.weekday() in expectation.days
    assert deadline(expectation, missing) == end


@given(EXPECTATIONS, MOMENTS, MOMENTS)
def test_a_file_that_came_on_the_day_is_not_missing(
    expectation: Expectation, now: datetime, received: datetime
) -> None:
    """What is missing began after the last file came; nothing is missing if one came just now."""
    missing = find_missing(expectation, received, now)
    if missing is not None:
        local = received.astimezone(ZoneInfo(expectation.timezone)).date()
        assert local < missing
    assert find_missing(expectation, now, now) in {None, find_missing(expectation, None, now)}


@given(st.frozensets(st.sampled_from(DAYS), min_size=1))
def test_days_are_read_as_they_are_written(days: frozenset[str]) -> None:
    """One by one, in any order."""
    assert read_days(",".join(days)) == {DAYS.index(day) for day in days}


def test_days_and_times_that_nobody_means_are_refused() -> None:
    """With what to write instead."""
    assert read_days("sat-mon") == {5, 6, 0}
    assert read_days("mon-fri") == {0, 1, 2, 3, 4}
    for text in ("", "monday", "mon-", "mon,,tue", "1-5"):
        with pytest.raises(ValueError, match="mon-fri"):
            read_days(text)
    for text in ("9:00", "24:00", "0900", "09:00:00", "soon"):
        with pytest.raises(ValueError, match="HH:MM"):
            read_time(text)
