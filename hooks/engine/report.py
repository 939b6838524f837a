"""The report: what an import did or refused to do, as JSON and in two sentences for people.

docs/report.schema.json is its schema.

version        1; new names may be added to a version, none changes its meaning
import         id of the import          upload    id of the upload
client, account, folder, mapping, mode
language       en or fr: what the texts of the report are written in
dry_run        true where nothing was to be written
file           name, sha256, size (bytes); encoding, separator, rows, entities or null
state          one of the import states
times          received, finished: UTC, ISO 8601;  day: in the client's time zone
counts         rows, creates, updates, leavers, rehires, unchanged, absent, errors, warnings
safeguards     name, holds, threshold, explanation, one for each rule
plan_hash      SHA-256 over all that it would write
expires        until when it can be approved, UTC; null where it is not held
changes        kind, key, line, fields: column -> [old, new]; leavers first, then those who come
               back, new users, updates; at most 10,000
findings       as in `Finding`; errors first; at most 10,000
new_values     column, value, rows, nearest, table, line, one for each value that a column of the
               mapping does not know: what is near, and the line to put into its table
omitted        changes, findings: how many are left out above
timings_ms     read, plan, apply
summary        what happened, for people   next_step   what to do now
decision       who decided and when, once somebody approved, rejected or undid the import
undo           counts, safeguards, plan_hash, changes, findings, omitted of undoing it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .change import Change, differences
from .facts import FileFacts
from .finding import Finding
from .language import Text, translate
from .preparation import Prepared
from .proposal import count_new_values
from .request import ImportRequest
from .safeguard import Verdict
from .state import State
from .waiting import waits

LONGEST_LIST = 10_000
_KINDS = ("leaver", "rehire", "create", "update", "undo")
_SEVERITIES = ("error", "warning", "info")

_SUMMARIES = {
    State.SUPERSEDED: "A newer file of the same folder came in before this one was imported.",
    State.DUPLICATE: "The file is the same as the last applied one, so it changes nothing.",
    State.REJECTED: "The file was refused, and nothing was changed. {reason}",
    State.HELD: "The file waits for somebody to approve it. {reason} It would mean: {changes}.",
    State.APPLIED: "The file was applied: {changes}.",
    State.APPLIED_WITH_WARNINGS: "The file was applied: {changes}; {troubles}.",
    State.UNDONE: "The import was undone.",
    State.EXPIRED: "Nobody approved the import in time, so nothing was changed.",
    State.FAILED: "The file could not be imported, for a reason that is not in the file.",
    State.STALE: "The file is out of date and was left out. {reason}",
}
_NEXT_STEPS = {
    State.SUPERSEDED: "There is nothing to do.",
    State.DUPLICATE: "There is nothing to do.",
    State.REJECTED: "{hint}",
    State.HELD: "Look at the changes, then approve or reject the import before {until}.",
    State.APPLIED: "There is nothing to do.",
    State.APPLIED_WITH_WARNINGS: "Look at the findings, and mend them in the payroll software.",
    State.UNDONE: "The next file of the folder is imported as usual.",
    State.FAILED: "Mend what `wharfinger upload show {upload}` tells, and replay the upload.",
    State.STALE: "{hint}",
    State.EXPIRED: "Run `wharfinger upload replay {upload}`: the file is planned again.",
}
#: count -> the phrase for one, and for more
_CHANGES = {
    "creates": ("{count:,} new user", "{count:,} new users"),
    "updates": ("{count:,} change", "{count:,} changes"),
    "leavers": ("{count:,} leaver", "{count:,} leavers"),
    "rehires": ("{count:,} return", "{count:,} returns"),
}
_TROUBLES = {
    "errors": ("{count:,} skipped row", "{count:,} skipped rows"),
    "warnings": ("{count:,} warning", "{count:,} warnings"),
}


def make_report(
    request: ImportRequest,
    state: State,
    prepared: Prepared,
    timings_ms: Mapping[str, float],
    *,
    now: datetime,
    expiry: datetime | None,
    dry_run: bool,
) -> dict[str, Any]:
    """The report of an import that has come to rest, or would have."""
    plan, language = prepared.plan, request.language
    counts = dict(plan.counts) if plan else _count_nothing(prepared.findings)
    changes = sorted(plan.changes, key=lambda it: _KINDS.index(it.kind)) if plan else []
    findings = sorted(prepared.findings, key=lambda it: _SEVERITIES.index(it.severity))
    until = tell_time(expiry, request.timezone) if expiry else ""
    words = {"until": until, "upload": request.upload_id}
    return {
        **_describe_request(request, prepared.facts, now.isoformat()),
        "dry_run": dry_run,
        "state": state.value,
        "counts": counts,
        "safeguards": [verdict.as_dict(language) for verdict in prepared.verdicts],
        "plan_hash": plan.hash if plan else "",
        "expires": expiry.isoformat() if expiry else None,
        "changes": [describe_change(change) for change in changes[:LONGEST_LIST]],
        "findings": [finding.as_dict(language) for finding in findings[:LONGEST_LIST]],
        "new_values": count_new_values(request.mapping, findings),
        "omitted": {
            "changes": max(0, len(changes) - LONGEST_LIST),
            "findings": max(0, len(findings) - LONGEST_LIST),
        },
        "timings_ms": dict(timings_ms),
        **_tell(state, counts, prepared.verdicts, findings, language=language, **words),
    }


def _describe_request(
    request: ImportRequest, facts: FileFacts | None, finished_at: str
) -> dict[str, Any]:
    return {
        "version": 1,
        "import": request.import_id,
        "upload": request.upload_id,
        "client": request.client,
        "account": request.account,
        "folder": request.folder,
        "mapping": request.mapping.name,
        "mode": request.mode,
        "language": request.language,
        "file": {
            "name": request.file_name,
            "sha256": request.sha256,
            "size": request.size,
            "encoding": facts.encoding if facts else None,
            "separator": facts.separator if facts else None,
            "rows": facts.rows if facts else None,
            "entities": dict(facts.entities) if facts else None,
        },
        "times": {
            "received": request.received_at.isoformat(),
            "finished": finished_at,
            "day": request.day,
        },
    }


def _count_nothing(findings: Iterable[Finding]) -> dict[str, int]:
    """The counts of an import that planned nothing."""
    names = ("rows", "creates", "updates", "leavers", "rehires", "unchanged", "absent", "errors")
    warnings = sum(finding.severity == "warning" for finding in findings)
    return {**dict.fromkeys(names, 0), "warnings": warnings}


def describe_change(change: Change) -> dict[str, Any]:
    """The change as reports carry it."""
    fields = differences(change.before, change.after)
    return {
        "kind": change.kind,
        "key": change.key,
        "line": change.line,
        "fields": {column: list(values) for column, values in fields.items()},
    }


def retell(report: Mapping[str, Any], state: State, **more: Any) -> dict[str, Any]:
    """The report of an import that somebody decided about."""
    told = {**report, "state": state.value, "expires": None, **more}
    if state in {State.UNDONE, State.SUPERSEDED, State.EXPIRED}:
        summary = Text(_SUMMARIES[state])
        next_step = Text(_NEXT_STEPS[state], upload=report["upload"])
    elif state is State.REJECTED:
        summary = Text("The import was rejected by hand, and nothing was changed.")
        next_step = Text("Send a corrected file.")
    else:
        return told
    language = report.get("language", "en")
    return told | {
        "summary": translate(summary, language),
        "next_step": translate(next_step, language),
    }


def _tell(
    state: State,
    counts: Mapping[str, int],
    verdicts: Sequence[Verdict],
    findings: Sequence[Finding],
    *,
    language: str,
    **more: str,
) -> dict[str, str]:
    reasons = [verdict.explanation for verdict in verdicts if verdict.holds]
    reasons += [finding.message for finding in findings[:1]]
    words = {
        "reason": (reasons or [""])[0],
        "hint": (findings[0].hint if findings else ""),
        **more,
        "changes": _tell_counts(counts, _CHANGES, language) or Text("nobody changes"),
        "troubles": _tell_counts(counts, _TROUBLES, language) or Text("there are remarks"),
    }
    if waits(verdicts):
        waiting = Text("The file waits its turn. {reason} It would mean: {changes}.", **words)
        step = Text("Decide about the earlier file: then this one is looked at again by itself.")
        return {"summary": translate(waiting, language), "next_step": translate(step, language)}
    return {
        "summary": translate(Text(_SUMMARIES[state], **words), language),
        "next_step": translate(Text(_NEXT_STEPS[state], **words), language),
    }


def tell_time(moment: datetime, timezone: str) -> str:
    """A moment as the client's clocks show it."""
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} ({timezone})"


def _tell_counts(
    counts: Mapping[str, int], nouns: Mapping[str, tuple[str, str]], language: str
) -> str:
    return ", ".join(
        translate(Text(one if counts[name] == 1 else many, count=counts[name]), language)
        for name, (one, many) in nouns.items()
        if counts[name]
    )
