"""Deltas that wait their turn.

A delta builds on the files before it, so it waits while an earlier one of its feed is held; then it
is planned again, in its order. It is never left out, and does not expire while it waits. A full
file needs none before it: once it is applied, whatever was held until then is needless.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .directory import ImportRecord
from .language import Text
from .safeguard import Verdict
from .sqlite import read_directory

_NAME = "order"


def judge_order(mode: str, ahead: Sequence[ImportRecord]) -> Verdict:
    """Whether a file has to wait for the held ones ahead of it."""
    waits = mode == "delta" and bool(ahead)
    explanation = Text(
        "An earlier file of this folder waits for approval, and this one builds on it."
    )
    threshold = Text("a delta behind a file that waits for approval")
    return Verdict(_NAME, waits, threshold, explanation if waits else "")


def waits(verdicts: Sequence[Verdict]) -> bool:
    """Whether a plan with these verdicts waits for an earlier file."""
    return any(it.name == _NAME and it.holds for it in verdicts)


def is_waiting(record: ImportRecord) -> bool:
    """Whether a held import waits for an earlier one, and not only for approval."""
    return any(it["name"] == _NAME and it["holds"] for it in record.report["safeguards"])


def next_in_line(directory: Path) -> list[ImportRecord]:
    """The imports that waited and need not any more: at most one of each feed."""
    with read_directory(directory) as store:
        firsts: dict[str, ImportRecord] = {}
        for record in store.held():
            firsts.setdefault(record.feed, record)
    return [record for record in firsts.values() if is_waiting(record)]
