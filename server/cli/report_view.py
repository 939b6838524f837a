"""A report for people: first what somebody must decide, then the changes, then the findings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import click

from .answer import cell, console, print_fields, size

#: changes of a kind, and findings of a code, that are shown
SHOWN = 10
#: legal entities that are shown
_ENTITIES = 4
#: lines are not longer than this, however wide the terminal: nobody reads those
_WIDEST = 120

#: kind of change -> how one and how several are called
_KINDS = {
    "leaver": ("leaver", "leavers"),
    "rehire": ("return", "returns"),
    "create": ("new user", "new users"),
    "update": ("change", "changes"),
    "undo": ("change back", "changes back"),
}
_SEVERITIES = {
    "error": ("error", "errors"),
    "warning": ("warning", "warnings"),
    "info": ("remark", "remarks"),
}
_SEPARATORS = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "vertical bars"}


def print_report(report: Mapping[str, Any], *, shown: int | None = SHOWN) -> None:
    """Print a report; with `shown` None all of it."""
    print_fields(_facts(report))
    click.echo()
    _say(report["summary"])
    if report["state"] == "held":
        _print_decision(report)
    if report["next_step"]:
        _say(f"Next: {report['next_step']}")
    _print_changes(report, shown)
    print_findings(report, shown=shown)


def print_undo(report: Mapping[str, Any], *, shown: int | None = SHOWN) -> None:
    """Print what undoing an import would change."""
    undo = report["undo"]
    _say(f"Undoing {report['import']} would change back {len(undo['changes']):,} users.")
    _print_holding(undo)
    click.echo(f"Plan: {undo['plan_hash']}")
    _print_changes(undo, shown)
    print_findings(undo, shown=shown)


def print_findings(report: Mapping[str, Any], *, shown: int | None = SHOWN) -> None:
    """Print findings by their codes, the most serious first."""
    findings = report["findings"]
    if not findings:
        return
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for finding in findings:
        groups.setdefault((finding["severity"], finding["code"]), []).append(finding)
    severities = {
        name: sum(len(found) for (severity, _), found in groups.items() if severity == name)
        for name in _SEVERITIES
    }
    counts = (_count(many, *_SEVERITIES[name]) for name, many in severities.items() if many)
    click.echo(f"\nFindings: {', '.join(counts)}")
    for (severity, code), found in groups.items():
        click.echo(f"\n{severity} {code}" + (f", {len(found)} times" if len(found) > 1 else ""))
        alike = len({_without_value(finding) for finding in found}) == 1
        _say(f"{found[0]['message']} {found[0]['hint']}" if alike else found[0]["hint"], indent=2)
        _print_places(found, shown, alike=alike)
    _say_omitted(report, "findings")


def _facts(report: Mapping[str, Any]) -> dict[str, object]:
    file = report["file"]
    told: dict[str, object] = {
        "import": report["import"],
        "file": f"{file['name']}, {size(file['size'])}",
        "sent by": f"{report['client']}, {report['account']} {report['folder']}",
        "received": report["times"]["received"][:19].replace("T", " ") + " UTC",
        "read as": f"{report['mode']}, by the mapping {report['mapping']}",
    }
    if file["rows"] is not None:
        told["written in"] = f"{file['encoding']}, separated by {_SEPARATORS[file['separator']]}"
        told["rows"] = f"{file['rows']:,} ({_entities(file['entities'])})"
    told["state"] = report["state"] + (", nothing was written" if report["dry_run"] else "")
    if decision := report.get("decision"):
        told["decided"] = f"by {decision['by']}, {decision['at'][:19].replace('T', ' ')} UTC"
    return told


def _entities(entities: Mapping[str, int]) -> str:
    largest = sorted(entities.items(), key=lambda it: -it[1])
    more = [f"… {len(largest) - _ENTITIES} more"] if len(largest) > _ENTITIES else []
    told = (f"{name or 'no legal entity'} {rows:,}" for name, rows in largest[:_ENTITIES])
    return ", ".join([*told, *more])


def _print_decision(report: Mapping[str, Any]) -> None:
    click.echo("\nTo decide")
    _print_holding(report)
    if not report["dry_run"]:
        plan = report["plan_hash"]
        click.echo(f"  wharfinger import approve {report['import']} --plan {plan[:12]}")
        click.echo(f"  wharfinger import reject {report['import']}")
        click.echo(f"Plan: {plan}")


def _print_holding(judged: Mapping[str, Any]) -> None:
    for safeguard in judged["safeguards"]:
        if safeguard["holds"]:
            _say(f"{safeguard['name']}: {safeguard['explanation']}", indent=2)
            _say(f"(holds: {safeguard['threshold']})", indent=4)


def _print_changes(report: Mapping[str, Any], shown: int | None) -> None:
    changes = report["changes"]
    groups = [(kind, list(found)) for kind, found in groupby(changes, lambda it: it["kind"])]
    if not groups:
        return
    counts = (_count(len(found), *_KINDS.get(kind, (kind, kind))) for kind, found in groups)
    click.echo(f"\nChanges: {', '.join(counts)}")
    for kind, found in groups:
        click.echo(f"\n{_KINDS.get(kind, (kind, kind))[1]}")
        for change in found[:shown]:
            line = f" (line {change['line']})" if change["line"] else ""
            _say(f"{change['key']}{line}: {_describe(change)}".removesuffix(": "), indent=2)
        _say_more(found, shown)
    _say_omitted(report, "changes")


def _describe(change: Mapping[str, Any]) -> str:
    fields = change["fields"].items()
    if change["kind"] == "create":
        names = (new for column, (_, new) in fields if column in ("firstName", "lastName"))
        return " ".join(str(name) for name in names if name)
    return "; ".join(f"{column}: {cell(old)} → {cell(new)}" for column, (old, new) in fields)


def _print_places(found: Sequence[Mapping[str, Any]], shown: int | None, *, alike: bool) -> None:
    """Where something was found, a line each; with its message, if that is not the same for all."""
    for finding in found[:shown]:
        line, value = finding["line"], finding["value"]
        told = [
            finding["cell"] or (f"line {line}" if line is not None else ""),
            finding["key"] or "",
            f"“{value}”" if value is not None and value != finding["key"] else "",
        ]
        if finding["key"] or line is not None or not alike:
            message = [] if alike else [finding["message"]]
            _say("  ".join([part for part in told if part] + message), indent=4)
    _say_more(found, shown)


def _without_value(finding: Mapping[str, Any]) -> str:
    message, value = finding["message"], finding["value"]
    return str(message.replace(value, "…") if value else message)


def _say_more(found: Sequence[object], shown: int | None) -> None:
    if shown is not None and len(found) > shown:
        click.echo(f"    … and {len(found) - shown:,} more: --all shows them")


def _say_omitted(report: Mapping[str, Any], what: str) -> None:
    if count := report["omitted"][what]:
        click.echo(f"\n… and {count:,} more {what}, which the report leaves out")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _say(text: str, *, indent: int = 0) -> None:
    """Print a text, broken into lines that the terminal can show."""
    for line in _wrap(text, indent):
        click.echo(line)


def _wrap(text: str, indent: int) -> Iterable[str]:
    return textwrap.wrap(
        text,
        min(console().width, _WIDEST),
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2 if indent else 0),
        break_on_hyphens=False,
    )
