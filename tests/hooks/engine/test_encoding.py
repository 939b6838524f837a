"""Encodings that are certain, and files that are no text."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine import FileRejected
from wharfinger.hooks.engine.encoding import (
    Encoding,
    Survey,
    find_encoding,
    recognise,
)

TEXT = "nom;prénom;département\nMüller;Léa;Été à Œuilly\n"


def find(data: bytes, pin: str | None = None) -> Encoding | None:
    """The encoding of a file that is surveyed as a whole."""
    survey = Survey()
    survey.feed(data)
    survey.feed(b"", final=True)
    return find_encoding(data[:65536], survey, pin)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TEXT.encode("utf-8"), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32"),
    ],
)
def test_unicode_is_certain(data: bytes, name: str) -> None:
    """A byte-order mark, the pattern of UTF-16 and valid UTF-8 leave nothing to guess."""
    encoding = find(data)
    assert encoding == Encoding(name)
    assert data.decode(name) == TEXT


def test_plain_text_is_the_same_in_every_encoding() -> None:
    """A file in ASCII is marked, because it says nothing about what its sender writes in."""
    assert find(b"nom;prenom\n") == Encoding("utf-8", plain=True)


def test_a_code_page_is_not_certain() -> None:
    """Bytes that are no Unicode leave a guess to be made."""
    assert find(TEXT.encode("cp1252")) is None


def test_the_pin_beats_everything() -> None:
    """A mapping that names the encoding is believed, even against valid UTF-8."""
    assert find(TEXT.encode("utf-8"), "cp850") == Encoding("cp850")
    assert find(TEXT.encode("utf-8-sig"), "UTF-8") == Encoding("utf-8-sig")


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"PK\x03\x04....[Content_Types].xml", "spreadsheet"),
        (b"PK\x03\x04....users.csv", "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "archive"),
        (b"  <!DOCTYPE html><html>", "web page"),
        (b"\xef\xbb\xbf<html>", "web page"),
        (b"-----BEGIN PGP MESSAGE-----", "encrypted"),
        (b"\x85\x02\x0c\x03", "encrypted"),
    ],
)
def test_other_files_are_named_as_what_they_are(head: bytes, word: str) -> None:
    """Whoever sends a workbook, an archive or an error page is told so."""
    kind = recognise(head)
    assert kind is not None
    assert word in kind[0]
    with pytest.raises(FileRejected) as caught:
        find(head)
    (finding,) = caught.value.findings
    assert finding.code == "format-error"
    assert finding.message == f"The file is {kind[0]}, not a CSV file."
    assert finding.hint == kind[1]


def test_a_csv_is_not_taken_for_something_else() -> None:
    """Text that merely begins like another format is read."""
    assert recognise(b"PK;nom\n1;a\n") is None
    assert recognise(b"<nom>;prenom\n") is None


@pytest.mark.parametrize("data", [b"a;b\n" + bytes(range(8)) * 50, b"x" * 70_000])
def test_binary_data_is_refused(data: bytes) -> None:
    """Many control characters, or no end of the first line, make a file no text."""
    with pytest.raises(FileRejected) as caught:
        find(data)
    assert caught.value.findings[0].code == "format-error"


def test_an_empty_file_is_refused() -> None:
    """A file without a single byte says nothing, least of all that everybody left."""
    with pytest.raises(FileRejected) as caught:
        find(b"")
    assert caught.value.findings[0].code == "empty-file"


def test_a_survey_does_not_depend_on_its_chunks() -> None:
    """A character that two chunks share is no damage."""
    data = TEXT.encode("utf-8")
    survey = Survey()
    for place in range(len(data)):
        survey.feed(data[place : place + 1])
    survey.feed(b"", final=True)
    assert survey.is_utf8
    assert not survey.is_ascii
    assert survey.last.endswith(b"\n")
