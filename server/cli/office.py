"""What every command works with: the home, opened as far as the command needs it."""

from __future__ import annotations

import getpass
import os
import stat
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from ..accounts import Bans, Registry
from ..app.decisions import Decisions
from ..app.provisioning import Provisioning
from ..audit import AuditLog
from ..database import Database
from ..home import Home
from ..journal import Journal
from ..migrations import migrations
from ..settings import Settings, load_settings
from .recorded import event_of

_DEFAULT_HOME = "~/wharfinger"


class Office:
    """A command's desk: settings, registry and journal of the home that was named."""

    def __init__(self) -> None:
        self.path = Path(os.environ.get("WHARFINGER_HOME", _DEFAULT_HOME)).expanduser()
        self.json = False

    @property
    def home(self) -> Home:
        """The home, whether it exists or not."""
        return Home(self.path.absolute())

    @cached_property
    def settings(self) -> Settings:
        """The home's settings. Raises HomeMissing, SettingsInvalid."""
        self.home.require()
        return load_settings(self.home.root)

    @cached_property
    def registry(self) -> Registry:
        """Clients, hosts, accounts and folders."""
        return Registry(self._database)

    @cached_property
    def journal(self) -> Journal:
        """Receipts."""
        return Journal(self._database)

    @cached_property
    def audit(self) -> AuditLog:
        """The audit log."""
        return AuditLog(self.home.audit, self._database)

    @cached_property
    def bans(self) -> Bans:
        """Addresses that may not connect for a time."""
        return Bans(self._database)

    @cached_property
    def provisioning(self) -> Provisioning:
        """Adding and removing."""
        return Provisioning(self.home, self.registry)

    @cached_property
    def decisions(self) -> Decisions:
        """Approving, rejecting and undoing imports."""
        hours = self.settings.approval_hours
        return Decisions(self.home, self.registry, self.journal, approval_hours=hours)

    @cached_property
    def person(self) -> str:
        """Who runs the command, for decisions that are kept with a name."""
        return getpass.getuser()

    @cached_property
    def _database(self) -> Database:
        self.home.require()
        database = Database(self.home.database, migrations)
        click.get_current_context().call_on_close(database.close)
        return database


class WharfingerCommand(click.Command):
    """A command that takes --home and --json, as every one does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(common_options())

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it changed is recorded once it is done."""
        result = super().invoke(ctx)
        event = event_of(ctx)
        if event is not None:
            office = ctx.ensure_object(Office)
            office.audit.append({**event, "person": office.person})
        return result


class WharfingerGroup(click.Group):
    """A group of such commands."""

    command_class = WharfingerCommand
    group_class = type


def common_options() -> list[click.Parameter]:
    """--home and --json."""
    return [
        click.Option(
            ["--home"],
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            expose_value=False,
            is_eager=True,
            callback=_set_home,
            help=f"The home. [default: WHARFINGER_HOME, else {_DEFAULT_HOME}]",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_set_json,
            help="Answer as JSON.",
        ),
    ]


def _set_home(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Office).path = value.expanduser()


def _set_json(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Office).json = True


class ExistingFile(click.Path):
    """A file to read: no folder, and no device, which may have no end."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path. Fails for a usage error."""
        path = super().convert(value, param, ctx)
        mode = os.stat(path).st_mode
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
            self.fail(f"{value!r} is a device, and no file.", param, ctx)
        return path


pass_office = click.make_pass_decorator(Office, ensure=True)

limit_option = click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000),
    default=50,
    show_default=True,
    help="How many, newest first.",
)
