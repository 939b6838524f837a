"""Proposals: the lines that a mapping seems to lack for a file, for a person to judge.

A column that the file calls otherwise is found by its label, as long as what stands in it is of its
type; where no label is like it, by what stands in it alone. A value that no table knows is put
beside the nearest one that a table knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rapidfuzz import fuzz

from .content import fits, reads_date, recognise
from .finding import Finding
from .mapping import Column, Mapping
from .nearest import nearest_target
from .sample import Sample
from .text import clean, fold, fold_label
from .toml_line import alias_line, quote, value_line
from .value import DATE_PATTERNS, read_culture

#: how alike two labels have to be, in percent
_LIKENESS = 70
#: a label that has all words of another one may still mean something else
_PART = 0.85


@dataclass(frozen=True, slots=True)
class Proposal:
    """One line to be put into a mapping."""

    #: the table that the line belongs to, such as columns.department.values; empty for the top
    table: str
    line: str
    reason: str
    #: how many rows of the file it concerns
    rows: int

    def as_dict(self) -> dict[str, Any]:
        """The proposal as JSON carries it."""
        return {"table": self.table, "line": self.line, "reason": self.reason, "rows": self.rows}


def propose(mapping: Mapping, sample: Sample) -> list[Proposal]:
    """What the mapping seems to lack for the file, by table."""
    labels = mapping.labels()
    matched = [labels.get(fold_label(label)) for label in sample.labels]
    places = {name: matched.index(name) for name in mapping.columns if name in matched}
    free = [
        place
        for place, label in enumerate(sample.labels)
        if matched[place] is None and fold_label(label)
    ]
    found = _match(mapping, sample, free, places)
    proposals = [
        Proposal(
            f"columns.{name}",
            alias_line(mapping.columns[name], sample.labels[place]),
            reason,
            sample.values[place].total(),
        )
        for name, (place, reason) in found.items()
    ]
    places |= {name: place for name, (place, _) in found.items()}
    return [
        *_propose_dates(mapping, sample, places),
        *proposals,
        *_propose_values(mapping, sample, places),
    ]


def _match(
    mapping: Mapping, sample: Sample, free: Iterable[int], places: Iterable[str]
) -> dict[str, tuple[int, str]]:
    """Column -> its place and why; every place and column once, the likeliest first."""
    missing = {name: it for name, it in mapping.columns.items() if name not in set(places)}
    found: dict[str, tuple[int, str]] = {}
    taken = set()
    likely = chain(_by_label(missing, sample, free), recognise(mapping, sample, free))
    for name, place, reason in likely:
        if name in missing and name not in found and place not in taken:
            found[name] = (place, f"“{sample.labels[place]}” {reason}")
            taken.add(place)
    return {name: found[name] for name in mapping.columns if name in found}


def _by_label(
    missing: ReadOnly[str, Column], sample: Sample, free: Iterable[int]
) -> Iterator[tuple[str, int, str]]:
    likely = [
        (_likeness(sample.labels[place], name, column), name, place)
        for name, column in missing.items()
        for place in free
        if fits(column, sample.values[place])
    ]
    for score, name, place in sorted(likely, key=lambda it: (-it[0], it[1:])):
        if score >= _LIKENESS:
            yield name, place, f"is like {name}"


def _likeness(label: str, name: str, column: Column) -> float:
    """How much the label is like a name of the column, in percent."""
    return max(
        max(
            fuzz.ratio(fold_label(label), fold_label(other)),
            _PART * fuzz.token_set_ratio(_words(label), _words(other)),
        )
        for other in (name, *column.aliases)
    )


def _words(label: str) -> str:
    return "".join(mark if mark.isalnum() else " " for mark in fold(label))


def _propose_dates(mapping: Mapping, sample: Sample, places: dict[str, int]) -> Iterator[Proposal]:
    """Another order of dates, where only that one reads all of them."""
    dates: Counter[str] = Counter()
    for name, place in places.items():
        if mapping.columns[name].type == "date":
            dates += sample.values[place]
    orders = [it for it in DATE_PATTERNS if all(reads_date(text, it) for text in dates)]
    if dates and mapping.dates not in orders and len(orders) == 1:
        line = f"dates = {quote(orders[0])}"
        yield Proposal("", line, "the dates of the file are written so", dates.total())


def _propose_values(mapping: Mapping, sample: Sample, places: dict[str, int]) -> Iterator[Proposal]:
    """A line for each value that no table knows, the commonest first."""
    for name, place in places.items():
        column = mapping.columns[name]
        counts = sample.values[place].items()
        for value, rows in sorted(counts, key=lambda it: (-it[1], it[0])):
            if _is_new(column, value):
                yield _propose_value(name, column, value, rows)


def _is_new(column: Column, value: str) -> bool:
    if column.unknown == "pass":
        return False
    if not column.values:
        return column.type == "culture" and read_culture(value) is None
    known = {*column.values.values(), *map(clean, column.values)}
    return value not in known


def _propose_value(name: str, column: Column, value: str, rows: int) -> Proposal:
    target = nearest_target(value, column)
    reason = "nothing known is like it" if target is None else f"“{value}” is like a known value"
    return Proposal(f"columns.{name}.values", value_line(value, target), reason, rows)


def count_new_values(mapping: Mapping, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The values that an import did not know, each once: how often, what is near, what to paste.

    By column, the commonest first.
    """
    counts = Counter(
        (it.column, it.value)
        for it in findings
        if it.code in {"unknown-value", "unknown-value-create"} and it.column and it.value
    )
    places = {name: place for place, name in enumerate(mapping.columns)}
    return [
        {
            "column": name,
            "value": value,
            "rows": rows,
            "nearest": (near := nearest_target(value, mapping.columns[name])),
            "table": f"columns.{name}.values",
            "line": value_line(value, near),
        }
        for (name, value), rows in sorted(
            counts.items(), key=lambda it: (places[it[0][0]], -it[1], it[0][1])
        )
    ]
