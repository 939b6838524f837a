"""`wharfinger user …`."""

from __future__ import annotations

import csv
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from ...hooks.engine import UserRecord, export_users, get_user, list_users
from .answer import print_fields, print_json, print_table
from .office import Office, WharfingerGroup, pass_office

_client = click.option("--client", required=True, metavar="NAME", help="Whose users.")


@click.group("user", cls=WharfingerGroup)
def group() -> None:
    """The users in a client's directory."""


@group.command("list")
@_client
@pass_office
def list_all(office: Office, client: str) -> None:
    """List the users of a client."""
    directory, today = _directory(office, client)
    records = list_users(directory, today) if directory.exists() else []
    if office.json:
        print_json([_data(record) for record in records])
        return
    print_table(
        ("key", "status", "last name", "first name", "mail", "department", "start", "end"),
        (
            (r.user.key, r.status, *(r.user.values.get(column) for column in _COLUMNS))
            for r in records
        ),
        empty="The directory is empty. `wharfinger import list` shows what came in.",
    )


@group.command("show")
@click.argument("key")
@_client
@pass_office
def show(office: Office, key: str, client: str) -> None:
    """Show a user with what made them so."""
    directory, today = _directory(office, client)
    record = get_user(directory, key, today)
    if office.json:
        print_json(_data(record))
        return
    user = record.user
    print_fields({"key": user.key, "status": record.status, **user.values, "manager": user.manager})
    click.echo()
    print_table(
        ("when", "import", "change"),
        ((h.at[:19].replace("T", " "), h.import_id, h.change.kind) for h in record.history),
        empty="",
    )


@group.command("export")
@_client
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The CSV file to write.  [default: standard output]",
)
@pass_office
def export(office: Office, client: str, output: Path | None) -> None:
    """Write the users of a client as CSV (;, UTF-8 with BOM), or as JSON."""
    directory, today = _directory(office, client)
    rows = list(export_users(directory, today)) if directory.exists() else []
    if office.json:
        print_json(rows)
        return
    columns = list(dict.fromkeys(column for row in rows for column in row))
    if output is None:
        _write(sys.stdout, columns, rows)
        return
    with output.open("w", encoding="utf-8-sig", newline="") as file:
        _write(file, columns, rows)
    output.chmod(0o600)
    click.echo(f"Wrote {len(rows)} users to {output}. They are personal data: keep them safe.")


_COLUMNS = ("lastName", "firstName", "mail", "department", "dtContractStart", "dtContractEnd")


def _directory(office: Office, client: str) -> tuple[Path, str]:
    """The client's directory, and today in the client's time zone."""
    found = office.registry.client(client)
    today = datetime.now(ZoneInfo(found.timezone)).date().isoformat()
    return office.home.client(client).directory, today


def _data(record: UserRecord) -> dict[str, object]:
    user = record.user
    history = [{"at": h.at, "import": h.import_id, "kind": h.change.kind} for h in record.history]
    return {
        "key": user.key,
        "status": record.status,
        "manager": user.manager,
        "feed": user.feed,
        **user.values,
        **({"history": history} if history else {}),
    }


def _write(file: object, columns: list[str], rows: list[dict[str, str]]) -> None:
    writer = csv.DictWriter(file, columns, delimiter=";")  # type: ignore[arg-type]  # text files both
    writer.writeheader()
    writer.writerows(rows)
