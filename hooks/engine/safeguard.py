"""Safeguards: rules over a whole plan, each of which may hold it before anything is written.

A rule counts people against the active users in scope, and combines a share with a floor, so that a
large firm is protected by the share and a firm of twelve is protected at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .change import differences
from .facts import covered
from .language import Text, translate
from .plan import Plan
from .reading import Reading
from .snapshot import Policy, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the rules look at."""

    first: bool
    first_import: str
    mode: str
    #: active users in the legal entities of the file, before the import
    active: int
    #: whom the file ends, or would name and does not for the first time
    leavers: int
    creates: int
    updates: int
    #: the column that changes for the most users, and for how many
    column: str
    column_updates: int
    rows: int
    #: rows of the last applied file, 0 for the first
    last_rows: int
    errors: int
    #: rows with damaged accented letters
    mojibake: int
    #: legal entities of the last applied file that still have users and are not in this one
    missing_entities: tuple[str, ...]


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
    """A safeguard: `explain` says why the figures are to be held, or None."""

    name: str
    threshold: Text
    explain: Callable[[Figures], Text | None]


def judge(figures: Figures) -> tuple[Verdict, ...]:
    """What every rule says, in the order of the table."""
    verdicts = []
    for rule in RULES:
        explanation = rule.explain(figures)
        verdicts.append(
            Verdict(rule.name, explanation is not None, rule.threshold, explanation or "")
        )
    return tuple(verdicts)


def measure(plan: Plan, reading: Reading, snapshot: Snapshot, policy: Policy) -> Figures:
    """The figures of a plan."""
    column, column_updates = _commonest_column(plan)
    entities = covered(reading.entities)
    last_entities = snapshot.last.entities if snapshot.last else {}
    missing = [it for it in last_entities if it and entities is not None and it not in entities]
    return Figures(
        first=snapshot.last is None,
        first_import=policy.first_import,
        mode=policy.mode,
        active=snapshot.census.in_scope(entities),
        leavers=plan.counts["leavers"] + plan.counts["absent"],
        creates=plan.counts["creates"],
        updates=plan.counts["updates"],
        column=column,
        column_updates=column_updates,
        rows=reading.total,
        last_rows=snapshot.last.rows if snapshot.last else 0,
        errors=plan.counts["errors"],
        mojibake=_count_rows(plan, "mojibake"),
        missing_entities=tuple(it for it in sorted(missing) if snapshot.census.active[it]),
    )


def _commonest_column(plan: Plan) -> tuple[str, int]:
    updates = (it for it in plan.changes if it.kind == "update")
    counts = Counter(name for it in updates for name in differences(it.before, it.after))
    return min(counts.items(), key=lambda it: (-it[1], it[0]), default=("", 0))


def _count_rows(plan: Plan, code: str) -> int:
    return sum(any(it.code == code for it in row.findings) for row in plan.rejected)


def _first_import(figures: Figures) -> Text | None:
    if figures.first and figures.first_import != "apply":
        return Text(
            "It is the first file of this folder, and somebody should look at what it changes."
        )
    return None


def _leavers(figures: Figures) -> Text | None:
    count = figures.leavers
    if (count >= 5 and count > figures.active * 0.05) or count > 100:
        return Text(
            "{count} of {active} active users would leave or are missing:"
            " the file may be incomplete.",
            count=count,
            active=figures.active,
        )
    return None


def _row_errors(figures: Figures) -> Text | None:
    if figures.errors >= 50 or figures.errors > figures.rows * 0.1:
        return Text(
            "{count} of {rows} rows are in error: the export may have changed.",
            count=figures.errors,
            rows=figures.rows,
        )
    return None


def _mojibake(figures: Figures) -> Text | None:
    if figures.mojibake >= 3 or figures.mojibake > figures.rows * 0.01:
        return Text(
            "Accented letters are damaged in {count} rows:"
            " the file was converted wrongly on its way.",
            count=figures.mojibake,
        )
    return None


def _creates(figures: Figures) -> Text | None:
    if not figures.first and figures.creates >= 10 and figures.creates > figures.active * 0.25:
        return Text(
            "{count} users would be created beside {active} active ones:"
            " employee numbers may have changed.",
            count=figures.creates,
            active=figures.active,
        )
    return None


def _updates(figures: Figures) -> Text | None:
    if figures.updates >= 20 and figures.updates > figures.active * 0.5:
        return Text(
            "{count} of {active} active users would change at once.",
            count=figures.updates,
            active=figures.active,
        )
    return None


def _column(figures: Figures) -> Text | None:
    if figures.column_updates >= 20 and figures.column_updates > figures.active * 0.5:
        return Text(
            "“{column}” would change for {count} of {active} active users:"
            " the columns of the file may have been shifted.",
            column=figures.column,
            count=figures.column_updates,
            active=figures.active,
        )
    return None


def _row_count(figures: Figures) -> Text | None:
    difference = figures.rows - figures.last_rows
    if figures.mode != "full" or not figures.last_rows or abs(difference) < 3:
        return None
    if -0.2 <= difference / figures.last_rows <= 0.5:
        return None
    words = {"rows": figures.rows, "last_rows": figures.last_rows}
    if difference < 0:
        return Text(
            "The file has {rows} rows, the last applied one had {last_rows}: it may be incomplete.",
            **words,
        )
    return Text(
        "The file has {rows} rows, the last applied one had {last_rows}:"
        " it may hold more than it should.",
        **words,
    )


def _entities(figures: Figures) -> Text | None:
    if figures.mode == "full" and figures.missing_entities:
        return Text(
            "Nobody of {entities} is in the file any more, though it has active users.",
            entities=", ".join(figures.missing_entities),
        )
    return None


RULES: tuple[Rule, ...] = (
    Rule("first-import", Text("the first file of a folder"), _first_import),
    Rule("leavers", Text("more than 5 % and at least 5 people, or more than 100"), _leavers),
    Rule("row-errors", Text("more than 10 % of the rows, or at least 50"), _row_errors),
    Rule("mojibake", Text("more than 1 % of the rows, or at least 3"), _mojibake),
    Rule("creates", Text("more than 25 % and at least 10 people, after the first file"), _creates),
    Rule("updates", Text("more than 50 % and at least 20 people"), _updates),
    Rule("column", Text("one column for more than 50 % and at least 20 people"), _column),
    Rule(
        "row-count", Text("20 % fewer or 50 % more rows than last time, by at least 3"), _row_count
    ),
    Rule("entities", Text("a legal entity of the last file that is missing"), _entities),
)


def holding(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts that hold the plan."""
    return [verdict for verdict in verdicts if verdict.holds]
