"""Contracts: which line counts, and what a status says of the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import User
from wharfinger.hooks.engine.contract import choose, contradicts, settle_end, stays_true
from wharfinger.hooks.engine.row import Blank, Row
from wharfinger.hooks.engine.user import EndedBy

DAY = "2026-11-02"


def row(start: str | None, end: str | None, status: str | None = None, line: int = 2) -> Row:
    """A line with a contract."""
    dates = {"dtContractStart": start, "dtContractEnd": end}
    return Row(
        line=line,
        key="k",
        entity="",
        digest=b"",
        values={name: value for name, value in dates.items() if value},
        blanks={} if end else {"dtContractEnd": Blank.EMPTY},
        status=status,
    )


PAST = row("2020-01-01", "2020-12-31")
LATER_PAST = row("2021-01-01", "2021-12-31")
ACTIVE = row("2022-01-01", None)
LAST_DAY = row("2022-01-01", DAY)
NEXT = row("2026-12-01", None)
LATER = row("2027-01-01", "2027-06-30")
GONE = row("2022-01-01", None, "ended")


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        ([PAST, ACTIVE, NEXT], ACTIVE),
        ([PAST, LAST_DAY], LAST_DAY),
        ([PAST, LATER, NEXT], NEXT),
        ([PAST, LATER_PAST], LATER_PAST),
        ([GONE, NEXT], NEXT),
        ([ACTIVE, GONE], ACTIVE),
        ([ACTIVE, LAST_DAY], None),
        ([NEXT, row("2026-12-01", "2027-01-31")], None),
        ([PAST, row("2019-01-01", "2020-12-31")], None),
        ([PAST, GONE], None),
        ([ACTIVE, row(None, "2020-12-31")], None),
    ],
)
def test_the_contract_that_counts(rows: list[Row], chosen: Row | None) -> None:
    """The active one, else the next to start, else the last to end; in any order of the lines."""
    assert choose(rows, DAY) is chosen
    assert choose(rows[::-1], DAY) is chosen


_DAYS = st.dates().map(str)


@given(st.lists(st.tuples(_DAYS, st.none() | _DAYS), min_size=1, max_size=5), _DAYS)
def test_the_choice_does_not_depend_on_the_order(
    periods: list[tuple[str, str | None]], day: str
) -> None:
    """Whatever the contracts, and whenever the file came."""
    rows = [row(start, end, line=line) for line, (start, end) in enumerate(periods)]
    assert choose(rows, day) is choose(rows[::-1], day)


def user(end: str | None, ended_by: EndedBy | None) -> User:
    """A user who is there already."""
    values = {"dtContractStart": "2020-01-01", **({"dtContractEnd": end} if end else {})}
    return User(key="k", feed="f", values=values, ended_by=ended_by)


def settle(before: User | None, change: Row) -> tuple[str | None, EndedBy | None]:
    """The end that the row comes to, in a full file where an empty cell is an open end."""
    return settle_end(before, change, change.values, DAY)


def test_a_status_without_a_date_ends_the_contract_the_day_before() -> None:
    """And a date in the row is better than that."""
    assert settle(None, row("2020-01-01", None, "ended")) == ("2026-11-01", "status")
    assert settle(user(None, None), row("2020-01-01", None, "ended")) == ("2026-11-01", "status")
    told = row("2020-01-01", "2026-10-15", "ended")
    assert settle(user("2026-11-01", "status"), told) == ("2026-10-15", "date")


@pytest.mark.parametrize("ended_by", ["status", "date"])
def test_an_end_stays_as_long_as_the_status_says_so(ended_by: EndedBy) -> None:
    """A later file that says `ended` again does not move the day."""
    again = row("2020-01-01", None, "ended")
    assert settle(user("2026-09-30", ended_by), again) == ("2026-09-30", ended_by)


def test_an_end_by_status_is_taken_back_by_a_status() -> None:
    """An empty or unknown status says nothing, and leaves the user ended."""
    before = user("2026-09-30", "status")
    assert settle(before, row("2020-01-01", None, "active")) == (None, None)
    assert settle(before, row("2020-01-01", None)) == ("2026-09-30", "status")
    assert settle(user("2026-09-30", "date"), row("2020-01-01", None)) == (None, None)


def test_a_new_contract_ends_on_its_own_day() -> None:
    """The end of a contract before is not the end of this one."""
    change = row("2026-10-01", None, "ended")
    assert settle(user("2026-09-30", "status"), change) == ("2026-11-01", "status")


@pytest.mark.parametrize(
    ("status", "start", "end", "wrong"),
    [
        ("active", "2020-01-01", "2026-11-01", True),
        ("active", "2020-01-01", DAY, False),
        ("active", "2020-01-01", None, False),
        ("ended", "2026-11-03", "2026-11-01", True),
        ("ended", "2020-01-01", "2026-11-01", False),
        (None, "2020-01-01", "2026-11-01", False),
    ],
)
def test_what_a_status_cannot_be(
    status: str | None, start: str, end: str | None, wrong: bool
) -> None:
    """Active after the end, or ended before the start."""
    change = row(start, end, status)
    assert contradicts(change, change.values, DAY) is wrong


def test_an_active_user_with_an_end_is_looked_at_every_day() -> None:
    """For the day after the end the same row is wrong."""
    assert not stays_true(row(None, "2027-01-01", "active"), user("2027-01-01", "date"))
    assert stays_true(row(None, None, "active"), user(None, None))
    assert stays_true(row(None, "2027-01-01"), user("2027-01-01", "date"))
