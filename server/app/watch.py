"""Files that are expected, as the registry and the journal have it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime

from ...hooks.expectation import Expectation, read_days, read_time
from ...hooks.plugins import Plugins
from ...hooks.timetable import Timetable
from ...hooks.watch import ExpectedFolder, Watch
from ..accounts import Account, Folder, Registry
from ..home import Home
from ..journal import Journal


class RegistryExpectations:
    """Implements hooks.watch.Expectations."""

    def __init__(self, registry: Registry, journal: Journal, home: Home) -> None:
        self._registry = registry
        self._journal = journal
        self._home = home

    def folders(self) -> list[ExpectedFolder]:
        """All folders that a file is expected in."""
        timezones = {client.name: client.timezone for client in self._registry.clients()}
        accounts = {account.login: account for account in self._registry.accounts()}
        return [
            self._expected(account, folder, timezones[account.client])
            for folder in self._registry.folders()
            if folder.expect_by is not None
            and (account := accounts.get(folder.login)) is not None
            and account.enabled
        ]

    def note_told(self, folder: ExpectedFolder, day: str) -> None:
        """Keep that the missing file of a day was told."""
        self._registry.note_missing(folder.account, folder.folder, day)

    def _expected(self, account: Account, folder: Folder, timezone: str) -> ExpectedFolder:
        return ExpectedFolder(
            client=account.client,
            directory=self._home.client(account.client).directory,
            account=account.login,
            folder=folder.path,
            expectation=Expectation(
                by=read_time(folder.expect_by or ""),
                days=read_days(folder.expect_days),
                timezone=timezone,
                since=datetime.fromisoformat(folder.expect_since or "1970-01-01T00:00:00+00:00"),
            ),
            last_received=self._journal.last_received(account.login, folder.path),
            told=self._registry.told_missing(account.login, folder.path),
        )


def start_watch(
    expectations: RegistryExpectations,
    plugins: Plugins,
    timetable: Timetable,
    wake_mail: Callable[[], None],
) -> None:
    """Have missing files told while the server runs."""
    announce = functools.partial(plugins.tell, "file_missing")
    timetable.add("watch", Watch(expectations, announce, wake_mail).run)
