"""French HR files in every encoding that payroll software writes, of 3 to 2,000 rows.

Names, towns and professions are Faker's; most files are small, because there is least to go by.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from truth.names import french_names

#: name -> Python's name, and the mark at the beginning
ENCODINGS = {
    "UTF-8": ("utf-8", b""),
    "UTF-8 with BOM": ("utf-8", codecs.BOM_UTF8),
    "UTF-16 LE": ("utf-16-le", b""),
    "UTF-16 LE with BOM": ("utf-16-le", codecs.BOM_UTF16_LE),
    "UTF-16 BE": ("utf-16-be", b""),
    "UTF-16 BE with BOM": ("utf-16-be", codecs.BOM_UTF16_BE),
    "Windows-1252": ("cp1252", b""),
    "ISO-8859-15": ("iso8859-15", b""),
    "code page 850": ("cp850", b""),
    "Mac OS Roman": ("mac_roman", b""),
}
_FEWEST, _MOST = 3, 2000
_COLUMNS = (
    "legalEntity",
    "employeeNumber",
    "lastName",
    "firstName",
    "mail",
    "dtContractStart",
    "department",
    "csp",
)
_FRENCH = (
    "Établissement",
    "Matricule",
    "Nom",
    "Prénom",
    "Courriel",
    "Date d'entrée",
    "Département",
    "csp",
)
#: what older code pages cannot write is written otherwise
_SPELT = {"œ": "oe", "Œ": "OE", "’": "'", "€": "EUR", "–": "-", "…": "..."}


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file of the corpus."""

    encoding: str
    data: bytes
    #: the file as it was written
    text: str
    #: employee number -> the values that a directory should hold
    users: dict[str, dict[str, str]]


def make_corpus(count: int, seed: int = 1) -> Iterator[Sample]:
    """So many files, the encodings in turn."""
    draw = Random(f"corpus-{seed}")  # noqa: S311 - repeatable on purpose
    for number in range(count):
        encoding = list(ENCODINGS)[number % len(ENCODINGS)]
        yield _make_sample(draw, encoding)


def _make_sample(draw: Random, name: str) -> Sample:
    encoding, mark = ENCODINGS[name]
    size = int(_FEWEST * (_MOST / _FEWEST) ** (draw.random() ** 1.5))
    rows = [[_spell(cell, encoding) for cell in _make_row(draw, n)] for n in range(size)]
    header = _FRENCH if draw.random() < 0.5 else _COLUMNS
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=draw.choice(";;;,\t"), lineterminator="\r\n")
    writer.writerows([header, *rows])
    return Sample(
        encoding=name,
        data=mark + text.getvalue().encode(encoding),
        text=text.getvalue(),
        users={row[1]: _expect(row) for row in rows},
    )


def _make_row(draw: Random, number: int) -> list[str]:
    names = french_names()
    last, first = draw.choice(names.last), draw.choice(names.first)
    if draw.random() < 0.3:
        last = last.upper()
    employee = f"{number + 1:05}"
    town = draw.choice(names.cities)
    job = draw.choice(names.jobs)
    return ["FR01", employee, last, first, f"u{employee}@acme.example", "01/02/2020", job, town]


def _spell(cell: str, encoding: str) -> str:
    try:
        cell.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_SPELT.get(it, it) for it in cell)
    return cell


def _expect(row: list[str]) -> dict[str, str]:
    return {**dict(zip(_COLUMNS, row, strict=True)), "dtContractStart": "2020-02-01"}
