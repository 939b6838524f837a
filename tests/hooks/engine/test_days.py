"""Leavers and starters of a day on which no file came."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from wharfinger.hooks.engine import next_midnight, turn_day, unsent
from wharfinger.hooks.engine.days import days_between
from wharfinger.hooks.engine.sqlite import open_directory
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

FAR = datetime(2030, 1, 1, tzinfo=UTC)
ROWS = [
    make_row("1"),
    make_row("2", dtContractEnd="10/11/2026"),
    make_row("3", dtContractEnd="12/11/2026"),
    make_row("4", dtContractStart="11/11/2026"),
    make_row("5", dtContractStart="12/11/2026", dtContractEnd="12/11/2026"),
]
EXPECTED = {
    "2026-11-11": (["FR01/2"], ["FR01/4"]),
    "2026-11-12": ([], ["FR01/5"]),
    "2026-11-13": (["FR01/3", "FR01/5"], []),
}
ZONES = ["Pacific/Auckland", "Europe/Paris", "UTC", "America/Los_Angeles"]


@pytest.fixture
def firm(feed: FeedHarness) -> FeedHarness:
    """A firm with people who come and go in November."""
    feed.send(write_csv(*ROWS), "2026-11-02")
    return feed


def told(feed: FeedHarness) -> dict[str, tuple[list[str], list[str]]]:
    """Day -> its leavers and its starters."""
    entries = [it for it in unsent(feed.directory, "mail", FAR) if it.kind == "day"]
    assert [it.id for it in entries] == [f"day:{it.body['day']}" for it in entries]
    return {it.body["day"]: (it.body["leavers"], it.body["starters"]) for it in entries}


@pytest.mark.parametrize("zone", ZONES)
def test_each_day_is_told_once(firm: FeedHarness, zone: str) -> None:
    """On its day where the client is: the last day of a contract is still a day of it."""
    now = datetime(2026, 11, 8, 12, 0, tzinfo=UTC)
    while now < datetime(2026, 11, 16, tzinfo=UTC):
        today = now.astimezone(ZoneInfo(zone)).date().isoformat()
        assert turn_day(firm.directory, zone, now) in ([], [today])
        now += timedelta(hours=1)
    assert told(firm) == EXPECTED


@pytest.mark.parametrize("zone", ZONES)
def test_a_downtime_is_made_up_for(firm: FeedHarness, zone: str) -> None:
    """Days later every day is told for itself."""
    start = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
    turn_day(firm.directory, zone, start)
    turn_day(firm.directory, zone, start + timedelta(days=4))
    assert told(firm) == EXPECTED


def test_the_first_day_is_today(firm: FeedHarness) -> None:
    """What was before the server knew of days was told by imports."""
    now = datetime(2026, 11, 13, 12, 0, tzinfo=UTC)
    assert turn_day(firm.directory, "Europe/Paris", now) == ["2026-11-13"]


def test_a_clock_that_goes_back_tells_nothing_again(firm: FeedHarness) -> None:
    """Also where a client moves to the west: days only go on."""
    now = datetime(2026, 11, 13, 3, 0, tzinfo=UTC)
    turn_day(firm.directory, "Europe/Paris", now)
    assert turn_day(firm.directory, "America/Los_Angeles", now) == []
    assert turn_day(firm.directory, "Europe/Paris", now) == []
    with open_directory(firm.directory) as store:
        assert store.turned_day() == "2026-11-13"


def test_no_record_changes(firm: FeedHarness) -> None:
    """A day that begins is no import."""
    before = {key: user.canonical() for key, user in firm.users().items()}
    turn_day(firm.directory, "Europe/Paris", FAR)
    assert {key: user.canonical() for key, user in firm.users().items()} == before


def test_a_day_is_found_by_indexes(firm: FeedHarness) -> None:
    """However many users there are, only those of the day are read."""
    with open_directory(firm.directory) as store:
        seen: list[str] = []
        store._connection.set_trace_callback(seen.append)
        store.last_days("2026-11-10")
        store.first_days("2026-11-10")
        store._connection.set_trace_callback(None)
        for query in seen:
            plan = store._connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
            assert any("USING INDEX users_end" in it[-1] or "_start" in it[-1] for it in plan)
            assert not any("SCAN" in it[-1] for it in plan)
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("zone", "now", "midnight"),
    [
        ("Europe/Paris", "2026-11-02T12:00", "2026-11-02T23:00"),
        ("Europe/Paris", "2026-11-02T23:00", "2026-11-03T23:00"),
        ("Pacific/Auckland", "2026-11-02T12:00", "2026-11-03T11:00"),
        ("America/Los_Angeles", "2026-11-02T06:00", "2026-11-02T08:00"),
        # the days on which clocks change have 23 and 25 hours
        ("Europe/Paris", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("Europe/Paris", "2026-10-24T22:00", "2026-10-25T23:00"),
        # here there is no midnight on that day: it begins at one o'clock
        ("Africa/Cairo", "2026-04-23T12:00", "2026-04-23T22:00"),
    ],
)
def test_when_the_next_day_begins(zone: str, now: str, midnight: str) -> None:
    """At midnight of the client's clocks, and not a second later."""
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = next_midnight(zone, moment)
    assert found == datetime.fromisoformat(midnight).replace(tzinfo=UTC)
    before, after = (it.astimezone(ZoneInfo(zone)).date() for it in (moment, found))
    assert after - before == timedelta(days=1)
    assert (found - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == before


def test_which_days_are_made_up_for() -> None:
    """All that were not told, in order."""
    today = date(2026, 11, 4)
    assert list(days_between("2026-11-02", today)) == [date(2026, 11, 3), today]
    assert list(days_between("2026-11-04", today)) == []
    assert list(days_between(None, today)) == [today]
