"""Which line of a file is its header, and which of its columns mean what."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import islice

from .dialect import HEADER_ROWS, known, read_rows, suspect, tell, tell_read
from .exceptions import FileRejected
from .finding import Finding, make_finding
from .language import Text
from .mapping import Mapping
from .nearest import nearest_column
from .text import fold_label
from .toml_line import alias_line
from .value import MOJIBAKE

#: label of the column that a corrected file ends with; it is nothing to be told of
ERRORS = "_errors"


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a file, matched with a mapping."""

    #: the line it stands in, from 1
    line: int
    labels: tuple[str, ...]
    #: column of the mapping -> its place in the file, in the order of the mapping
    places: dict[str, int]
    findings: tuple[Finding, ...]


def find_header(lines: Sequence[str], separator: str, mapping: Mapping, skipped: int) -> Header:
    """The header among the first rows; `skipped` lines stand above `lines` in the file.

    Raises FileRejected where no row has all required columns, or one of them twice.
    """
    labels = mapping.labels()
    line, row = _best_row(lines, separator, labels)
    if MOJIBAKE.search("".join(row)):
        raise FileRejected((make_finding("mojibake", line=line + skipped, value=", ".join(row)),))
    matched = [labels.get(fold_label(label)) for label in row]
    places = {name: matched.index(name) for name in mapping.columns if name in matched}
    _refuse_duplicates(line + skipped, row, matched)
    if missing := _missing(mapping, places):
        _refuse_separator(line + skipped, lines, separator, mapping)
        raise FileRejected(
            tuple(make_finding("missing-label", line=line + skipped, column=it) for it in missing)
        )
    findings = [*_ignored(line + skipped, row, matched, mapping)]
    if line > 1:
        findings.insert(0, make_finding("preamble", line=line + skipped))
    return Header(line + skipped, tuple(row), places, tuple(findings))


def _best_row(
    lines: Sequence[str], separator: str, labels: Container[str]
) -> tuple[int, list[str]]:
    """The line number and the cells of the row with the most labels; the first one on a tie."""
    rows = islice(read_rows(lines, separator), HEADER_ROWS)
    first: tuple[int, list[str]] = (1, [])
    best = max(rows, key=lambda row: known(row[1], labels), default=first)
    return best if known(best[1], labels) else first


def _refuse_duplicates(line: int, row: Sequence[str], matched: Sequence[str | None]) -> None:
    findings = [
        make_finding(
            "duplicate-label",
            line=line,
            index=index,
            column=name,
            value=row[index],
            first=row[matched.index(name)],
        )
        for index, name in enumerate(matched)
        if name is not None and matched.index(name) < index
    ]
    if findings:
        raise FileRejected(tuple(findings))


def _missing(mapping: Mapping, places: dict[str, int]) -> list[str]:
    return [
        name
        for name, column in mapping.columns.items()
        if (column.required or name in mapping.key)
        and name not in places
        and name not in mapping.defaults
    ]


def _refuse_separator(line: int, lines: Sequence[str], separator: str, mapping: Mapping) -> None:
    """Columns that are all missing have another separator, most of the time."""
    labels = mapping.labels()
    rows = read_rows(lines[:HEADER_ROWS], separator)
    if all(len(row) <= 1 for _, row in rows) and (other := suspect(lines, labels)):
        finding = make_finding(
            "separator-error",
            line=line,
            value=other,
            separator=tell(other),
            read=tell_read(mapping.separator),
        )
        raise FileRejected((finding,))


def _ignored(
    line: int, row: Sequence[str], matched: Sequence[str | None], mapping: Mapping
) -> list[Finding]:
    missing = {name: it for name, it in mapping.columns.items() if name not in matched}
    findings = []
    for index, label in enumerate(row):
        if matched[index] is not None or label.strip() == ERRORS:
            continue
        if fold_label(label):
            near = nearest_column(label, missing)
            remedy = (
                Text(
                    "If it is meant to be “{name}”, say so in [columns.{name}] of the mapping:"
                    " “{paste}”",
                    name=near,
                    paste=alias_line(missing[near], label.strip()),
                )
                if near
                else Text("There is nothing to do if it is not needed.")
            )
            findings.append(
                make_finding("extra-label", line=line, index=index, value=label, remedy=remedy)
            )
        elif any(fold_label(later) for later in row[index:]):
            findings.append(make_finding("blank-label", line=line, index=index))
    return findings
