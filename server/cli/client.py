"""`wharfinger client …`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ..app.export import export_client
from .answer import confirm, print_fields, print_json, print_table, progress
from .office import Office, WharfingerGroup, pass_office


@click.group("client", cls=WharfingerGroup)
def group() -> None:
    """Customer companies."""


@group.command("add")
@click.argument("name")
@click.option("--timezone", metavar="TZ", help="IANA name, such as Europe/Paris.")
@pass_office
def add(office: Office, name: str, timezone: str | None) -> None:
    """Add a client."""
    client = office.provisioning.add_client(name, timezone or office.settings.timezone)
    if office.json:
        print_json(client)
        return
    click.echo(f"Added the client {client.name}; its days begin and end in {client.timezone}.")
    click.echo(f"Next: wharfinger account add LOGIN --client {client.name} --generate-password")


@group.command("list")
@pass_office
def list_clients(office: Office) -> None:
    """List all clients."""
    rows = [
        {**asdict(client), "accounts": len(office.registry.accounts(client.name))}
        for client in office.registry.clients()
    ]
    if office.json:
        print_json(rows)
        return
    print_table(
        ("client", "time zone", "accounts", "since"),
        ((row["name"], row["timezone"], row["accounts"], row["created_at"]) for row in rows),
        empty="There are no clients yet. Next: wharfinger client add NAME",
    )


@group.command("show")
@click.argument("name")
@pass_office
def show(office: Office, name: str) -> None:
    """Show a client with its accounts and folders."""
    client = office.registry.client(name)
    accounts = office.registry.accounts(name)
    folders = office.registry.folders(client=name)
    if office.json:
        logins = [account.login for account in accounts]
        print_json({**asdict(client), "accounts": logins, "folders": folders})
        return
    print_fields({"client": client.name, "time zone": client.timezone, "since": client.created_at})
    click.echo()
    print_table(
        ("account", "protocols", "enabled"),
        ((account.login, account.protocols, account.enabled) for account in accounts),
        empty=f"No accounts yet. Next: wharfinger account add LOGIN --client {name}",
    )
    if folders:
        click.echo()
        print_table(
            ("account", "folder", "name", "mapping", "mode"),
            ((f.login, f.path, f.name, f.mapping, f.mode) for f in folders),
            empty="",
        )


@group.command("export")
@click.argument("name")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The zip file to write.  [default: NAME.zip]",
)
@pass_office
def export(office: Office, name: str, output: Path | None) -> None:
    """Write everything about a client into a zip file.

    Settings, users with their history, imports, uploads, files and reports; no passwords.
    """
    target = output or Path(f"{name}.zip")
    with progress(f"writing {target}"):
        counts = export_client(name, target, office.home, office.registry, office.journal)
    if office.json:
        print_json({"file": str(target), **counts})
        return
    inside = ", ".join(f"{count} {what}" for what, count in counts.items())
    click.echo(f"Wrote {target}: {inside}. It holds personal data: keep it safe.")


@group.command("erase")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_office
def erase(office: Office, name: str, *, yes: bool) -> None:
    """Remove a client for good: accounts, files, users, imports, reports, receipts."""
    office.registry.client(name)
    if not yes:
        confirm(f"Remove the client {name} and everything that it has here, for good?")
    uploads = office.journal.erase_client(name)
    office.provisioning.erase_client(name)
    if office.json:
        print_json({"erased": name, "uploads": uploads})
        return
    click.echo(f"Erased the client {name} with {uploads} uploads. Backups may still have it.")
