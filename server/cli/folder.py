"""`wharfinger folder …`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import click

from ..accounts import Folder
from ..accounts.folder import (
    ANSWERS,
    COMPLETE_ON,
    DIRECTIONS,
    FIRST_IMPORTS,
    LANGUAGES,
    MAIL_DETAILS,
    MODES,
    NOTIFY_ON,
)
from ..app.provisioning import canonical_folder
from .answer import print_fields, print_json, print_table
from .office import Office, WharfingerGroup, pass_office

#: what can be chosen of a folder
_OPTIONS = (
    click.option("--mapping", metavar="NAME", help="Import its files with this mapping."),
    click.option(
        "--mode", type=click.Choice(MODES), help="What a file holds: everybody, or changes."
    ),
    click.option(
        "--first-import",
        type=click.Choice(FIRST_IMPORTS),
        help="Hold the first import until somebody approves it, or apply it.",
    ),
    click.option(
        "--complete-on",
        type=click.Choice(COMPLETE_ON),
        help="What ends an upload: closing the file, renaming it to its final name, or a marker"
        " beside it: FILE.ok, .done, .sha256 or .md5.",
    ),
    click.option(
        "--answer",
        type=click.Choice(ANSWERS),
        help="What the sender's OK waits for: receipt, structural check, or import.",
    ),
    click.option(
        "--direction", type=click.Choice(DIRECTIONS), help="in: the client writes; out: it reads."
    ),
    click.option(
        "--language", type=click.Choice(LANGUAGES), help="What its reports are written in."
    ),
    click.option(
        "--notify",
        metavar="ADDRESS",
        multiple=True,
        help="Tell this mail address of imports; may be given more than once.",
    ),
    click.option(
        "--notify-on",
        type=click.Choice(NOTIFY_ON),
        help="Of which: those that change something, all, or only those with a problem.",
    ),
    click.option(
        "--mail-details",
        type=click.Choice(MAIL_DETAILS),
        help="minimal: mail names keys and cells alone; full: also what the cells say.",
    ),
    click.option(
        "--expect-by",
        metavar="HH:MM",
        help="Say so if no file has come by then, in the client's time zone.",
    ),
    click.option(
        "--expect-days", metavar="DAYS", help="On these days, such as mon-fri or mon,thu."
    ),
)
#: what `folder list` shows of a folder
_COLUMNS = {
    "folder": "path",
    "name": "name",
    "direction": "direction",
    "mapping": "mapping",
    "mode": "mode",
    "mail to": "notify",
    "expected by": "expect_by",
}
#: option of `folder edit` -> the field that it empties, and what it becomes
_EMPTIED: dict[str, tuple[str, object]] = {
    "no_mapping": ("mapping", None),
    "no_notify": ("notify", ()),
    "no_expect": ("expect_by", None),
}


def _choices(command: Callable[..., None]) -> Callable[..., None]:
    """The options of what can be chosen of a folder."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group("folder", cls=WharfingerGroup)
def group() -> None:
    """Remote folders of accounts."""


@group.command("add")
@click.argument("login")
@click.argument("path")
@click.option("--name", required=True, help="What people call it.")
@_choices
@pass_office
def add(office: Office, /, login: str, path: str, name: str, **choices: Any) -> None:
    """Add a folder to an account.

    \b
    Defaults: mode full, first import hold, complete on close, answer received, direction in,
    language en, notify on change, mail details minimal, expect days
    mon-fri.
    """
    chosen = _chosen(choices)
    folder = office.provisioning.add_folder(Folder(login=login, path=path, name=name, **chosen))
    if office.json:
        print_json(folder)
        return
    click.echo(f"Added the folder {folder.path} to {login}: {_says(folder)}.")
    click.echo(f"Next: wharfinger account show {login} prints the sheet for the client")


@group.command("list")
@click.argument("login")
@pass_office
def list_folders(office: Office, login: str) -> None:
    """List the folders of an account."""
    office.registry.account(login)
    folders = office.registry.folders(login)
    if office.json:
        print_json([asdict(folder) for folder in folders])
        return
    print_table(
        list(_COLUMNS),
        [[getattr(folder, field) for field in _COLUMNS.values()] for folder in folders],
        empty=f"No folders yet. Next: wharfinger folder add {login} /hr/users --name Users"
        " --mapping users",
    )


@group.command("show")
@click.argument("login")
@click.argument("path")
@pass_office
def show(office: Office, login: str, path: str) -> None:
    """Show all that is set of a folder."""
    folder = office.registry.folder(login, canonical_folder(path))
    if office.json:
        print_json(folder)
        return
    print_fields({field.replace("_", " "): value for field, value in asdict(folder).items()})


@group.command("edit")
@click.argument("login")
@click.argument("path")
@click.option("--name", help="What people call it.")
@click.option("--no-mapping", is_flag=True, help="Import its files no more.")
@click.option("--no-notify", is_flag=True, help="Tell nobody of its imports any more.")
@click.option("--no-expect", is_flag=True, help="Expect no file by any time any more.")
@_choices
@pass_office
def edit(office: Office, /, login: str, path: str, **choices: Any) -> None:
    """Change a folder; what is not named stays. Sessions that run keep what they began with."""
    changes = dict(emptied for option, emptied in _EMPTIED.items() if choices.pop(option))
    changes |= _chosen(choices)
    if not changes:
        raise click.UsageError("nothing to change: see wharfinger folder edit --help")
    folder = office.provisioning.edit_folder(login, path, **changes)
    if office.json:
        print_json(folder)
        return
    click.echo(f"Changed the folder {folder.path} of {login}: {_says(folder)}.")


@group.command("remove")
@click.argument("login")
@click.argument("path")
@pass_office
def remove(office: Office, login: str, path: str) -> None:
    """Remove a folder from an account; its files stay in the home."""
    canonical = canonical_folder(path)
    office.registry.remove_folder(login, canonical)
    if office.json:
        print_json({"removed": canonical})
        return
    click.echo(f"Removed the folder {canonical} from {login}. Its files are still in the home.")


def _chosen(choices: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given."""
    return {field: value for field, value in choices.items() if value not in (None, ())}


def _says(folder: Folder) -> str:
    """A folder's settings as a phrase."""
    if folder.direction == "out":
        return "outbound"
    imported = (
        f"imported by the mapping {folder.mapping}, mode {folder.mode}"
        if folder.mapping
        else "files are kept and not imported"
    )
    return f"inbound, {imported}"
