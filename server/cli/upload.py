"""`wharfinger upload …`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import PurePosixPath

import click

from ...hooks.engine import ImportNotFound, ImportRecord, State, get_import
from ...hooks.imports import import_id
from ..app.watch import RegistryExpectations
from ..journal import AWAITING, PARKED, QUEUED, REPLACED, JournalEntry
from .answer import print_fields, print_json, print_table, size
from .office import Office, WharfingerGroup, limit_option, pass_office

#: what people are told of states that are no plain words
_DELIVERIES = {AWAITING: "waits for its marker", REPLACED: "replaced before its marker"}


@click.group("upload", cls=WharfingerGroup)
def group() -> None:
    """What clients have sent."""


@group.command("list")
@click.option("--client", metavar="NAME", help="Only those of this client.")
@limit_option
@pass_office
def list_uploads(office: Office, client: str | None, limit: int) -> None:
    """List uploads, newest first, with what became of them."""
    entries = office.journal.latest(client=client, limit=limit)
    states = {entry.id: state_of(office, entry) for entry in entries}
    late = list(_late(office, client))
    if office.json:
        uploads = [{**_data(entry), "import_state": states[entry.id]} for entry in entries]
        print_json([*uploads, *late])
        return
    print_table(
        ("upload", "received", "client", "account", "file", "size", "by", "delivery", "import"),
        (
            (
                *(e.id, e.received_at, e.client, e.account, e.path, size(e.size), e.protocol),
                *(_delivery(e), states[e.id]),
            )
            for e in entries
        ),
        empty="No uploads yet. `wharfinger account show LOGIN` prints how to send the first one.",
    )
    for it in late:
        where = f"{it['client']}, {it['account']} {it['folder']}"
        click.echo(f"late: no file came into {where} by {it['by']} on {it['day']}")


@group.command("show")
@click.argument("upload_id", metavar="ID")
@pass_office
def show(office: Office, upload_id: str) -> None:
    """Show an upload: its receipt, and how far each hook is with it."""
    entry = office.journal.entry(upload_id)
    deliveries = office.journal.deliveries([entry])
    if office.json:
        told = [asdict(delivery) for delivery in deliveries]
        print_json({**_data(entry), "import_state": state_of(office, entry), "deliveries": told})
        return
    print_fields(
        {
            "upload": entry.id,
            "client": entry.client,
            "account": entry.account,
            "file": entry.path,
            "renamed from": entry.renamed_from,
            "size": f"{entry.size} bytes",
            "SHA-256": entry.sha256,
            "by": f"{entry.protocol} from {entry.peer}",
            "received": entry.received_at,
            "receipt": entry.recorded_at,
            "refused": entry.refusal,
            "delivery": _delivery(entry),
            "import": state_of(office, entry),
        }
    )
    click.echo()
    print_table(
        ("hook", "state", "attempts", "next attempt", "error"),
        ((d.hook, d.state, d.attempts, d.next_attempt_at, d.error) for d in deliveries),
        empty="No hook has had it yet. Does a server run? wharfinger serve",
    )
    if entry.state == PARKED:
        click.echo(f"\nNext: mend the error, then wharfinger upload replay {entry.id}")
    elif entry.state == AWAITING:
        click.echo(
            f"\nNext: the sender sends the companion, such as {PurePosixPath(entry.path).name}.ok;"
            f" without it: wharfinger upload replay {entry.id}"
        )


@group.command("replay")
@click.argument("upload_id", metavar="ID")
@pass_office
def replay(office: Office, upload_id: str) -> None:
    """Hand an upload to the hooks again: to those that failed, or to all if none did."""
    entry = office.journal.replay(upload_id)
    running = office.home.running() is not None
    if office.json:
        print_json({**_data(entry), "server_running": running})
        return
    click.echo(f"Queued {entry.id} again (run {entry.run}).")
    if running:
        click.echo(f"Next: wharfinger import wait {entry.id}")
    else:
        click.echo("No server runs on this home; it goes on with the next wharfinger serve.")


def state_of(office: Office, entry: JournalEntry) -> str | None:
    """The state of an upload's import: `received` while it waits, None if it is not imported."""
    record = record_of(office, entry)
    if record is not None:
        return record.state.value
    if entry.mapping is None or entry.state == REPLACED:
        return None
    return "failed" if entry.state == PARKED else "received"


def record_of(office: Office, entry: JournalEntry) -> ImportRecord | None:
    """The import of the present run of an upload, None while it has not come to rest."""
    directory = office.home.client(entry.client).directory
    if entry.mapping is None or not directory.exists():
        return None
    try:
        record = get_import(directory, import_id(entry.id, entry.run))
    except ImportNotFound:
        return None
    again = record.state is State.FAILED and entry.state == QUEUED
    return None if again else record


def _late(office: Office, client: str | None) -> Iterator[dict[str, object]]:
    """The folders that miss a file now, in the place of the upload that did not come."""
    now = datetime.now(UTC)
    for found in RegistryExpectations(office.registry, office.journal, office.home).folders():
        day = found.missing(now)
        if day is not None and client in (None, found.client):
            yield {
                "id": None,
                "client": found.client,
                "account": found.account,
                "folder": found.folder,
                "state": "late",
                "day": day,
                "by": found.expectation.by.isoformat("minutes"),
            }


def _delivery(entry: JournalEntry) -> str:
    """How far the hooks are with an upload, in words."""
    return "refused" if entry.refusal else _DELIVERIES.get(entry.state, entry.state)


def _data(entry: JournalEntry) -> dict[str, object]:
    """An entry without what only the server needs."""
    hidden = {"account_id", "seq"}
    return {name: value for name, value in asdict(entry).items() if name not in hidden}
