"""The corrected file."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wharfinger.hooks.engine import State, load_mapping
from wharfinger.hooks.engine.corrected import defuse, write_corrected
from wharfinger.hooks.engine.finding import make_finding
from wharfinger.hooks.engine.reading import Rejected
from wharfinger.hooks.engine.source import open_sheet
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
    sound = [make_row(str(number)) for number in range(3, 13)]
    result = feed.send(write_csv(make_row("2", mail="bad"), *sound), "2026-11-01")
    assert result.corrected_csv is not None
    mended = result.corrected_csv.replace(b";bad;", b";good@acme.fr;")
    again = feed.send(mended, "2026-11-02", mode="delta")
    assert again.state is State.APPLIED
    assert feed.users()["FR01/2"].values["mail"] == "good@acme.fr"


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_nothing_is_said_of_the_column_of_errors(feed: FeedHarness, mode: str) -> None:
    """Sent again as it is or mended, in either mode, a corrected file is as good as any other."""
    content = write_csv(make_row("1", mail="bad"))
    first = feed.send(content, "2026-11-01", folder="/hr/other")
    again = feed.send(first.corrected_csv or b"", "2026-11-02", mode=mode)
    assert [it.code for it in again.findings] == ["type-error"]
    assert again.corrected_csv == first.corrected_csv
    mended = (first.corrected_csv or b"").replace(b"bad;", b"good@acme.fr;", 1)
    assert feed.send(mended, "2026-11-03", mode=mode).findings == ()
    assert feed.users()["FR01/1"].values["mail"] == "good@acme.fr"


FORMULAS = ["=cmd()", "+33 1", "-5", "@here", "\t=x", "\r=x", "  =x", "＝x", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("text", [*FORMULAS, *(f"\u00a0{text}" for text in FORMULAS), "\0=x"])
def test_no_cell_is_a_formula(text: str) -> None:
    """A spreadsheet that opens the file runs nothing of it, headers included."""
    rejected = Rejected(2, [text], (make_finding("quote-error", line=2),))
    corrected = write_corrected([text], [rejected])
    assert corrected is not None
    rows = csv.reader(io.StringIO(corrected.decode("utf-8-sig"), newline=""), delimiter=";")
    for row in rows:
        assert row[0].startswith("'")


MARKS = st.sampled_from([*"=+-@＝＋－＠'\"\t\r\n ;,", '="', "\ufeff", "\u00a0", "\u200b", "\u0301"])
CELLS = st.lists(st.one_of(MARKS, st.characters(exclude_categories=["Cs"])), max_size=8).map(
    "".join
)
LABELS = tuple(make_row())


@given(
    st.lists(st.lists(CELLS, min_size=len(LABELS), max_size=len(LABELS)), min_size=1, max_size=4)
)
@example([['="\'=x"', "''=x", "\x1b=x", "'＝", "'12", "'x", " ="]])
def test_the_engine_reads_what_it_read_before(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """Each cell of a corrected file says what it said, whatever it holds."""
    finding = make_finding("quote-error", line=2)
    rejected = [Rejected(line, cells, (finding,)) for line, cells in enumerate(rows, 2)]
    path = tmp_path_factory.getbasetemp() / "corrected.csv"
    path.write_bytes(write_corrected(LABELS, rejected) or b"")
    with open_sheet(path, load_mapping("users")) as sheet:
        assert sheet.header.labels == (*LABELS, "_errors")
        assert not sheet.header.findings
        read_cells = [record.cells or [] for record in sheet.records()]
    assert [[unwrap(it) for it in row[:-1]] for row in read_cells] == [
        [unwrap(it) for it in row] for row in rows
    ]


@given(CELLS)
def test_what_was_made_harmless_stays_so(cell: str) -> None:
    """However often a file is corrected, no further marks come to it."""
    assert defuse(defuse(cell)) == defuse(cell)
