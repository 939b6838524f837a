"""Safeguards: rules over a whole plan, each of which may hold it before anything is written.

A rule compares a count with a whole, mostly people with the active users in scope. It combines a
share with a floor, so that a large firm is protected by the share and a firm of twelve is protected
at all. The first rule that holds is the reason that people are told: causes stand before symptoms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from .figures import Figures
from .language import Text, translate
from .limits import Limits, Override, effective_limits


class Verdict(NamedTuple):
    """What one rule says of a plan."""

    name: str
    holds: bool
    #: when the rule holds a plan
    threshold: str
    #: why it holds this one, in one sentence; empty where it does not
    explanation: str

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """The verdict as reports carry it, told in a language."""
        return self._asdict() | {
            "threshold": translate(self.threshold, language),
            "explanation": translate(self.explanation, language),
        }


class Rule(NamedTuple):
    """A safeguard: what it counts, and of how many."""

    name: str
    #: when it holds, with `{share}`, `{floor}` and `{most}`
    threshold: str
    #: why it holds, with `{count}`, `{whole}` and the names of the figures
    explanation: str
    measure: Callable[[Figures], tuple[int, int]]


def judge(figures: Figures, overrides: Mapping[str, Override] | None = None) -> tuple[Verdict, ...]:
    """What every rule says, in the order of the table."""
    return tuple(_judge(rule, figures, overrides or {}) for rule in RULES)


def _judge(rule: Rule, figures: Figures, overrides: Mapping[str, Override]) -> Verdict:
    limits = Limits() if rule.name == "first-import" else effective_limits(rule.name, overrides)
    if limits is None:
        return Verdict(rule.name, False, Text("switched off in the mapping"), "")
    threshold = Text(rule.threshold, **limits.as_words())
    count, whole = rule.measure(figures)
    if not limits.exceeded(count, whole):
        return Verdict(rule.name, False, threshold, "")
    words = {**_words(figures), "count": count, "whole": whole}
    return Verdict(rule.name, True, threshold, Text(rule.explanation, **words))


def _words(figures: Figures) -> dict[str, Any]:
    new, known = figures.lost_zeros_example
    return {
        "column": figures.column,
        "rows": figures.rows,
        "last_rows": figures.last_rows,
        "encoding": figures.encoding,
        "last_encoding": figures.last_encoding,
        "entities": ", ".join(figures.missing_entities),
        "new": new,
        "known": known,
    }


def holding(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts that hold the plan."""
    return [verdict for verdict in verdicts if verdict.holds]


def _leavers(figures: Figures) -> tuple[int, int]:
    # A few people a day are many in the end; but who left before holds no file by itself.
    count = figures.leavers + figures.earlier if figures.leavers else 0
    return count, figures.active + figures.earlier


def _lost_rows(figures: Figures) -> tuple[int, int]:
    return _rows(figures, figures.last_rows - figures.rows)


def _gained_rows(figures: Figures) -> tuple[int, int]:
    return _rows(figures, figures.rows - figures.last_rows)


def _rows(figures: Figures, count: int) -> tuple[int, int]:
    # A delta is as short or as long as the day was eventful.
    return (count, figures.last_rows) if figures.mode == "full" and figures.last_rows else (0, 0)


#: rules that object to nothing but people who leave
LEAVING = frozenset({"leavers", "small-firm", "row-count"})

RULES: tuple[Rule, ...] = (
    Rule(
        "first-import",
        "the first file of a folder",
        "It is the first file of this folder, and somebody should look at what it changes.",
        lambda it: (int(it.first and it.first_import != "apply"), 1),
    ),
    Rule(
        "encoding",
        "another encoding, and at least {floor} names or keys that change with it",
        "The file is written in {encoding} instead of {last_encoding}, and accented letters of"
        " {count} users would change with it.",
        lambda it: (it.accents, 0),
    ),
    Rule(
        "lost-zeros",
        "more than {share} % of the new users, or more than {most}",
        "Leading zeros were lost: {known} arrives as {new}, {count} users in all; format the"
        " column as text, or set pad_to in the mapping.",
        lambda it: (it.lost_zeros, it.creates),
    ),
    Rule(
        "key-churn",
        "more than {share} % and at least {floor} people, or more than {most}",
        "{count} people would leave and come back under other numbers: the payroll software was"
        " changed, or renumbered.",
        lambda it: (it.renumbered, it.active),
    ),
    Rule(
        "swapped-identity",
        "more than {share} % and at least {floor} people, or more than {most}",
        "{count} users would become somebody else: rows were shifted against each other, or"
        " numbers were given away again.",
        lambda it: (it.swapped, it.active),
    ),
    Rule(
        "shifted-columns",
        "more than {share} % of the rows, and at least {floor}",
        "The columns of the file were shifted: in {count} of {whole} rows a cell belongs into"
        " another column.",
        lambda it: (it.shifted, it.rows),
    ),
    Rule(
        "date-order",
        "more than {share} % and at least {floor} of the changed dates, or more than {most}",
        "Days and months have changed places in {count} dates: 03/04 arrives as 04/03.",
        lambda it: (it.swapped_dates, it.dates),
    ),
    Rule(
        "entities",
        "a legal entity of the last file that is missing",
        "Nobody of {entities} is in the file any more, though it has active users.",
        lambda it: (len(it.missing_entities) if it.mode == "full" else 0, 0),
    ),
    Rule(
        "mojibake",
        "more than {share} % of the rows, or more than {most}",
        "Accented letters are damaged in {count} rows: the file was converted wrongly on its way.",
        lambda it: (it.mojibake, it.rows),
    ),
    Rule(
        "leavers",
        "more than {share} % and at least {floor} people, or more than {most}",
        "{count} of {whole} active users would leave or are missing: the file may be incomplete.",
        _leavers,
    ),
    Rule(
        "small-firm",
        "more than {share} % and at least {floor} people who leave",
        "{count} of {whole} active users would leave or are missing, which is many for a small"
        " firm: the file may be incomplete.",
        _leavers,
    ),
    Rule(
        "row-count",
        "more than {share} % fewer rows than last time, and at least {floor}",
        "The file has {rows} rows, the last applied one had {last_rows}: it may be incomplete.",
        _lost_rows,
    ),
    Rule(
        "row-growth",
        "more than {share} % more rows than last time, and at least {floor}",
        "The file has {rows} rows, the last applied one had {last_rows}:"
        " it may hold more than it should.",
        _gained_rows,
    ),
    Rule(
        "row-errors",
        "more than {share} % of the rows, or more than {most}",
        "{count} of {whole} rows are in error: the export may have changed.",
        lambda it: (it.errors, it.rows),
    ),
    Rule(
        "creates",
        "more than {share} % and at least {floor} people, after the first file",
        "{count} users would be created beside {whole} active ones:"
        " employee numbers may have changed.",
        lambda it: (0 if it.first else it.creates, it.active),
    ),
    Rule(
        "column",
        "one column for more than {share} % and at least {floor} people",
        "“{column}” would change for {count} of {whole} active users:"
        " it was filled with something else, or the columns of the file were shifted.",
        lambda it: (it.column_updates, it.active),
    ),
    Rule(
        "updates",
        "more than {share} % and at least {floor} people",
        "{count} of {whole} active users would change at once.",
        lambda it: (it.updates, it.active),
    ),
)
