"""Files that are expected in the folders of a home."""

from __future__ import annotations

import queue
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from firm import provision
from wharfinger import FileMissing, Server, Settings, hookimpl
from wharfinger.server.app.watch import RegistryExpectations
from wharfinger.server.home import Home
from witness import until


class Ear:
    """Hears of missing files."""

    def __init__(self) -> None:
        self.heard: queue.Queue[FileMissing] = queue.Queue()

    @hookimpl
    def file_missing(self, event: FileMissing) -> None:
        """A file did not come."""
        self.heard.put(event)


def test_a_missing_file_is_told_once_over_restarts(home: Home, no_leaks: None) -> None:
    """The hook hears of it when the server starts after its time, and not again that day."""
    settings, ear = Settings(home=home.root, stop_timeout=2), Ear()
    with Server(settings, [ear]) as server:
        provision(server, expect_by="00:00", expect_days="mon-sun")
        long_ago = (datetime.now(UTC) - timedelta(days=30)).isoformat()
        server._runtime.registry.edit_folder("acme-payroll", "/hr/users", expect_since=long_ago)
    with Server(settings, [ear]) as server:
        event = ear.heard.get(timeout=10)
        assert (event.client, event.folder, event.by) == ("acme", "/hr/users", "00:00")
        registry = server._runtime.registry
        until(lambda: registry.told_missing("acme-payroll", "/hr/users") == event.day)
    with Server(settings, [ear]) as server:
        watch = server._runtime._timetable._entries["watch"]
        until(lambda: watch.due is not None and watch.due > datetime.now(UTC))  # it has looked
    assert ear.heard.empty()


def test_expectations_come_from_folders(server: Server, home: Home) -> None:
    """Those with a time; of accounts that may send."""
    runtime = server._runtime
    expectations = RegistryExpectations(runtime.registry, runtime.journal, home)
    assert expectations.folders() == []
    provision(server, "other", expect_by="09:00", expect_days="mon,wed")
    (found,) = expectations.folders()
    assert (found.client, found.folder, found.told) == ("other", "/hr/users", None)
    assert found.expectation.timezone == "Europe/Paris"
    assert found.expectation.days == {0, 2}
    assert datetime.now(UTC) - found.expectation.since < timedelta(minutes=1)
    expectations.note_told(found, "2026-11-25")
    assert expectations.folders() == [replace(found, told="2026-11-25")]
    runtime.registry.edit_account("other-payroll", enabled=False)
    assert expectations.folders() == []
