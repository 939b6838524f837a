"""The CLI: one file per command group."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from collections.abc import Iterable

import click

from ...certs import CertsError
from ...hooks.engine import EngineError
from ..exceptions import WharfingerError
from . import (
    account,
    audit,
    ban,
    certs,
    client,
    demo,
    folder,
    host,
    imports,
    init,
    mapping,
    serve,
    upload,
    user,
)
from .answer import printable
from .office import Office, WharfingerGroup, common_options


@click.group(
    cls=WharfingerGroup, params=common_options(), context_settings={"max_content_width": 100}
)
@click.version_option(package_name="wharfinger")
def cli() -> None:
    """Receive payroll files over SFTP and FTPS, and import them at once."""


for _command in (
    *(init.command, serve.command, demo.command, client.group, host.group, account.group),
    *(folder.group, mapping.group, upload.group, imports.group, user.group, ban.group, audit.group),
    certs.group,
):
    cli.add_command(_command)


def main() -> None:
    """Run the CLI: exit 0 done, 1 refused or failed with one line on stderr, 2 usage."""
    office = Office()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # names on a disk need not be UTF-8; in JSON, this is how they are written anyway
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        _check_words(sys.argv[1:])
        sys.exit(cli.main(standalone_mode=False, obj=office) or 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        _show(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail(office, "interrupted", "interrupted", "")
    except (WharfingerError, CertsError, EngineError) as error:
        _fail(office, error.code, str(error), error.hint)
    except sqlite3.Error as error:
        _fail(office, "database-error", f"the database failed: {error}", "is the disk full?")
    except BrokenPipeError:
        sys.exit(1)
    except OSError as error:
        where = error.filename or "the system"
        hint = "check the path, who may write there, and whether the disk is full"
        _fail(office, "system-error", f"{where}: {error.strerror or error}", hint)


def _check_words(words: Iterable[str]) -> None:
    """What no name, path or number can hold is refused once, here."""
    for word in words:
        if "\0" in word or (not word.isascii() and not _is_utf8(word)):
            raise click.UsageError(f"{word!r} is no UTF-8 text. Rename the file, or write it anew.")


def _is_utf8(word: str) -> bool:
    try:
        word.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _show(error: click.ClickException) -> None:
    """As click shows it, with what came from outside made harmless."""
    text = io.StringIO()
    error.show(text)
    for line in text.getvalue().splitlines():
        click.echo(printable(line), err=True)


def _fail(office: Office, code: str, message: str, hint: str) -> None:
    if office.json:
        error = {"code": code, "message": message, "hint": hint}
        click.echo(json.dumps({"error": error}, ensure_ascii=False), err=True)
    else:
        next_step = f" ({printable(hint)})" if hint else ""
        click.echo(f"wharfinger: {printable(message)}{next_step}", err=True)
    sys.exit(1)
