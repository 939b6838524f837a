"""Rows with their lines, and structure that cannot be trusted."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import FileRejected, Mapping
from wharfinger.hooks.engine.encoding import Encoding
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.sheet import LONGEST_ROW, Record, Sheet

SMALL = Mapping(
    name="small", key=("login",), columns={"login": Column(), "note": Column()}, separator=";"
)
HEADER = "login;note\n"


def records(text: str, mapping: Mapping = SMALL) -> list[Record]:
    """The rows of a text, whose lines end in any way."""
    return list(Sheet(io.StringIO(text, newline=""), Encoding("utf-8"), mapping).records())


def refuse(text: str) -> tuple[str, int | None]:
    """Why a text cannot be read, and in which line."""
    with pytest.raises(FileRejected) as caught:
        records(text)
    return caught.value.findings[0].code, caught.value.findings[0].line


def test_rows_know_their_lines() -> None:
    """Lines are counted as an editor counts them, through quoted line breaks and blank lines."""
    text = 'titre\nlogin;note\na;"un\ndeux"\n\nb;2\n'
    assert records(text) == [
        Record(3, ["a", "un\ndeux"], 2),
        Record(5, [], 1),
        Record(6, ["b", "2"], 1),
    ]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(ending: str) -> None:
    """Unix, Windows and old Macintosh files are read alike, and with the same lines."""
    text = f"{HEADER}a;1\nb;2\n".replace("\n", ending)
    assert records(text) == [Record(2, ["a", "1"], 1), Record(3, ["b", "2"], 1)]


def test_lines_may_end_in_different_ways() -> None:
    """A file put together from several is read."""
    assert [it.cells for it in records("login;note\r\na;1\rb;2\nc;3")] == [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
    ]


def test_a_stated_separator_is_no_row() -> None:
    """The line `sep=,` is skipped, counted, and believed."""
    text = "sep=,\nlogin,note\na,1\n"
    sheet = Sheet(
        io.StringIO(text, newline=""),
        Encoding("utf-8"),
        SMALL.model_copy(update={"separator": None}),
    )
    assert sheet.separator == ","
    assert sheet.header.line == 2
    assert list(sheet.records()) == [Record(3, ["a", "1"], 1)]


def test_one_senseless_quotation_mark_spoils_one_row() -> None:
    """A row whose marks make no sense is reported alone, and reading goes on after it."""
    assert records(f'{HEADER}a;"x"y\nb;2\n') == [
        Record(2, None, 1),
        Record(3, ["b", "2"], 1),
    ]


def test_a_mark_that_is_closed_far_below_refuses_the_file() -> None:
    """Rows that a stray mark has swallowed are not lost in silence."""
    text = HEADER + 'a;"1\n' + "b;2\n" * 5 + 'c;"3\n'
    assert refuse(text) == ("quote-error", 2)


def test_a_mark_that_is_never_closed_refuses_the_file() -> None:
    """The end of the file inside a cell means that rows were lost."""
    assert refuse(HEADER + 'a;"1\nb;2\n') == ("quote-error", 2)


def test_a_row_without_end_refuses_the_file() -> None:
    """A cell that swallows more than a row can hold is a lost mark, even if one closes it."""
    filler = "b;2\n" * (LONGEST_ROW // 4)
    assert refuse(f'{HEADER}x;1\na;"1\n{filler}c;3"\n') == ("quote-error", 3)


def test_a_mark_that_swallows_the_whole_sample_refuses_the_file() -> None:
    """Long lines below a lost mark are more than one cell may hold, and no other error."""
    filler = "b;" + "2" * 1000 + "\n"
    assert refuse(HEADER + 'a;"1\n' + filler * 300) == ("quote-error", 2)
    assert refuse('"login;note\n' + filler * 300)[0] == "missing-label"


def test_a_header_with_senseless_marks_refuses_the_file() -> None:
    """A header that only a lenient reader can read is not believed."""
    assert refuse('login;note;"x"y\na;1;2\n') == ("quote-error", 1)


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff\n", "  \n"])
def test_a_file_without_text_is_empty(text: str) -> None:
    """Blank lines alone are an empty file."""
    assert refuse(text)[0] == "empty-file"


@pytest.mark.parametrize("good_lines", [0, 500])
def test_text_that_cannot_be_decoded_refuses_the_file(good_lines: int) -> None:
    """A pinned encoding that does not fit is an error, wherever the first wrong byte stands."""
    data = b"login;note\n" + b"a;1234567890123456789\n" * good_lines + b"b;\xe9\n"
    with (
        io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="") as text,
        pytest.raises(FileRejected) as caught,
    ):
        list(Sheet(text, Encoding("utf-8"), SMALL).records())
    assert caught.value.findings[0].code == "encoding-error"


_CELL = st.text(alphabet='ab;,"\n\r é', max_size=6)


@given(st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=20))
def test_what_is_written_well_is_read_back(rows: list[tuple[str, str]]) -> None:
    """Rows that are quoted properly come back as they were, in order, each with its line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(("login", "note"))
    writer.writerows(rows)
    read = records(text.getvalue())
    assert [tuple(it.cells or ()) for it in read] == rows
    assert [it.line for it in read] == sorted({it.line for it in read})
    lines = io.StringIO(text.getvalue(), newline="").readlines()
    assert all(lines[it.line - 1].startswith('"' + str(it.cells)[2:3]) or it for it in read)


@given(st.text(st.sampled_from('ab;" \r\n\0é'), max_size=40))
def test_rows_are_those_of_the_csv_module(text: str) -> None:
    """A row that is read without it is the same; where a quotation mark is wrong, both say so."""
    whole = HEADER + text
    lines = io.StringIO(whole, newline="")
    reader = csv.reader(lines, delimiter=";", strict=True)
    try:
        expected = list(reader)[1:]
    except csv.Error:
        return
    assert [record.cells for record in records(whole)] == expected
