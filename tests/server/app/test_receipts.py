"""Receipts in the journal: what is written is what is needed to do the next step again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from wharfinger.hooks.events import Upload
from wharfinger.server.accounts import Folder, Registry
from wharfinger.server.app.markers import Markers
from wharfinger.server.app.provisioning import Provisioning
from wharfinger.server.app.receipts import JournalReceipts, receipt_of
from wharfinger.server.app.source import JournalSource
from wharfinger.server.companions import Companions
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.journal import Journal
from wharfinger.server.vfs import Identity, Receipt

FOLDER = Folder(login="acme-payroll", path="/hr/users", name="Users", mapping="users", mode="delta")
RECEIPT = Receipt(
    id="u1",
    identity=Identity(
        client="acme", account_id=1, login="acme-payroll", protocol="ftpes", peer="192.0.2.1"
    ),
    folder=FOLDER,
    path="/hr/users/users.csv",
    renamed_from="/hr/users/users.csv.part",
    size=12,
    sha256="ab" * 32,
    received_at=datetime(2026, 11, 22, 3, 15, tzinfo=UTC),
    snapshot="u1.1.abc",
)


@pytest.fixture
def recorded() -> list[Upload]:
    """Uploads that the receipts told of."""
    return []


@pytest.fixture
def receipts(
    database: Database,
    journal: Journal,
    registry: Registry,
    home: Home,
    provisioning: Provisioning,
    recorded: list[Upload],
) -> JournalReceipts:
    """Receipts in the journal of a home with a client."""
    return JournalReceipts(
        journal,
        Markers(journal, Companions(database)),
        JournalSource(journal, registry, home),
        recorded=recorded.append,
        queued=lambda _: None,
        aborted=lambda _: None,
    )


def test_hooks_are_told_what_the_receipt_says(
    receipts: JournalReceipts, recorded: list[Upload], home: Home
) -> None:
    """With the client's time zone and the place of the snapshot."""
    receipts.record(RECEIPT)
    (upload,) = recorded
    assert (upload.id, upload.run, upload.sha256, upload.size) == ("u1", 1, "ab" * 32, 12)
    assert (upload.mapping, upload.mode, upload.first_import) == ("users", "delta", "hold")
    assert upload.timezone == "Europe/Paris"
    assert upload.snapshot == home.client("acme").spool / "u1.1.abc"
    assert upload.received_at == RECEIPT.received_at


def test_publishing_can_be_done_again_from_the_journal_alone(
    receipts: JournalReceipts, journal: Journal
) -> None:
    """Everything that it needs is as it was; the folder's choices it does not need."""
    receipts.record(RECEIPT)
    (entry,) = journal.unpublished()
    again = receipt_of(entry)
    assert again.folder.path == FOLDER.path
    assert replace(again, folder=FOLDER) == RECEIPT
    receipts.published("u1")
    assert journal.unpublished() == []


def test_what_was_refused_is_kept_and_never_published(
    receipts: JournalReceipts, journal: Journal, recorded: list[Upload]
) -> None:
    """Its hooks hear of it all the same: the report says what was wrong."""
    receipts.record(replace(RECEIPT, refusal="no header"))
    assert journal.entry("u1").refusal == "no header"
    assert journal.unpublished() == []
    assert [upload.id for upload in recorded] == ["u1"]


def test_a_file_is_an_upload_already_if_its_last_receipt_has_its_size(
    receipts: JournalReceipts,
) -> None:
    """A file that grew since is another one; so is that of another account."""
    receipts.record(RECEIPT)
    assert receipts.is_upload("acme-payroll", RECEIPT.path, 12)
    assert not receipts.is_upload("acme-payroll", RECEIPT.path, 13)
    assert not receipts.is_upload("acme-second", RECEIPT.path, 12)
    assert not receipts.is_upload("acme-payroll", "/hr/users/users.csv.part", 12)


def test_a_receipt_that_cannot_be_kept_tells_nobody(
    receipts: JournalReceipts, recorded: list[Upload]
) -> None:
    """The sender hears that it failed."""
    receipts.record(RECEIPT)
    with pytest.raises(OSError, match="journal"):
        receipts.record(RECEIPT)
    assert len(recorded) == 1
