"""`wharfinger import …`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import click

from ...hooks import engine
from ...hooks.engine import ImportRecord, ImportResult, list_imports, load_mapping
from ...hooks.imports import import_id
from ..app.decisions import Decided
from ..exceptions import NotFound, TimedOut, Unsuccessful
from ..journal import PARKED
from .answer import print_json, print_table, progress
from .dry_run import request_for
from .office import ExistingFile, Office, WharfingerGroup, limit_option, pass_office
from .report_view import SHOWN, print_report, print_undo
from .upload import record_of, state_of

#: states of an import that make `import wait` fail
_FAILED = frozenset({"rejected", "failed"})
#: seconds between looks while waiting
_LOOK = 0.1


_all = click.option("--all", "all_of_it", is_flag=True, help="Show every change and finding.")


@click.group("import", cls=WharfingerGroup)
def group() -> None:
    """What imports did, or wait to do."""


@group.command("plan")
@click.argument("file", type=ExistingFile())
@click.option("--client", required=True, metavar="NAME", help="The client whose users to compare.")
@click.option("--mapping", required=True, metavar="NAME", help="The mapping to read it with.")
@click.option("--account", metavar="LOGIN", help="As if this account had sent it.")
@click.option("--folder", metavar="PATH", help="As if it had come into this folder.")
@click.option("--mode", type=click.Choice(("full", "delta")), help="[default: the folder's]")
@_all
@pass_office
def plan(
    office: Office, /, file: Path, client: str, mapping: str, all_of_it: bool, **how: str | None
) -> None:
    """Show what an import of FILE would change; nothing is written.

    Account and folder are found by the mapping where one folder of the client has it.
    """
    found = office.registry.client(client)
    folders = [
        folder
        for folder in office.registry.folders(client=client)
        if folder.mapping == mapping
        and how["account"] in (None, folder.login)
        and how["folder"] in (None, folder.path)
    ]
    only = folders[0] if len(folders) == 1 else None
    request = request_for(
        file,
        load_mapping(mapping, (office.home.mappings,)),
        client=client,
        timezone=found.timezone,
        account=how["account"] or (only.login if only else "-"),
        folder=how["folder"] or (only.path if only else "/"),
        mode=cast("Any", how["mode"] or (only.mode if only else "full")),
        first_import=cast("Any", only.first_import if only else "hold"),
        language=cast("Any", only.language if only else "en"),
    )
    with progress(f"planning {file.name}"):
        result = engine.plan_import(request, office.home.client(client).directory)
    _show(office, result, shown=None if all_of_it else SHOWN)


@group.command("list")
@click.option("--client", metavar="NAME", help="Only those of this client.")
@limit_option
@pass_office
def list_all(office: Office, client: str | None, limit: int) -> None:
    """List imports, newest first; uploads that wait for theirs are `received` or `failed`."""
    found = {row["id"]: row for row in _rows(office, client, limit)}
    rows = sorted(found.values(), key=lambda row: str(row["received_at"]), reverse=True)[:limit]
    if office.json:
        print_json(rows)
        return
    print_table(
        ("import", "received", "client", "file", "state", "changes", "findings"),
        (
            (
                *(row["id"], str(row["received_at"])[:19].replace("T", " "), row["client"]),
                *(row["file"], row["state"], _changes(row), _findings(row)),
            )
            for row in rows
        ),
        empty="No imports yet. `wharfinger upload list` shows what clients have sent.",
    )
    held = [row for row in rows if row["state"] == "held"]
    if held:
        told = ", ".join(f"{row['id']}{_until(row)}" for row in held)
        click.echo(f"\nHeld: {told}. Next: wharfinger import show ID")
    for row in rows:
        if row["state"] == "failed":
            click.echo(f"Failed: {row['id']}. Next: wharfinger upload show {row['upload']}")


@group.command("show")
@click.argument("import_id", metavar="ID")
@_all
@pass_office
def show(office: Office, import_id: str, *, all_of_it: bool) -> None:
    """Show an import: what must be decided, the changes, the findings."""
    record, entry = office.decisions.find(import_id)
    if office.json:
        print_json(record.report)
        return
    print_report(record.report, shown=None if all_of_it else SHOWN)
    told = engine.deliveries(office.home.client(entry.client).directory, record.id)
    if told:
        click.echo("\nTold")
    for delivery in told:
        error = f": {delivery.error}" if delivery.error else ""
        click.echo(f"  {delivery.target} {delivery.state}{error}")


_by = click.option("--by", metavar="PERSON", help="Who decides.  [default: who runs this]")


@group.command("approve")
@click.argument("import_id", metavar="ID")
@click.option("--plan", metavar="HASH", help="The plan that you looked at; another is refused.")
@_by
@pass_office
def approve(office: Office, import_id: str, plan: str | None, by: str | None) -> None:
    """Apply a held import, if it still means what it meant when it was held."""
    try:
        with progress(f"applying {import_id}"):
            decided = office.decisions.approve(import_id, by or office.person, plan)
    except engine.PlanChanged as changed:
        _show(office, changed.result)
        raise
    _say(office, decided)


@group.command("reject")
@click.argument("import_id", metavar="ID")
@_by
@pass_office
def reject(office: Office, import_id: str, by: str | None) -> None:
    """Refuse a held import; nothing is changed."""
    _say(office, office.decisions.reject(import_id, by or office.person))


@group.command("undo")
@click.argument("import_id", metavar="ID")
@click.option("--dry-run", is_flag=True, help="Show what it would change; nothing is written.")
@click.option("--plan", metavar="HASH", help="The plan that you looked at: confirms it.")
@_by
@pass_office
def undo(office: Office, import_id: str, dry_run: bool, plan: str | None, by: str | None) -> None:
    """Take back what an import changed, except what was changed again since.

    Where a safeguard objects, nothing is written until the plan is confirmed by its hash.
    """
    if dry_run:
        _show_undo(office, office.decisions.plan_undo(import_id))
        return
    try:
        with progress(f"undoing {import_id}"):
            decided = office.decisions.undo(import_id, by or office.person, plan)
    except (engine.UndoHeld, engine.PlanChanged) as held:
        _show_undo(office, held.result)
        raise
    _say(office, decided)


@group.command("wait")
@click.argument("upload_id")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds to wait.")
@pass_office
def wait(office: Office, upload_id: str, timeout: float) -> None:
    """Wait until the import of an upload has come to rest.

    Exit code 1 if the file was refused, or if it takes too long.
    """
    deadline = time.monotonic() + timeout
    entry = office.journal.entry(upload_id)
    if entry.mapping is None:
        raise NotFound(
            f"the upload {upload_id} is not imported: its folder has no mapping",
            hint=f"wharfinger folder edit {entry.account} {entry.folder} --mapping NAME",
        )
    with progress(f"waiting for {upload_id}"):
        while (record := record_of(office, entry)) is None:
            if not time.monotonic() < deadline:  # in this form, `nan` does not wait for ever
                raise TimedOut(
                    f"the import of {upload_id} did not end within {timeout:g} s",
                    hint=f"wharfinger upload show {upload_id} tells what it waits for",
                )
            if entry.state == PARKED:  # and nothing could be recorded of it
                raise TimedOut(
                    f"the import of {upload_id} failed too often, and is not tried again",
                    hint=f"wharfinger upload show {upload_id} tells why",
                )
            time.sleep(_LOOK)
            entry = office.journal.entry(upload_id)
    if office.json:
        print_json(record.report)
    else:
        click.echo(f"{record.id} {record.state.value}: {record.report['summary']}")
    if record.state.value in _FAILED:
        raise Unsuccessful(
            f"the import {record.id} was not applied: it is {record.state.value}",
            hint=f"wharfinger import show {record.id}",
        )


def _show(office: Office, result: ImportResult, *, shown: int | None = SHOWN) -> None:
    if office.json:
        print_json(result.report)
    else:
        print_report(result.report, shown=shown)


def _show_undo(office: Office, result: ImportResult) -> None:
    if office.json:
        print_json(result.report)
    else:
        print_undo(result.report)


def _say(office: Office, decided: Decided) -> None:
    result = decided.result
    if office.json:
        print_json(result.report)
        return
    click.echo(f"{result.import_id} {result.state.value}: {result.report['summary']}")
    click.echo(f"Report: {decided.report}")
    for finished in decided.followed:
        click.echo(f"Then {finished.import_id} {finished.state}: {finished.summary}")


def _rows(office: Office, client: str | None, limit: int) -> Iterator[dict[str, Any]]:
    names = [client] if client else [found.name for found in office.registry.clients()]
    for name in names:
        office.registry.client(name)
        directory = office.home.client(name).directory
        if directory.exists():
            for record in list_imports(directory, limit):
                yield _row(name, record)
    for entry in office.journal.waiting():
        waits = entry.mapping is not None and record_of(office, entry) is None
        if waits and client in (None, entry.client):
            yield {
                "id": import_id(entry.id, entry.run),
                "upload": entry.id,
                "client": entry.client,
                "file": entry.path,
                "state": state_of(office, entry),
                "received_at": entry.received_at.isoformat(),
                "expires_at": None,
                "counts": {},
            }


def _row(client: str, record: ImportRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "upload": record.upload_id,
        "client": client,
        "file": record.file_name,
        "state": record.state.value,
        "received_at": record.received_at,
        "expires_at": record.expires_at,
        "counts": dict(record.counts),
    }


def _until(row: dict[str, Any]) -> str:
    expires = row["expires_at"]
    return f" (until {expires[:16].replace('T', ' ')} UTC)" if expires else ""


def _changes(row: dict[str, Any]) -> str:
    signs = {"creates": "+", "updates": "~", "leavers": "-", "rehires": "↩"}
    counts = row["counts"]
    return " ".join(f"{sign}{counts[name]}" for name, sign in signs.items() if counts.get(name))


def _findings(row: dict[str, Any]) -> str:
    counts = row["counts"]
    found = ((counts.get(name, 0), name) for name in ("errors", "warnings"))
    return ", ".join(f"{count} {name}" for count, name in found if count)
