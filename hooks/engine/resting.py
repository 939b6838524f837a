"""Bringing an import to its rest: what it changes and the record of it are written together."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .directory import Directory, ImportRecord
from .finding import Finding
from .outbox import OutboxEntry
from .preparation import Prepared, Stopwatch
from .report import make_report, retell
from .request import ImportRequest, ImportResult
from .state import APPLIED, State, advance
from .waiting import waits

_ALL = frozenset({"full", "delta"})
#: state of a full file -> the modes of older files that need not wait for approval any more
_OUTDATED = {
    State.HELD: frozenset({"full"}),  # it may be rejected: deltas before it still count
    State.APPLIED: _ALL,
    State.APPLIED_WITH_WARNINGS: _ALL,
    State.DUPLICATE: _ALL,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided about an import."""

    by: str
    #: UTC, ISO 8601
    at: str


def rest(
    directory: Directory,
    request: ImportRequest,
    prepared: Prepared,
    state: State,
    stopwatch: Stopwatch,
    *,
    now: datetime,
    decision: Decision | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """The result of the import in this state; unless it is a dry run, everything is written."""
    plan, at = prepared.plan, now.isoformat()
    if plan is not None and state in APPLIED | {State.DUPLICATE} and not dry_run:
        with stopwatch.measure("apply"):
            changes = (*plan.changes, *plan.marks)
            directory.write(request.import_id, at, changes, plan.notes)
    needs_approval = state is State.HELD and not waits(prepared.verdicts)
    expiry = now + timedelta(hours=request.approval_hours) if needs_approval else None
    report = make_report(
        request, state, prepared, stopwatch.timings, now=now, expiry=expiry, dry_run=dry_run
    )
    if decision is not None:
        report["decision"] = {"by": decision.by, "at": decision.at}
    result = ImportResult(
        import_id=request.import_id,
        upload_id=request.upload_id,
        state=state,
        counts=report["counts"],
        findings=prepared.findings,
        plan_hash=report["plan_hash"],
        report=report,
        corrected_csv=prepared.corrected_csv,
        timings_ms=stopwatch.timings,
    )
    if not dry_run:
        keep(directory, _record(request, result, prepared, at, decision), at)
        if request.mode == "full":
            _supersede(directory, request, _OUTDATED.get(state, frozenset()), at)
    return result


def keep(directory: Directory, record: ImportRecord, at: str) -> None:
    """Record where an import stands, and have it told."""
    directory.record(record)
    directory.post(
        OutboxEntry(
            id=f"{record.id}:{record.state.value}",
            at=at,
            kind="import",
            import_id=record.id,
            body={
                "import": record.id,
                "upload": record.upload_id,
                "feed": record.feed,
                "mapping": record.mapping,
                "mode": record.mode,
                "state": record.state.value,
                "counts": dict(record.counts),
                "plan_hash": record.plan_hash,
            },
        )
    )


def recall(record: ImportRecord) -> ImportResult:
    """The result of an import as it was recorded."""
    report = dict(record.report)
    return ImportResult(
        import_id=record.id,
        upload_id=record.upload_id,
        state=record.state,
        counts=dict(record.counts),
        findings=tuple(Finding(**finding) for finding in report["findings"]),
        plan_hash=record.plan_hash,
        report=report,
        corrected_csv=record.corrected_csv,
        timings_ms=report["timings_ms"],
    )


def decide(record: ImportRecord, state: State, decision: Decision, **more: object) -> ImportRecord:
    """The import after somebody decided about it.

    Raises IllegalState.
    """
    told = {"by": decision.by, "at": decision.at}
    return replace(
        record,
        state=advance(record.state, state),
        report=retell(record.report, state, decision=told, **more),
        expires_at=None,
        decided_by=decision.by,
        decided_at=decision.at,
    )


def _record(
    request: ImportRequest,
    result: ImportResult,
    prepared: Prepared,
    at: str,
    decision: Decision | None,
) -> ImportRecord:
    facts = prepared.facts
    if facts is not None and decision is not None:
        facts = replace(facts, approved=True)
    return ImportRecord(
        id=request.import_id,
        upload_id=request.upload_id,
        feed=request.feed,
        file_name=request.file_name,
        sha256=request.sha256,
        received_at=request.received_at.isoformat(),
        day=request.day,
        mode=request.mode,
        mapping=request.mapping.name,
        state=result.state,
        plan_hash=result.plan_hash,
        counts=result.counts,
        facts=facts,
        report=result.report,
        corrected_csv=result.corrected_csv,
        finished_at=at,
        decided_by=decision.by if decision else None,
        decided_at=decision.at if decision else None,
        expires_at=result.report["expires"],
    )


def _supersede(
    directory: Directory, request: ImportRequest, modes: Container[str], at: str
) -> None:
    """Older files that wait for approval are no longer what the client says."""
    for held in directory.held_ahead(request.feed, request.import_id):
        if held.mode in modes:
            state = advance(held.state, State.SUPERSEDED)
            report = retell(held.report, state, superseded_by=request.import_id)
            record = replace(held, state=state, report=report, decided_at=at, expires_at=None)
            keep(directory, record, at)
