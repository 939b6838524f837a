"""The corrected file."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import State
from wharfinger.hooks.engine.corrected import defuse, write_corrected
from wharfinger.hooks.engine.finding import make_finding
from wharfinger.hooks.engine.reading import Rejected
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv
from wharfinger.hooks.engine.value import unwrap


def read(corrected: bytes | None) -> list[dict[str, str]]:
    """The rows of a corrected file."""
    assert corrected is not None
    text = corrected.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_without_rejected_rows_there_is_none(feed: FeedHarness) -> None:
    """A file that was applied as a whole needs no correction."""
    assert feed.send(write_csv(make_row("1", manager="9"))).corrected_csv is None
    assert feed.send("").corrected_csv is None
    assert write_corrected(["a"], []) is None


def test_rejected_rows_come_as_they_were(feed: FeedHarness) -> None:
    """In their own columns, read or not, with every error in words."""
    bad = make_row("2", mail="bad", dtBirth="03/25/1980", note="été")
    (row,) = read(feed.send(write_csv(make_row("1"), bad)).corrected_csv)
    errors = row.pop("_errors")
    assert row == bad
    assert "“bad” is not a mail address." in errors
    assert "there is no month 25" in errors


def test_rows_that_contradict_one_another_all_come(feed: FeedHarness) -> None:
    """Also those that were skipped as unchanged, and those that only planning rejects."""
    feed.send(write_csv(make_row("1")), "2026-11-01")
    rows = [make_row("1"), make_row("1", lastName="Durand"), make_row("2", lastName="")]
    corrected = read(feed.send(write_csv(*rows), "2026-11-02").corrected_csv)
    assert [it["lastName"] for it in corrected] == ["Dupont 1", "Durand", ""]
    assert "lines 2, 3" in corrected[0]["_errors"]


def test_a_short_row_is_padded(feed: FeedHarness) -> None:
    """The errors stand in the last column, whatever the width of the row."""
    content = write_csv(make_row("1")) + "FR01;2\r\n"
    (row,) = read(feed.send(content).corrected_csv)
    assert (row["employeeNumber"], row["mail"]) == ("2", "")
    assert "cells where the header has" in row["_errors"]


def test_the_corrected_file_can_be_sent_again(feed: FeedHarness) -> None:
    """Once corrected, its rows are imported, and the column of errors is not read."""
    result = feed.send(write_csv(make_row("1"), make_row("2", mail="bad")), "2026-11-01")
    assert result.corrected_csv is not None
    mended = result.corrected_csv.replace(b";bad;", b";good@acme.fr;")
    again = feed.send(mended, "2026-11-02", mode="delta")
    assert again.state is State.APPLIED
    assert feed.users()["FR01/2"].values["mail"] == "good@acme.fr"


@pytest.mark.parametrize("text", ["=cmd()", "+33 1", "-5", "@here", "\tx", "\rx"])
def test_no_cell_is_a_formula(text: str) -> None:
    """A spreadsheet that opens the file runs nothing of it, headers included."""
    rejected = Rejected(2, [text], (make_finding("quote-error", line=2),))
    corrected = write_corrected([text], [rejected])
    assert corrected is not None
    for row in csv.reader(io.StringIO(corrected.decode("utf-8-sig"), newline=""), delimiter=";"):
        assert not row[0].startswith(text[0])


@given(st.text())
def test_reading_takes_the_mark_away_again(text: str) -> None:
    """A value that was made harmless comes back as it was."""
    assert unwrap(defuse(text)) == unwrap(text) or text[:1] in {"\t", "\r", "="}
