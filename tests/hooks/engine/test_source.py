"""Files: the structural check, and reading twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from wharfinger.hooks.engine import Mapping, check_structure
from wharfinger.hooks.engine.source import open_sheet, read_again
from wharfinger.hooks.engine.testing import make_row, write_csv

GOOD = write_csv(make_row("1"), make_row("2", lastName="Müller"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A place for a file."""
    return tmp_path / "users.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_good_file_passes(file: Path, mapping: Mapping, encoding: str) -> None:
    """Nothing is found in a file that can be imported."""
    file.write_bytes(GOOD.encode(encoding))
    assert check_structure(file, mapping) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"\xef\xbb\xbf", "empty-file"),
        (b"PK\x03\x04xl/", "format-error"),
        (GOOD.splitlines()[0].encode(), "no-rows"),
        ((GOOD.splitlines()[0] + "\r\n\r\n").encode(), "no-rows"),
        (b"a;b\n1;2\n", "missing-label"),
        (
            write_csv(make_row(lastName="Смирнова", firstName="Ольга")).encode("cp1251"),
            "encoding-error",
        ),
        (GOOD.replace(";", "^").encode(), "separator-error"),
    ],
)
def test_a_file_that_cannot_be_imported(
    file: Path, mapping: Mapping, content: bytes, code: str
) -> None:
    """The check finds what the import would refuse the file for."""
    file.write_bytes(content)
    assert check_structure(file, mapping)[0].code == code


def test_bad_rows_are_none_of_its_business(file: Path, mapping: Mapping) -> None:
    """The structure is right, even if every row is wrong."""
    text = GOOD.splitlines()[0] + '\r\nFR01;"1"x\r\n'
    file.write_text(text, encoding="utf-8", newline="")
    assert check_structure(file, mapping) == []


def test_the_check_reads_only_the_beginning(file: Path, mapping: Mapping) -> None:
    """What comes far below is not looked at, and a character cut in two is no damage."""
    rows = "".join(f"FR01;{n};é;Léa;a@b.fr;01/02/2020;\r\n" for n in range(20_000))
    data = (GOOD + rows).encode("utf-8")
    for cut in range(4):
        file.write_bytes(b" " * cut + data + b"\xff\x00\xff")
        assert check_structure(file, mapping) == []


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16-be"])
def test_a_long_file_is_read_to_its_end(file: Path, mapping: Mapping, encoding: str) -> None:
    """What decides about the encoding may stand far below."""
    rows = [make_row(str(number), lastName="Dupont") for number in range(12_000)]
    text = write_csv(*rows, make_row("0", lastName="Müller"))
    file.write_bytes(text.encode(encoding))
    assert file.stat().st_size > 512 * 1024
    with open_sheet(file, mapping) as sheet:
        last = list(sheet.records())[-1]
    assert last.cells is not None
    assert (last.line, last.cells[2]) == (12_002, "Müller")


def test_an_ending_is_seen_in_every_encoding(file: Path, mapping: Mapping) -> None:
    """A last line without an end is noticed, and only then."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        for text, cut in ((GOOD, False), (GOOD.rstrip(), True)):
            file.write_bytes(text.encode(encoding))
            with open_sheet(file, mapping) as sheet:
                assert sheet.cut is cut


def test_rows_can_be_read_again(file: Path, mapping: Mapping) -> None:
    """By the line that they begin in."""
    file.write_text(GOOD, encoding="utf-8", newline="")
    cells = read_again(file, mapping, {3, 99})
    assert list(cells) == [3]
    assert cells[3][2] == "Müller"
