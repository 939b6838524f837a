"""Whole files: what is new, who is present, and what is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Container
from collections.abc import Mapping as ReadOnly
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import Mapping, load_mapping
from wharfinger.hooks.engine.encoding import Encoding
from wharfinger.hooks.engine.reading import Contracts, Reader, Reading
from wharfinger.hooks.engine.row import RowReader
from wharfinger.hooks.engine.sheet import Sheet
from wharfinger.hooks.engine.testing import make_row, write_csv


@pytest.fixture
def one() -> dict[str, str]:
    """A good row."""
    return make_row("1")


def read(
    text: str, mapping: Mapping, known: ReadOnly[str, bytes] | None = None, **options: Any
) -> Reading:
    """The reading of a text."""
    sheet = Sheet(io.StringIO(text, newline=""), Encoding("utf-8"), mapping)
    rows = RowReader(mapping, sheet.header, "full")
    return Reader(sheet, rows, known or {}, **options).read(sheet.records())


def codes(reading: Reading) -> list[tuple[int, str]]:
    """Line and code of every rejected row."""
    return [(row.line, it.code) for row in reading.rejected for it in row.findings]


def test_a_good_file(mapping: Mapping) -> None:
    """Every row is read, everybody is present, and legal entities are counted."""
    text = write_csv(make_row("1"), make_row("2", legalEntity="FR02"), make_row("3"))
    reading = read(text, mapping)
    assert [(row.line, row.key) for row in reading.rows] == [
        (2, "FR01/1"),
        (3, "FR02/2"),
        (4, "FR01/3"),
    ]
    assert reading.present == {"FR01/1": 2, "FR02/2": 3, "FR01/3": 4}
    assert reading.entities == {"FR01": 2, "FR02": 1}
    assert (reading.total, reading.unattributed, reading.findings) == (3, None, [])


def test_an_unchanged_row_is_not_looked_at(mapping: Mapping) -> None:
    """A row with the digest of the last applied one is present, and nothing else."""
    text = write_csv(make_row("1"), make_row("2"))
    first, second = read(text, mapping).rows
    reading = read(text, mapping, {first.key: first.digest, second.key: b""})
    assert [row.key for row in reading.rows] == [second.key]
    assert reading.present.keys() == {first.key, second.key}
    assert reading.entities == {"FR01": 2}


def test_presence_alone(mapping: Mapping) -> None:
    """A file that is read for presence alone brings no rows, not even bad ones."""
    text = write_csv(make_row("1"), make_row("2", mail="bad"), make_row("2"))
    reading = read(text, mapping, validate=False)
    assert (reading.rows, reading.rejected, reading.findings) == ([], [], [])
    assert reading.present.keys() == {"FR01/1", "FR01/2"}


def test_a_rejected_user_is_present(mapping: Mapping) -> None:
    """A row in error is not applied; its user counts as present, and stays untouched."""
    reading = read(write_csv(make_row("1", mail="bad"), make_row("2")), mapping)
    assert codes(reading) == [(2, "type-error")]
    assert reading.present.keys() == {"FR01/1", "FR01/2"}
    assert reading.untouched == {"FR01/1"}
    assert reading.unattributed is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("FR01;1;D;L;a@b.fr;01/02/2020", "missing-cell"),
        ("FR01;1;D;L;a@b.fr;01/02/2020;;x", "extra-cell"),
    ],
)
def test_a_row_of_the_wrong_width(
    mapping: Mapping, one: dict[str, str], line: str, code: str
) -> None:
    """Such a row is rejected; its key is believed only if somebody has it."""
    text = write_csv(one).splitlines()[0] + f"\r\n{line}\r\n"
    unknown = read(text, mapping)
    assert codes(unknown) == [(2, code)]
    assert (unknown.present, unknown.unattributed) == ({}, 2)
    known = read(text, mapping, {"FR01/1": b""})
    assert (known.present, known.unattributed) == ({"FR01/1": 2}, None)
    assert known.untouched == {"FR01/1"}


def test_empty_cells_behind_the_last_column_are_nothing(
    mapping: Mapping, one: dict[str, str]
) -> None:
    """Separators at the end of a line are harmless."""
    reading = read(write_csv(one).rstrip() + ";;;\r\n", mapping)
    assert len(reading.rows) == 1


def test_a_row_too_short_to_have_a_key(mapping: Mapping, one: dict[str, str]) -> None:
    """A row that ends before its key names nobody."""
    reading = read(write_csv(one) + "FR01\r\n", mapping)
    assert codes(reading) == [(3, "missing-cell")]
    assert reading.unattributed == 3


def test_a_row_that_swallows_another(mapping: Mapping) -> None:
    """A cell that runs over a line end in a column that is read is no name: somebody is lost."""
    text = write_csv(make_row("1", lastName="Du\r\npont"), make_row("2"))
    reading = read(text, mapping)
    assert codes(reading) == [(2, "multiline-cell")]
    assert reading.unattributed == 2
    assert [(row.line, row.key) for row in reading.rows] == [(4, "FR01/2")]


def test_two_stray_marks_do_not_join_two_users(mapping: Mapping) -> None:
    """Two marks in neighbouring rows make one row of the right width, which is not believed."""
    text = write_csv(make_row("1"), make_row("2"), columns=tuple(make_row()))
    broken = text.replace("Dupont 1", '"Dupont 1').replace("Dupont 2", 'Dupont 2"')
    reading = read(broken, mapping)
    assert reading.rows == []
    assert reading.unattributed == 2


@pytest.mark.parametrize(("note", "rows"), [("rue X\r\nParis", 1), ("rue X;\r\nParis", 0)])
def test_line_breaks_in_columns_that_are_not_read(mapping: Mapping, note: str, rows: int) -> None:
    """A remark of two lines is harmless, unless it looks like further cells."""
    assert len(read(write_csv(make_row("1", remark=note)), mapping).rows) == rows


def test_a_repeated_header_is_an_error(mapping: Mapping, one: dict[str, str]) -> None:
    """The header in the middle of a file is no user, and no doubt about anybody."""
    text = write_csv(one)
    reading = read(text + text.splitlines()[0] + "\r\n", mapping)
    assert codes(reading) == [(3, "repeated-header")]
    assert reading.unattributed is None


def test_a_senseless_mark_spoils_its_row(mapping: Mapping, one: dict[str, str]) -> None:
    """The row is rejected, and whoever it was about is in doubt."""
    reading = read(write_csv(one) + 'FR01;2;"D"u;L;a@b.fr;01/02/2020;\r\n', mapping)
    assert codes(reading) == [(3, "quote-error")]
    assert reading.unattributed == 3


def test_a_row_without_a_key(mapping: Mapping) -> None:
    """A row that names nobody is rejected, and nobody will count as missing."""
    reading = read(write_csv(make_row("1"), make_row("")), mapping)
    assert codes(reading) == [(3, "key-error")]
    assert reading.unattributed == 3


def test_the_first_row_in_doubt_is_named(mapping: Mapping) -> None:
    """One line is enough to say why nobody counts as missing."""
    reading = read(write_csv(make_row(""), make_row("1"), make_row("")), mapping)
    assert reading.unattributed == 2


def test_blank_rows_are_skipped(mapping: Mapping, one: dict[str, str]) -> None:
    """Blank lines and lines of separators are counted once, and are no rows."""
    reading = read(write_csv(one) + "\r\n;;;;;;\r\n  ;\r\n", mapping)
    assert reading.total == 1
    assert [(it.code, it.line, it.value) for it in reading.findings] == [("blank-row", 3, "3")]


@pytest.mark.parametrize("known", [False, True])
def test_a_row_that_is_repeated(mapping: Mapping, one: dict[str, str], known: bool) -> None:
    """Equal rows are one row and a warning, whether the row is new or not."""
    text = write_csv(one, one)
    digest = read(text, mapping).rows[0].digest
    reading = read(text, mapping, {"FR01/1": digest} if known else {})
    assert len(reading.rows) == (0 if known else 1)
    assert [(it.code, it.line, it.value) for it in reading.findings] == [("duplicate-row", 3, "2")]
    assert reading.rejected == []


@pytest.mark.parametrize("known", [False, True])
def test_rows_that_contradict_one_another(mapping: Mapping, known: bool) -> None:
    """Different rows for one user are all rejected, and the user is present and untouched."""
    rows = [make_row("1"), make_row("1", lastName="Durand"), make_row("2"), make_row("1")]
    text = write_csv(*rows)
    digest = read(write_csv(rows[0]), mapping).rows[0].digest
    reading = read(text, mapping, {"FR01/1": digest} if known else {})
    assert codes(reading) == [(2, "primary-key"), (3, "primary-key"), (5, "primary-key")]
    assert [row.key for row in reading.rows] == ["FR01/2"]
    assert reading.untouched == {"FR01/1"}
    assert reading.present["FR01/1"] == 2


def test_a_bad_row_and_a_good_one_for_the_same_user(mapping: Mapping) -> None:
    """A good row does not win over a bad one: nobody knows which of them is meant."""
    text = write_csv(make_row("1", mail="bad"), make_row("1"))
    assert codes(read(text, mapping)) == [
        (2, "type-error"),
        (2, "primary-key"),
        (3, "primary-key"),
    ]


@pytest.mark.parametrize("first", [True, False])
def test_a_row_of_the_wrong_width_and_a_good_one(mapping: Mapping, first: bool) -> None:
    """In whichever order they come, both are rejected, also where the good one is unchanged."""
    header, good = write_csv(make_row("1")).splitlines()
    lines = ["FR01;1;D", good] if first else [good, "FR01;1;D"]
    text = "\r\n".join([header, *lines, ""])
    digest = read(write_csv(make_row("1")), mapping).rows[0].digest
    for known in (b"", digest):
        reading = read(text, mapping, {"FR01/1": known})
        assert reading.rows == []
        assert sorted(code for _, code in codes(reading)) == [
            "missing-cell",
            "primary-key",
            "primary-key",
        ]
        assert reading.untouched == {"FR01/1"}


OLD = make_row("1", dtContractEnd="31/12/2021")
NEW = make_row("1", dtContractStart="01/01/2022", department="R&D")


def read_contracts(
    text: str, mapping: Mapping, known: ReadOnly[str, bytes] | None = None, day: str = "2026-11-02"
) -> Reading:
    """The reading of a text in which several lines of a user are contracts."""

    def read_again(lines: Container[int]) -> dict[int, list[str]]:
        rows = enumerate(csv.reader(io.StringIO(text), delimiter=";"), 1)
        return {line: cells for line, cells in rows if line in lines}

    return read(text, mapping, known, contracts=Contracts(day, read_again))


@pytest.mark.parametrize("rows", [(OLD, NEW), (NEW, OLD), (OLD, NEW, OLD)])
def test_of_several_contracts_one_counts(
    mapping: Mapping, rows: tuple[dict[str, str], ...]
) -> None:
    """The line that is active is the user's, in any order; its digest is not kept."""
    reading = read_contracts(write_csv(*rows, make_row("2")), mapping)
    assert [(it.key, it.values.get("department")) for it in reading.rows] == [
        ("FR01/1", "R&D"),
        ("FR01/2", None),
    ]
    assert reading.rows[0].digest == b""
    assert reading.present["FR01/1"] == 2 + rows.index(NEW)
    assert (reading.rejected, reading.untouched) == ([], set())
    assert [it.code for it in reading.findings] == ["duplicate-row"] * (len(rows) - 2)
    earlier = read_contracts(write_csv(*rows), mapping, day="2021-06-30")
    assert "department" not in earlier.rows[0].values


def test_without_the_option_contracts_contradict(mapping: Mapping) -> None:
    """Lines of a user are contracts only where the mapping says so."""
    reading = read(write_csv(OLD, NEW), mapping)
    assert codes(reading) == [(2, "primary-key"), (3, "primary-key")]


@pytest.mark.parametrize(
    "other",
    [
        make_row("1", lastName="Durand"),
        make_row("1", mail="bad"),
        make_row("1", dtContractStart="", dtContractEnd="31/12/2021"),
    ],
)
def test_contracts_that_cannot_be_told_apart(mapping: Mapping, other: dict[str, str]) -> None:
    """Two active ones, one that cannot be read, one without a start: nothing is believed."""
    for rows in ((NEW, other), (other, NEW)):
        reading = read_contracts(write_csv(*rows), mapping)
        assert [code for _, code in codes(reading) if code == "primary-key"] == ["primary-key"] * 2
        assert (reading.rows, reading.untouched) == ([], {"FR01/1"})


@pytest.mark.parametrize("rows", [(OLD, NEW), (NEW, OLD)])
def test_a_row_that_got_a_second_contract_is_read_again(
    mapping: Mapping, rows: tuple[dict[str, str], ...]
) -> None:
    """Though the row itself is the one that was applied last."""
    for alone in rows:
        digest = read(write_csv(alone), mapping).rows[0].digest
        reading = read_contracts(write_csv(*rows), mapping, {"FR01/1": digest})
        assert [it.values.get("department") for it in reading.rows] == ["R&D"]


CELLS = st.sampled_from(["é", "", "a;b", 'q"', "x\ny"])


@given(
    rows=st.lists(st.tuples(st.sampled_from("12"), CELLS, st.sampled_from((0, 0, 0, 1, -1)))),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    forgotten=st.sets(st.sampled_from("12")),
    validate=st.booleans(),
)
def test_what_is_recognized_by_its_line_comes_to_what_its_cells_come_to(
    rows: list[tuple[str, str, int]],
    quoting: Literal[0, 1],
    forgotten: set[str],
    *,
    validate: bool,
) -> None:
    """Present, counted, compared with its like and rejected alike, whatever the other rows are."""
    mapping = load_mapping("users", ())
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", quoting=quoting)
    writer.writerow(make_row("1", department=""))
    for number, cell, more in rows:
        cells = list(make_row(number, department=cell).values())
        writer.writerow([*cells, "x"] if more > 0 else cells[: len(cells) + more])
    known = {
        row.key: b"" if row.key[-1] in forgotten else row.digest
        for row in read(text.getvalue(), mapping).rows
    }
    sheet = Sheet(io.StringIO(text.getvalue(), newline=""), Encoding("utf-8"), mapping)
    rows_reader = RowReader(mapping, sheet.header, "full")
    reader = Reader(sheet, rows_reader, known, validate=validate)
    quick = reader.read(sheet.records(reader.recognize))
    assert quick == read(text.getvalue(), mapping, known, validate=validate)


@pytest.mark.parametrize("unread", [{}, {"Exported": "1"}])
def test_a_known_line_is_not_taken_apart(mapping: Mapping, unread: dict[str, str]) -> None:
    """No row of an unchanged file comes as far as its cells, whatever stands where nobody reads."""
    people = [make_row(number, **unread) for number in "123"]
    known = {row.key: row.digest for row in read(write_csv(*people), mapping).rows}
    text = write_csv(*({**row, **dict.fromkeys(unread, "2")} for row in people))
    sheet = Sheet(io.StringIO(text, newline=""), Encoding("utf-8"), mapping)
    reader = Reader(sheet, RowReader(mapping, sheet.header, "full"), known)
    assert list(sheet.records(reader.recognize)) == []
    reading = reader.read([])
    assert reading.present == {"FR01/1": 2, "FR01/2": 3, "FR01/3": 4}
    assert (reading.total, reading.entities) == (3, {"FR01": 3})


def test_a_known_line_with_a_cell_too_many_is_taken_apart(mapping: Mapping) -> None:
    """Cells that nobody reads do not make a row of another width a known one."""
    text = write_csv(make_row("1", Exported="1"))
    known = {row.key: row.digest for row in read(text, mapping).rows}
    sheet = Sheet(io.StringIO(text.rstrip("\r\n") + ";x\r\n"), Encoding("utf-8"), mapping)
    reader = Reader(sheet, RowReader(mapping, sheet.header, "full"), known)
    assert codes(reader.read(sheet.records(reader.recognize))) == [(2, "extra-cell")]
