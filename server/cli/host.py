"""`wharfinger host …`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ..accounts.host import read_host
from .answer import print_fields, print_json, print_table
from .office import ExistingFile, Office, WharfingerGroup, pass_office


@click.group("host", cls=WharfingerGroup)
def group() -> None:
    """Presets that accounts are made from."""


@group.command("list")
@pass_office
def list_hosts(office: Office) -> None:
    """List all hosts."""
    hosts = office.registry.hosts()
    if office.json:
        print_json([asdict(host) for host in hosts])
        return
    print_table(
        ("host", "protocols", "folders", "what it is"),
        ((h.name, h.protocols, [f.path for f in h.folders], h.title) for h in hosts),
        empty="",
    )


@group.command("show")
@click.argument("name")
@pass_office
def show(office: Office, name: str) -> None:
    """Show a host."""
    host = office.registry.host(name)
    if office.json:
        print_json(asdict(host))
        return
    print_fields({"host": host.name, "what it is": host.title, "protocols": host.protocols})
    click.echo()
    print_table(
        ("folder", "name", "direction", "mapping", "mode"),
        ((f.path, f.name, f.direction, f.mapping, f.mode) for f in host.folders),
        empty="New accounts get no folders; add them with wharfinger folder add.",
    )


@group.command("add")
@click.argument("name")
@click.argument("file", type=ExistingFile())
@pass_office
def add(office: Office, name: str, file: Path) -> None:
    """Add a host of your own from a TOML file.

    The file has title, protocols, and for each folder [[folders]] with path, name, and perhaps
    direction, mapping and mode.
    """
    registry = office.registry
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise click.BadParameter("the file is not UTF-8 text", param_hint="FILE") from None
    host = read_host(name, text)
    registry.add_host(host)
    if office.json:
        print_json(asdict(host))
        return
    click.echo(f"Added the host {name}.")
    click.echo(f"Next: wharfinger account add LOGIN --client NAME --host {name}")
