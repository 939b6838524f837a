"""The watch for files that do not come."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from wharfinger.hooks.engine import unsent
from wharfinger.hooks.events import FileMissing
from wharfinger.hooks.expectation import Expectation, read_days
from wharfinger.hooks.watch import ExpectedFolder, Watch

NINE = datetime(2026, 11, 25, 8, tzinfo=UTC)  # in Paris, on a Wednesday


class Office:
    """Keeps what was told, and how it was told."""

    def __init__(self, *folders: ExpectedFolder) -> None:
        self.expected = list(folders)
        self.told: list[FileMissing] = []
        self.failures = 0
        self.woken = 0

    def folders(self) -> list[ExpectedFolder]:
        """All folders that a file is expected in."""
        return self.expected

    def note_told(self, folder: ExpectedFolder, day: str) -> None:
        """Keep that the missing file of a day was told."""
        self.expected = [
            replace(it, told=day) if it.folder == folder.folder else it for it in self.expected
        ]

    async def announce(self, event: FileMissing) -> None:
        """Hear of it, or fail."""
        if self.failures:
            self.failures -= 1
            raise RuntimeError("no")
        self.told.append(event)

    def _wake(self) -> None:
        self.woken += 1

    def look(self, now: datetime) -> datetime:
        """Look as a server that was just started does."""
        return asyncio.run(Watch(self, self.announce, self._wake).run(now))


@pytest.fixture
def folder(tmp_path: Path) -> ExpectedFolder:
    """A folder that a file is expected in."""
    return ExpectedFolder(
        client="acme",
        directory=tmp_path / "directory.db",
        account="acme-payroll",
        folder="/hr/users",
        expectation=Expectation(
            by=time(9),
            days=read_days("mon-fri"),
            timezone="Europe/Paris",
            since=NINE - timedelta(days=30),
        ),
        last_received=NINE - timedelta(days=1),
        told=None,
    )


def test_a_missing_file_is_told_once(folder: ExpectedFolder) -> None:
    """At its time, to hooks and mail, however often the server is started that day."""
    office = Office(folder)
    assert office.look(NINE - timedelta(seconds=5)) == NINE
    assert not office.told
    office.look(NINE)
    office.look(NINE + timedelta(hours=3))
    assert [(it.folder, it.day, it.by) for it in office.told] == [
        ("/hr/users", "2026-11-25", "09:00")
    ]
    (entry,) = unsent(folder.directory, "mail:lea@acme.test", NINE)
    assert (entry.kind, entry.body["day"], entry.body["by"]) == ("missing", "2026-11-25", "09:00")
    assert office.woken == 1
    office.look(NINE + timedelta(days=1))
    assert [it.day for it in office.told] == ["2026-11-25", "2026-11-26"]


def test_a_file_that_came_is_not_told(folder: ExpectedFolder) -> None:
    """Nobody is told of what is there."""
    office = Office(replace(folder, last_received=NINE - timedelta(hours=1)))
    office.look(NINE)
    assert not office.told
    assert not unsent(folder.directory, "mail:lea@acme.test", NINE)


def test_a_hook_that_fails_hears_of_it_again(folder: ExpectedFolder) -> None:
    """Mail is posted once all the same, and another folder is told meanwhile."""
    office = Office(folder, replace(folder, folder="/hr/other"))
    office.failures = 1
    again = office.look(NINE)
    assert [it.folder for it in office.told] == ["/hr/other"]
    assert again <= NINE + timedelta(minutes=1)
    office.look(again)
    assert [it.folder for it in office.told] == ["/hr/other", "/hr/users"]
    assert len(unsent(folder.directory, "mail:lea@acme.test", again)) == 2
