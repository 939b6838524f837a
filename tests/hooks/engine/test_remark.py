"""Remarks about changes that are taken as they stand."""

from __future__ import annotations

from pathlib import Path

from wharfinger.hooks.engine import Mapping, State
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

TEAM = [make_row(str(number), firstName=f"Z{number}") for number in range(1, 11)]


def remarks(feed: FeedHarness, *rows: dict[str, str]) -> list[tuple[str, str, str]]:
    """Code, key and value of what is to be said, after a file with the team."""
    feed.send(write_csv(*TEAM), "2026-11-01")
    result = feed.send(write_csv(*TEAM, *rows), "2026-11-02")
    assert result.state is State.APPLIED
    return [(it.code, it.key or "", it.value or "") for it in result.findings]


def test_a_new_user_with_the_name_of_another(feed: FeedHarness) -> None:
    """A name says nothing of who somebody is, and somebody may want to know."""
    twin = make_row("11", lastName="DUPONT 3", firstName="z3", dtContractStart="02/11/2026")
    assert remarks(feed, twin) == [("homonym", "FR01/11", "FR01/3")]
    assert feed.users()["FR01/11"].values["lastName"] == "DUPONT 3"


def test_who_has_left_is_no_namesake(feed: FeedHarness) -> None:
    """Only active users are pointed out, and only new ones have it said."""
    gone = make_row("12", firstName="Luc", dtContractEnd="01/10/2026")
    feed.send(write_csv(*TEAM, gone), "2026-10-31")
    heir = make_row("13", lastName=gone["lastName"], firstName="Luc", dtContractStart="02/11/2026")
    assert remarks(feed, gone, heir) == []


def test_whoever_left_long_ago_may_come_under_another_number(feed: FeedHarness) -> None:
    """A new contract after years has a number of its own, with the old address."""
    gone = make_row("12", mail="luc@acme.example", dtContractEnd="01/10/2020")
    feed.send(write_csv(*TEAM, gone), "2026-10-31")
    back = make_row("13", mail="luc@acme.example", dtContractStart="02/11/2026")
    assert remarks(feed, gone, back) == []


def test_dates_that_the_last_file_should_have_known(feed: FeedHarness) -> None:
    """A month late is later than payroll software usually is; it is applied all the same."""
    late = make_row("11", firstName="Luc", dtContractStart="30/09/2026")
    prompt = make_row("12", firstName="Paul", dtContractStart="01/10/2026")
    assert remarks(feed, late, prompt) == [("backdated", "FR01/11", "2026-09-30")]
    ended = {**late, "dtContractEnd": "01/10/2026"}
    result = feed.send(write_csv(*TEAM, ended, prompt), "2026-11-03")
    assert [(it.code, it.column) for it in result.findings] == [("backdated", "dtContractEnd")]


def test_a_first_file_is_never_late(tmp_path: Path, mapping: Mapping) -> None:
    """Everybody in it started before."""
    assert FeedHarness(tmp_path, mapping).send(write_csv(*TEAM)).findings == ()
