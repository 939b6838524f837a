"""A report for people: first what somebody must decide, then the changes, then the findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import click

from .answer import cell, print_fields, print_table

#: changes and findings that are shown; the JSON report has them all
_SHOWN = 20


def print_report(report: Mapping[str, Any], *, shown: int = _SHOWN) -> None:
    """Print a report."""
    print_fields(
        {
            "import": report["import"],
            "file": report["file"]["name"],
            "client": report["client"],
            "state": report["state"],
            "received": report["times"]["received"][:19].replace("T", " ") + " UTC",
        }
    )
    click.echo(f"\n{report['summary']}")
    for safeguard in report["safeguards"]:
        if safeguard["holds"]:
            click.echo(f"  held by {safeguard['name']}: {safeguard['explanation']}")
    if report["next_step"]:
        click.echo(f"Next: {report['next_step']}")
    _print_changes(report, shown)
    print_findings(report, shown=shown)


def print_findings(report: Mapping[str, Any], *, shown: int = _SHOWN) -> None:
    """Print findings, the most serious first."""
    findings = report["findings"]
    if not findings:
        return
    click.echo()
    print_table(
        ("cell", "person", "code", "what and how to mend it"),
        (
            (
                finding["cell"] or finding["line"],
                finding["key"],
                finding["code"],
                f"{finding['severity']}: {finding['message']} {finding['hint'] or ''}".strip(),
            )
            for finding in findings[:shown]
        ),
        empty="",
    )
    _say_more(len(findings), shown, "findings")


def _print_changes(report: Mapping[str, Any], shown: int) -> None:
    changes = report["changes"]
    if not changes:
        return
    kinds = Counter(change["kind"] for change in changes)
    click.echo("\n" + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    print_table(
        ("change", "person", "line", "what"),
        (
            (change["kind"], change["key"], change["line"], _describe(change))
            for change in changes[:shown]
        ),
        empty="",
    )
    _say_more(len(changes), shown, "changes")


def _describe(change: Mapping[str, Any]) -> str:
    fields = change["fields"].items()
    if change["kind"] == "create":
        names = (new for column, (_, new) in fields if column in ("firstName", "lastName"))
        return " ".join(str(name) for name in names if name)
    return "; ".join(f"{column}: {cell(old)} → {cell(new)}" for column, (old, new) in fields)


def _say_more(count: int, shown: int, what: str) -> None:
    if count > shown:
        click.echo(f"… and {count - shown} more {what}; see them all with --json")
