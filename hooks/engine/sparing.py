"""Leavers who wait while the rest of their file is applied.

Where a mapping says `hold = "leavers"` and nothing but leavers holds a plan, everything else in it
is applied. What the same file then still changes are the leavers. They are held as an import of
their own, `<import>.leavers`, which is approved and rejected like any other: approving it plans the
file again. Until then the file does not count as applied, so that it is read when it comes again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from .directory import Directory
from .figures import ended_by_absence
from .finding import make_finding
from .leaver import leavers_id
from .preparation import Prepared, Stopwatch, prepare
from .request import ImportRequest, ImportResult
from .resting import rest
from .safeguard import LEAVING, holding
from .state import State, settle


def spares_leavers(request: ImportRequest, prepared: Prepared) -> bool:
    """Whether the file is to be applied without those who would leave."""
    reasons = {verdict.name for verdict in holding(prepared.verdicts)}
    return request.mapping.hold == "leavers" and bool(reasons) and reasons <= LEAVING


def apply_without_leavers(
    directory: Directory,
    request: ImportRequest,
    prepared: Prepared,
    stopwatch: Stopwatch,
    *,
    now: datetime,
    dry_run: bool,
) -> ImportResult:
    """Apply what the file says of those who stay, and hold the others."""
    waiting = replace(request, import_id=leavers_id(request.import_id))
    leavers = _count_leavers(prepared)
    spared = prepare(directory, request, stopwatch, presence_only=False, spare_leavers=True)
    spared = _tell(spared, prepared, waiting.import_id, partial=leavers > 0)
    state = settle(holds=False, idle=False, troubled=spared.troubled)
    result = rest(directory, request, spared, state, stopwatch, now=now, dry_run=dry_run)
    if leavers and not dry_run:
        held = prepare(directory, waiting, Stopwatch(), presence_only=False)
        rest(directory, waiting, held, State.HELD, Stopwatch(), now=now)
    return result


def _count_leavers(prepared: Prepared) -> int:
    changes = prepared.plan.changes if prepared.plan else ()
    return sum(change.kind == "leaver" or ended_by_absence(change) for change in changes)


def _tell(spared: Prepared, prepared: Prepared, waiting: str, *, partial: bool) -> Prepared:
    if spared.plan is None or spared.facts is None:
        return spared
    counts = {**spared.plan.counts, "warnings": spared.plan.counts["warnings"] + partial}
    finding = make_finding("leavers-held", value=str(_count_leavers(prepared)), waiting=waiting)
    return replace(
        spared,
        facts=replace(spared.facts, partial=partial),
        findings=(*spared.findings, finding) if partial else spared.findings,
        plan=replace(spared.plan, counts=counts),
        verdicts=prepared.verdicts,
    )
