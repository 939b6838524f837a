"""The journal as the dispatcher's source: what waits, and how far each hook is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from wharfinger.hooks.order import Attempted, Progress
from wharfinger.server.accounts import Registry
from wharfinger.server.app.provisioning import Provisioning
from wharfinger.server.app.source import JournalSource
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.journal import Journal
from wharfinger.server.migrations import migrations

NOW = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)


@pytest.fixture
def source(
    journal: Journal, registry: Registry, home: Home, provisioning: Provisioning
) -> JournalSource:
    """The source, of a home with a client and two uploads."""
    provisioning.add_client("other", "UTC")
    for upload_id, client in (("u1", "acme"), ("u2", "other")):
        journal.record(
            {
                "id": upload_id,
                "client": client,
                "account": client,
                "account_id": 1,
                "folder": "/hr",
                "path": "/hr/users.csv",
                "renamed_from": None,
                "size": 12,
                "sha256": "ab" * 32,
                "protocol": "sftp",
                "peer": "192.0.2.1",
                "received_at": NOW.isoformat(),
                "recorded_at": NOW.isoformat(),
                "snapshot": upload_id,
                "mapping": None,
                "mode": "full",
                "first_import": "hold",
                "published": 0,
                "refusal": None,
            }
        )
    return JournalSource(journal, registry, home)


def test_what_waits_comes_with_what_was_attempted(source: JournalSource) -> None:
    """In the order of the receipts, and as it was noted."""

    async def story() -> None:
        first, second = (waiting.upload for waiting in await source.waiting())
        assert (first.id, first.timezone, second.timezone) == ("u1", "Europe/Paris", "UTC")
        failed = Attempted(Progress.QUEUED, 2, NOW)
        await source.note_delivery(first, "mail", failed, "OSError: no")
        await source.note_delivery(first, "import", Attempted(Progress.DONE, 1), None)
        await source.note_settled(second, Progress.DONE)
        (waiting,) = await source.waiting()
        done = Attempted(Progress.DONE, 1, None)
        assert waiting.deliveries == {"mail": failed, "import": done}

    asyncio.run(story())


def test_uploads_of_a_client_that_is_being_erased_do_not_wait(
    source: JournalSource, registry: Registry
) -> None:
    """Its files may be gone already."""
    registry.remove_client("acme")
    assert [waiting.upload.id for waiting in asyncio.run(source.waiting())] == ["u2"]


def test_changes_of_others_are_told_once(source: JournalSource, home: Home) -> None:
    """One's own are none."""

    async def story() -> None:
        (first, _) = await source.waiting()
        await source.note_settled(first.upload, Progress.DONE)
        assert not await source.changed()
        other = Database(home.database, migrations)
        Journal(other).replay("u1")
        other.close()
        assert await source.changed()
        assert not await source.changed()

    asyncio.run(story())


def test_a_failing_journal_is_an_error_that_the_dispatcher_knows(
    source: JournalSource, database: Database
) -> None:
    """It tries again then."""
    with database.writing() as db:
        db.execute("alter table uploads rename to gone")
    with pytest.raises(OSError, match="journal"):
        asyncio.run(source.waiting())
