"""Deltas that wait their turn.

A delta builds on the full file before it, so it waits while that is held; then it is planned again,
in its order. It is never left out, and does not expire while it waits. A full file builds on none:
once it is applied, whatever was held until then is needless.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from .directory import ImportRecord
from .language import Text
from .leaver import without_leavers
from .safeguard import Verdict
from .sqlite import read_directory

_NAME = "order"


def find_blocking(mode: str, ahead: Iterable[ImportRecord]) -> ImportRecord | None:
    """The held import, among those ahead of a file in this mode, that the file has to wait for.

    A delta that is held for what it says blocks nobody: if a later one touches the same users, its
    plan changes, and cannot be approved unseen.
    """
    return next(filter(_blocks, ahead), None) if mode == "delta" else None


def judge_order(blocking: ImportRecord | None) -> Verdict:
    """Whether a file waits for an earlier one."""
    waits = blocking is not None
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
        held = store.held()
    blocking = {record.feed: record for record in reversed(held) if _blocks(record)}
    return [record for record in blocking.values() if is_waiting(record)]


def ids_in_line(directory: Path) -> list[tuple[str, str]]:
    """The same as ids of imports and of their uploads, which is little to hand to a process."""
    return [(record.id, record.upload_id) for record in next_in_line(directory)]


def _blocks(record: ImportRecord) -> bool:
    # Where leavers wait alone, the rest of their file is applied.
    whole = record.mode == "full" and without_leavers(record.id) == record.id
    return whole or is_waiting(record)
