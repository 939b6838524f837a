"""Files that carry their date in their name."""

from __future__ import annotations

from typing import Any

import pytest

from wharfinger.hooks.engine import (
    ImportResult,
    Mapping,
    MappingInvalid,
    State,
    load_mapping,
    parse_mapping,
    reject,
    undo,
)
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv


@pytest.fixture
def mapping() -> Mapping:
    """Files are called after their day."""
    return load_mapping("users").model_copy(update={"file_date": "users-%Y%m%d.csv"})


def send(feed: FeedHarness, date: str, last_name: str = "A", **changes: Any) -> ImportResult:
    """A file of a date."""
    content = write_csv(make_row("1", lastName=last_name))
    return feed.send(content, file_name=f"users-{date}.csv", **changes)


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_a_file_that_is_older_than_the_last_one_is_left_out(feed: FeedHarness, mode: str) -> None:
    """It changes nothing, and the report says which file was newer."""
    send(feed, "20261102", mode=mode)
    result = send(feed, "20261101", "B", mode=mode)
    assert result.state is State.STALE
    assert "The file is of 2026-11-01, and one of 2026-11-02" in result.report["summary"]
    assert feed.users()["FR01/1"].values["lastName"] == "A"


@pytest.mark.parametrize("day", ["2026-11-02", "2026-11-03"])
def test_a_file_that_says_the_same_again_makes_older_ones_stale(
    feed: FeedHarness, day: str
) -> None:
    """Nothing changed until its date, whether it comes on the same day or on a later one."""
    send(feed, "20261102", day="2026-11-02")
    assert send(feed, "20261103", day=day).state is State.DUPLICATE
    assert send(feed, "20261102", "B", day=day).state is State.STALE


def test_a_file_of_the_same_day_is_a_correction(feed: FeedHarness) -> None:
    """It is applied, as is a newer one."""
    send(feed, "20261102")
    assert send(feed, "20261102", "B").state is State.APPLIED
    assert send(feed, "20261103", "C").state is State.APPLIED


def test_an_older_file_does_not_push_out_one_that_waits(feed: FeedHarness) -> None:
    """The newer one may still be approved; once it is rejected, the older one counts."""
    assert send(feed, "20261102", first_import="hold").state is State.HELD
    assert send(feed, "20261101", "B").state is State.STALE
    reject(feed.directory, "import-1", "Léa")
    assert send(feed, "20261101", "B").state is State.APPLIED


def test_an_undone_file_makes_none_stale(feed: FeedHarness) -> None:
    """This is how somebody says that the older one is right."""
    send(feed, "20261101", "A")
    send(feed, "20261103", "B")
    undo(feed.directory, "import-2", "Léa")
    assert send(feed, "20261102", "C").state is State.APPLIED


def test_a_file_without_a_date_is_imported_with_a_warning(feed: FeedHarness) -> None:
    """It is no reason to forget the date of the one before it."""
    send(feed, "20261102")
    result = send(feed, "corrected", "B")
    assert result.state is State.APPLIED_WITH_WARNINGS
    assert [it.code for it in result.findings] == ["file-date-missing"]
    assert send(feed, "20261101", "C").state is State.STALE


def test_another_folder_has_dates_of_its_own(feed: FeedHarness) -> None:
    """Only files of the same folder are compared."""
    send(feed, "20261102")
    assert send(feed, "20261101", "B", folder="/hr/other").state is State.APPLIED


def test_times_count_where_the_pattern_has_them(feed: FeedHarness) -> None:
    """Two files of a day are told apart."""
    feed.mapping = feed.mapping.model_copy(update={"file_date": "users-%Y%m%dT%H%M.csv"})
    send(feed, "20261102T0800")
    assert send(feed, "20261102T0000", "B").state is State.STALE
    assert send(feed, "20261102T0801", "C").state is State.APPLIED


@pytest.mark.parametrize("pattern", ["users.csv", "users-%Y.csv", "users-%m%d.csv", "%Q", "%"])
def test_a_pattern_without_a_day_is_refused(pattern: str) -> None:
    """It would make files stale that are not."""
    with pytest.raises(MappingInvalid, match="file_date"):
        parse_mapping(f"""
            name = "x"
            file_date = "{pattern}"
            [columns.legalEntity]
            [columns.employeeNumber]
        """)
