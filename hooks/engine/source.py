"""Files on disk, opened as sheets; all that the engine reads of a file, it reads here."""

from __future__ import annotations

import io
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .codepage import guess_code_page
from .encoding import Encoding, Survey, find_encoding
from .exceptions import FileRejected
from .finding import Finding, make_finding
from .language import Text
from .mapping import Mapping
from .sample import Sample, take_sample
from .sheet import Sheet

_HEAD = 256 * 1024
_CHUNK = 1024 * 1024


@contextmanager
def open_sheet(path: Path, mapping: Mapping, *, whole: bool = True) -> Iterator[Sheet]:
    """The file as a sheet; read twice as a stream, never held as a whole.

    Without `whole` only its first 256 KiB say how it is encoded. Raises FileRejected.
    """
    with _open_text(path, mapping.encoding, whole=whole) as (text, encoding, cut):
        yield Sheet(text, encoding, mapping, cut=cut)


@contextmanager
def _open_text(
    path: Path, pin: str | None, *, whole: bool
) -> Iterator[tuple[Iterator[str], Encoding, bool]]:
    """The lines of the file, how they are written, and whether the last one has no end."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        survey = _survey(head, file, whole=whole)
        encoding = find_encoding(head, survey, pin)
        if encoding is None:
            file.seek(0)
            encoding = _guess(file if whole else io.BytesIO(head))
        file.seek(0)
        with io.TextIOWrapper(file, encoding.name, newline="") as text:
            yield text, encoding, whole and not _ended(survey.last)


def _guess(lines: Iterable[bytes]) -> Encoding:
    guess = guess_code_page(lines)
    if guess is None:
        unknown = Text("any known encoding")
        raise FileRejected((make_finding("encoding-error", encoding=unknown),))
    return Encoding(guess.name, certain=guess.certain)


def _ended(last: bytes) -> bool:
    return last.rstrip(b"\0").endswith((b"\n", b"\r"))


def _survey(head: bytes, file: BinaryIO, *, whole: bool) -> Survey:
    survey = Survey()
    survey.feed(head)
    while whole and (chunk := file.read(_CHUNK)):
        survey.feed(chunk)
    if whole:
        survey.feed(b"", final=True)
    return survey


def check_structure(file: Path, mapping: Mapping) -> list[Finding]:
    """What is wrong with the file as a whole; an empty list for a file that can be imported.

    Quick: reads the beginning of the file, up to its first row.
    """
    try:
        with open_sheet(file, mapping, whole=False) as sheet:
            if any(record.cells is None or any(record.cells) for record in sheet.records()):
                return []
    except FileRejected as rejection:
        return list(rejection.findings)
    return [make_finding("no-rows")]


def read_sample(file: Path, mapping: Mapping) -> Sample:
    """What stands in the columns of the file, whether the mapping can read it or not.

    Raises FileRejected where it cannot even be read as text.
    """
    with _open_text(file, mapping.encoding, whole=True) as (text, encoding, _):
        try:
            return take_sample(text, mapping)
        except UnicodeDecodeError:
            finding = make_finding("encoding-error", encoding=encoding.name)
            raise FileRejected((finding,)) from None


def read_again(file: Path, mapping: Mapping, lines: Container[int]) -> dict[int, list[str]]:
    """The cells of the rows that begin in these lines, of a file that was read before."""
    with open_sheet(file, mapping) as sheet:
        return {
            record.line: record.cells or [] for record in sheet.records() if record.line in lines
        }
