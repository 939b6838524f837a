"""What undoing an import would change, judged like the plan of a file before anything is written.

Users who are removed or ended count as leavers, and those who are active again as rehires.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .change import Change, classify, differences
from .directory import Directory
from .finding import Finding
from .language import Text
from .limits import LIMITS
from .plan import hash_changes
from .report import LONGEST_LIST, describe_change
from .safeguard import RULES, Verdict, holding
from .undo import Undoing
from .user import status

#: the safeguards that an undoing has to pass, with the same limits
_RULES = [rule for rule in RULES if rule.name in {"leavers", "small-firm", "updates", "column"}]


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """The way back from an import."""

    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    #: leavers, rehires, updates
    counts: dict[str, int]
    #: SHA-256 over the changes, lower-case hexadecimal
    hash: str

    @property
    def holds(self) -> list[Verdict]:
        """Why somebody has to confirm it."""
        return holding(self.verdicts)

    def as_dict(self, language: str) -> dict[str, Any]:
        """The plan as reports carry it."""
        return {
            "counts": self.counts,
            "safeguards": [verdict.as_dict(language) for verdict in self.verdicts],
            "plan_hash": self.hash,
            "changes": [describe_change(change) for change in self.changes[:LONGEST_LIST]],
            "findings": [finding.as_dict(language) for finding in self.findings[:LONGEST_LIST]],
            "omitted": {
                "changes": max(0, len(self.changes) - LONGEST_LIST),
                "findings": max(0, len(self.findings) - LONGEST_LIST),
            },
        }


def make_undo_plan(store: Directory, import_id: str, today: str) -> UndoPlan:
    """The plan that leads back, as far as nothing was changed since; `today` is ISO 8601."""
    changes = store.changes(import_id)
    undoing = _load(store, changes)
    inverse = tuple(undoing.plan(changes))
    kinds = Counter(_kind(change, today) for change in inverse)
    active = sum(start <= today for _, _, _, start in store.standings(today))
    return UndoPlan(
        changes=inverse,
        findings=tuple(undoing.findings),
        verdicts=tuple(_judge(inverse, kinds, active)),
        counts={"leavers": kinds["leaver"], "rehires": kinds["rehire"], "updates": kinds["update"]},
        hash=hash_changes(inverse),
    )


def _judge(changes: Sequence[Change], kinds: Counter[str], active: int) -> Iterator[Verdict]:
    column, most = _commonest_column(changes)
    counts = {
        "leavers": kinds["leaver"],
        "small-firm": kinds["leaver"],
        "updates": kinds["update"],
        "column": most,
    }
    for rule in _RULES:
        limits, count = LIMITS[rule.name], counts[rule.name]
        holds = limits.exceeded(count, active)
        told = _explain(rule.name, count=count, whole=active, column=column) if holds else ""
        yield Verdict(rule.name, holds, Text(rule.threshold, **limits.as_words()), told)


def _explain(name: str, **words: Any) -> Text:
    if name == "updates":
        return Text("{count} of {whole} active users would change back at once.", **words)
    if name == "column":
        return Text("“{column}” would change back for {count} of {whole} active users.", **words)
    return Text("{count} of {whole} active users would be removed or ended.", **words)


def _kind(change: Change, today: str) -> str:
    before, after = change.before, change.after
    if before is not None and after is None:
        return "mark" if status(before, today) == "ended" else "leaver"
    return "mark" if after is None else classify(before, after, today)


def _commonest_column(changes: Sequence[Change]) -> tuple[str, int]:
    both = (it for it in changes if it.before and it.after)
    counts = Counter(name for it in both for name in differences(it.before, it.after))
    return min(counts.items(), key=lambda it: (-it[1], it[0]), default=("", 0))


def _load(store: Directory, changes: list[Change]) -> Undoing:
    keys = {change.key for change in changes}
    above = {change.before.manager for change in changes if change.before and change.before.manager}
    return Undoing(
        users=store.users(keys),
        reports=store.reports(keys, ""),
        superiors=store.superiors(keys | above),
        existing=store.users(above).keys(),
    )
