"""`wharfinger audit …`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from ..exceptions import Unsuccessful
from .answer import print_json, print_table
from .office import Office, WharfingerGroup, limit_option, pass_office

#: fields that a line has besides those that tell what happened
_FRAME = {"seq", "at", "event", "account", "previous"}


@click.group("audit", cls=WharfingerGroup)
def group() -> None:
    """The log of logins, transfers, changes and decisions."""


@group.command("list")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only from this day on (UTC).")
@click.option("--account", metavar="LOGIN", help="Only those of this account.")
@limit_option
@pass_office
def list_events(office: Office, since: datetime | None, account: str | None, limit: int) -> None:
    """List events, newest first."""
    found = [
        event
        for event in office.audit.events(since=since.date() if since else None)
        if account in (None, event.get("account"))
    ]
    newest = found[: -limit - 1 : -1]
    if office.json:
        print_json(newest)
        return
    print_table(
        ("at", "event", "account", "what"),
        ((event["at"], event["event"], event.get("account"), _what(event)) for event in newest),
        empty="Nothing has been recorded.",
    )


@group.command("verify")
@pass_office
def verify(office: Office) -> None:
    """Check that no line was changed, moved or taken away."""
    faults = office.audit.verify()
    lines = sum(1 for _ in office.audit.events())
    if office.json:
        print_json({"lines": lines, "faults": [asdict(fault) for fault in faults]})
    elif faults:
        places = ((fault.file, fault.line, fault.problem) for fault in faults)
        print_table(("file", "line", "what is wrong"), places, empty="")
    else:
        click.echo(f"All {lines} lines are as they were written.")
    if faults:
        raise Unsuccessful(
            "the audit log is not as it was written",
            hint="compare it with a backup, and find out who could write to the home",
        )


def _what(event: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in event.items() if name not in _FRAME)
