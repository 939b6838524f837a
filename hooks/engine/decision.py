"""What people decide about imports: to approve or reject one that is held, or to undo one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from .directory import Directory, ImportRecord
from .exceptions import IllegalState, OutOfOrder, PlanChanged, UndoHeld
from .expiry import is_late, let_expire
from .importing import Clock, is_repeated, utc_now
from .preparation import Stopwatch, prepare
from .records import require_import
from .request import ImportRequest, ImportResult
from .resting import Decision, decide, keep, recall, rest
from .sqlite import open_directory, read_directory
from .state import State, advance, settle
from .undo_plan import UndoPlan, make_undo_plan
from .waiting import find_blocking


def approve(
    request: ImportRequest,
    directory: Path,
    approver: str,
    *,
    plan: str | None = None,
    clock: Clock = utc_now,
) -> ImportResult:
    """Apply a held import, if it still means what it meant when it was held.

    The file is planned again against the directory as it is now. Raises PlanChanged where that
    comes to other changes: the import stays held, with the new plan; also where the held plan is
    not the one whose hash begins with `plan`. Raises OutOfOrder for a delta behind a held file,
    ImportNotFound, and IllegalState.
    """
    with open_directory(directory) as store, store.transaction():
        held = require_import(store, request.import_id)
        result = _approve(store, request, held, Approval(approver, clock(), plan))
    if result.state is State.HELD:
        raise PlanChanged(
            "The file would now change something else than when it was looked at.",
            "Look at the new plan, and approve that one.",
            result,
        )
    if result.state is State.EXPIRED:
        raise IllegalState(
            "The import has expired, so it can no longer be approved.", result.report["next_step"]
        )
    return result


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approves, when, and which plan."""

    by: str
    at: datetime
    #: the first digits of its hash; None for whichever is held
    plan: str | None

    def names(self, held: ImportRecord) -> bool:
        """Whether it is this plan that is approved."""
        return self.plan is None or held.plan_hash.startswith(self.plan.lower())


def _approve(
    store: Directory, request: ImportRequest, held: ImportRecord, approval: Approval
) -> ImportResult:
    if held.state is State.EXPIRED:
        return recall(held)
    advance(held.state, State.APPLIED)
    if is_late(held, approval.at):
        return recall(let_expire(store, held, approval.at))
    if not approval.names(held):
        return recall(held)
    ahead = store.held_ahead(request.feed, request.import_id)
    if (first := find_blocking(request.mode, ahead)) is not None:
        raise OutOfOrder(
            f"The import {first.id} of an earlier file waits for a decision, and this one builds"
            " on it.",
            f"Approve or reject {first.id} first; then this one is looked at again by itself.",
        )
    stopwatch = Stopwatch()
    again = is_repeated(request, store.last_applied(request.feed))
    prepared = prepare(store, request, stopwatch, presence_only=again)
    now = approval.at
    decision = Decision(approval.by, now.isoformat())
    if prepared.plan is None:  # the mapping was changed since
        state = State.REJECTED
    elif prepared.plan.hash == held.plan_hash:
        state = settle(holds=False, idle=False, troubled=prepared.troubled)
    else:
        return rest(store, request, prepared, State.HELD, stopwatch, now=now)
    return rest(store, request, prepared, state, stopwatch, now=now, decision=decision)


def reject(
    directory: Path, import_id: str, approver: str, *, clock: Clock = utc_now
) -> ImportResult:
    """Refuse a held import for good; nothing is changed.

    Raises ImportNotFound and IllegalState.
    """
    with open_directory(directory) as store, store.transaction():
        decision = Decision(approver, clock().isoformat())
        record = decide(require_import(store, import_id), State.REJECTED, decision)
        keep(store, record, decision.at)
    return recall(record)


def undo(
    directory: Path,
    import_id: str,
    approver: str,
    *,
    plan: str | None = None,
    timezone: str = "UTC",
    clock: Clock = utc_now,
) -> ImportResult:
    """Take back what an applied import changed, as far as nothing changed it since.

    The findings of the result say what was left as it is. Where a safeguard objects, it is done
    only if `plan` is how the hash of the way back begins. Raises UndoHeld, PlanChanged where the
    way back is another one, ImportNotFound and IllegalState.
    """
    now = clock()
    with open_directory(directory) as store, store.transaction():
        record, way_back = _look_back(store, import_id, timezone, now)
        _confirm(record, way_back, plan)
        store.write(import_id, now.isoformat(), way_back.changes, {})
        told = way_back.as_dict(_language(record))
        undone = decide(record, State.UNDONE, Decision(approver, now.isoformat()), undo=told)
        keep(store, undone, now.isoformat())
    return replace(recall(undone), findings=way_back.findings)


def plan_undo(
    directory: Path, import_id: str, *, timezone: str = "UTC", clock: Clock = utc_now
) -> ImportResult:
    """What `undo` would do now, told in `undo` of the report; nothing is written.

    Raises ImportNotFound and IllegalState.
    """
    with read_directory(directory) as store:
        return _told(*_look_back(store, import_id, timezone, clock()))


def _look_back(
    store: Directory, import_id: str, timezone: str, now: datetime
) -> tuple[ImportRecord, UndoPlan]:
    record = require_import(store, import_id)
    advance(record.state, State.UNDONE)
    today = now.astimezone(ZoneInfo(timezone)).date().isoformat()
    return record, make_undo_plan(store, import_id, today)


def _confirm(record: ImportRecord, way_back: UndoPlan, plan: str | None) -> None:
    command = f"wharfinger import undo {record.id} --plan {way_back.hash[:12]}"
    if plan is not None and not way_back.hash.startswith(plan.lower()):
        raise PlanChanged(
            "Undoing the import would now change something else than when it was looked at.",
            f"Look at the new plan, and then: {command}",
            _told(record, way_back),
        )
    if plan is None and way_back.holds:
        raise UndoHeld(
            f"Nothing was undone: {way_back.holds[0].explanation}",
            f"If that is what you want: {command}",
            _told(record, way_back),
        )


def _told(record: ImportRecord, way_back: UndoPlan) -> ImportResult:
    report = {**record.report, "undo": way_back.as_dict(_language(record))}
    return replace(recall(replace(record, report=report)), findings=way_back.findings)


def _language(record: ImportRecord) -> str:
    return str(record.report.get("language", "en"))
