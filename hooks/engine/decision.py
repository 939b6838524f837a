"""What people decide about imports: to approve or reject one that is held, or to undo one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from .change import Change
from .directory import Directory, ImportRecord
from .exceptions import IllegalState, OutOfOrder, PlanChanged
from .expiry import is_late, let_expire
from .importing import Clock, is_repeated, utc_now
from .preparation import Stopwatch, prepare
from .records import require_import
from .report import describe_change
from .request import ImportRequest, ImportResult
from .resting import Decision, decide, keep, recall, rest
from .sqlite import open_directory
from .state import State, advance, settle
from .undo import Undoing
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


def undo(directory: Path, import_id: str, approver: str, *, clock: Clock = utc_now) -> ImportResult:
    """Take back what an applied import changed, as far as nothing changed it since.

    The findings of the result say what was left as it is. Raises ImportNotFound and IllegalState.
    """
    with open_directory(directory) as store, store.transaction():
        record = require_import(store, import_id)
        advance(record.state, State.UNDONE)
        decision = Decision(approver, clock().isoformat())
        changes = store.changes(import_id)
        undoing = _load(store, changes)
        inverse = undoing.plan(changes)
        store.write(import_id, decision.at, inverse, {})
        language = record.report.get("language", "en")
        told = {
            "changes": [describe_change(change) for change in inverse],
            "findings": [finding.as_dict(language) for finding in undoing.findings],
        }
        record = decide(record, State.UNDONE, decision, undo=told)
        keep(store, record, decision.at)
    return replace(recall(record), findings=tuple(undoing.findings))


def _load(store: Directory, changes: list[Change]) -> Undoing:
    keys = {change.key for change in changes}
    above = {change.before.manager for change in changes if change.before and change.before.manager}
    return Undoing(
        users=store.users(keys),
        reports=store.reports(keys, ""),
        superiors=store.superiors(keys | above),
        existing=store.users(above).keys(),
    )
