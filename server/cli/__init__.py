"""The CLI: one file per command group."""

from __future__ import annotations

import json
import sqlite3
import sys

import click

from ...certs import CertsError
from ...hooks.engine import EngineError
from ..exceptions import WharfingerError
from . import account, client, demo, folder, host, imports, init, mapping, serve, upload, user
from .office import Office, WharfingerGroup, common_options


@click.group(
    cls=WharfingerGroup, params=common_options(), context_settings={"max_content_width": 100}
)
@click.version_option(package_name="wharfinger")
def cli() -> None:
    """Receive payroll files over SFTP and FTPS, and import them at once."""


for _command in (
    *(init.command, serve.command, demo.command, client.group, host.group, account.group),
    *(folder.group, mapping.group, upload.group, imports.group, user.group),
):
    cli.add_command(_command)


def main() -> None:
    """Run the CLI: exit 0 done, 1 refused or failed with one line on stderr, 2 usage."""
    office = Office()
    try:
        sys.exit(cli.main(standalone_mode=False, obj=office) or 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
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
        _fail(office, "system-error", f"{error.filename or 'the system'}: {error.strerror}", "")


def _fail(office: Office, code: str, message: str, hint: str) -> None:
    if office.json:
        told = {"error": {"code": code, "message": message, "hint": hint}}
        click.echo(json.dumps(told, ensure_ascii=False), err=True)
    else:
        click.echo(f"wharfinger: {message}" + (f" ({hint})" if hint else ""), err=True)
    sys.exit(1)
