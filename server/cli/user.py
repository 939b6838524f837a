"""`wharfinger user …`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from ...hooks.engine import (
    Mapping,
    User,
    UserRecord,
    edit_user,
    export_users,
    get_user,
    list_users,
    load_mapping,
)
from ..exceptions import NotFound
from .answer import cell, print_fields, print_json, print_table
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
    print_fields(
        {
            "key": user.key,
            "status": record.status,
            **user.values,
            "manager": user.manager,
            **({"edited here": list(user.edited)} if user.edited else {}),
        }
    )
    click.echo()
    print_table(
        ("when", "import", "by", "change"),
        (
            (h.at[:19].replace("T", " "), h.import_id, h.person, h.change.kind)
            for h in record.history
        ),
        empty="",
    )


@group.command("edit")
@click.argument("key")
@_client
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="COLUMN=VALUE",
    help="A value as `user show` shows it: dates as 2026-12-31.",
)
@click.option("--clear", "cleared", multiple=True, metavar="COLUMN", help="A value to take away.")
@click.option("--by", metavar="PERSON", help="Who edits.  [default: who runs this]")
@click.option(
    "--mapping",
    "name",
    metavar="NAME",
    help="The mapping that checks the values.  [default: that of the folder the user came through]",
)
@pass_office
def edit(
    office: Office,
    key: str,
    client: str,
    *,
    given: tuple[str, ...],
    cleared: tuple[str, ...],
    by: str | None,
    name: str | None,
) -> None:
    """Edit a user by hand.

    The mapping says which columns later files overwrite: those with the owner local_wins stay as
    they were edited.
    """
    values: dict[str, str | None] = {**_pairs(given), **dict.fromkeys(cleared)}
    if not values:
        raise click.UsageError("Say what to change: --set COLUMN=VALUE or --clear COLUMN.")
    directory, today = _directory(office, client)
    before = get_user(directory, key, today).user
    mapping = _mapping(office, before, name)
    after = edit_user(directory, mapping, key, values, by or office.person)
    if office.json:
        print_json(_data(get_user(directory, key, today)))
    elif after == before:
        click.echo(f"{key} is so already.")
    else:
        click.echo(f"Edited {key}: " + "; ".join(_tell_edits(before, after, mapping, values)))


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in given:
        column, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"{text} is not COLUMN=VALUE.", param_hint="--set")
        pairs[column.strip()] = value.strip()
    return pairs


def _mapping(office: Office, user: User, name: str | None) -> Mapping:
    """The mapping of that name, or the one that reads the files in which the user comes."""
    if name is None:
        login, _, path = user.feed.partition(":")
        folders = office.registry.folders(login)
        name = next((it.mapping for it in folders if it.path == path and it.mapping), None)
    if name is None:
        raise NotFound(
            f"the folder that {user.key} came through is gone", hint="name its --mapping"
        )
    return load_mapping(name, (office.home.mappings,))


def _tell_edits(
    before: User, after: User, mapping: Mapping, columns: Iterable[str]
) -> Iterator[str]:
    for name in columns:
        change = f"{cell(before.values.get(name))} → {cell(after.values.get(name))}"
        yield f"{name} {change} ({_OUTLOOK[mapping.columns[name].owner]})"


_OUTLOOK = {
    "file": "until the next file says otherwise",
    "create_only": "no file changes it",
    "local_wins": "no file changes it from now on",
}


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
    history = [
        {"at": h.at, "import": h.import_id or None, "by": h.person, "kind": h.change.kind}
        for h in record.history
    ]
    return {
        "key": user.key,
        "status": record.status,
        "manager": user.manager,
        "feed": user.feed,
        **user.values,
        **({"edited": user.edited} if user.edited else {}),
        **({"history": history} if history else {}),
    }


def _write(file: object, columns: list[str], rows: list[dict[str, str]]) -> None:
    writer = csv.DictWriter(file, columns, delimiter=";")  # type: ignore[arg-type]  # text files both
    writer.writeheader()
    writer.writerows(rows)
