"""The journal: receipts outlive everything, and the queue knows what each hook has not had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from wharfinger.server.database import Database
from wharfinger.server.exceptions import NotFound
from wharfinger.server.journal import Journal, JournalEntry
from wharfinger.server.migrations import migrations

NOW = datetime(2026, 11, 22, 3, 15, tzinfo=UTC)

Open = Callable[[], Journal]


@pytest.fixture
def opened(tmp_path: Path, no_leaks: None) -> Iterator[Open]:
    """Open the journal, once more with each call, as each process does."""
    databases = []

    def open_journal() -> Journal:
        databases.append(Database(tmp_path / "wharfinger.db", migrations))
        return Journal(databases[-1])

    yield open_journal
    for database in databases:
        database.close()


@pytest.fixture
def journal(opened: Open) -> Journal:
    """A new journal."""
    return opened()


def receipt(upload_id: str, **changes: Any) -> dict[str, Any]:
    """A receipt as it is recorded."""
    return {
        "id": upload_id,
        "client": "acme",
        "account": "acme-payroll",
        "account_id": 1,
        "folder": "/hr/users",
        "path": "/hr/users/users.csv",
        "renamed_from": None,
        "size": 12,
        "sha256": "ab" * 32,
        "protocol": "sftp",
        "peer": "192.0.2.1",
        "received_at": NOW.isoformat(),
        "recorded_at": NOW.isoformat(),
        "snapshot": f"{upload_id}.1.0",
        "mapping": "users",
        "mode": "full",
        "first_import": "hold",
        "published": 0,
        "refusal": None,
        **changes,
    }


def ids(entries: list[JournalEntry]) -> list[str]:
    """The ids of entries."""
    return [entry.id for entry in entries]


def test_a_receipt_is_read_as_it_was_written(journal: Journal) -> None:
    """By this process, and with the times as times."""
    journal.record(receipt("u1"))
    entry = journal.entry("u1")
    assert (entry.size, entry.received_at, entry.published, entry.state) == (
        12,
        NOW,
        False,
        "queued",
    )
    assert journal.has("u1")
    assert not journal.has("u2")
    with pytest.raises(NotFound):
        journal.entry("u2")


def test_a_receipt_waits_for_the_disk_and_a_note_does_not(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a sender was told is durable; what can be found out again costs no fsync."""
    asked = []
    wait_for_disk = Database._wait_for_disk

    def watch(self: Database, wanted: bool) -> None:
        asked.append(wanted)
        wait_for_disk(self, wanted)

    monkeypatch.setattr(Database, "_wait_for_disk", watch)
    journal.record(receipt("u1"))
    journal.published("u1")
    journal.note_delivery("u1", 1, "import", state="done")
    journal.note_state("u1", 1, "done")
    journal.replay("u1")
    assert asked == [True, False, False, False, True]


def test_the_same_receipt_twice_is_an_error_and_one_receipt(journal: Journal) -> None:
    """Nothing is overwritten; the caller hears of it as of a failing disk."""
    journal.record(receipt("u1"))
    with pytest.raises(OSError, match="journal cannot be written"):
        journal.record(receipt("u1", size=99))
    assert journal.entry("u1").size == 12


def test_a_failing_database_is_an_error_that_callers_know(opened: Open) -> None:
    """Those who land an upload know what to do with OSError, and with nothing else."""
    journal = opened()
    journal.record(receipt("u1"))
    with journal._database.writing() as db:
        db.execute("alter table uploads rename to gone")
    with pytest.raises(OSError, match="journal"):
        journal.record(receipt("u2"))
    with pytest.raises(OSError, match="journal"):
        journal.published("u1")


def test_the_order_is_that_of_the_receipts(journal: Journal) -> None:
    """Whatever the ids and the times say; listed newest first, handed over oldest first."""
    for number, upload_id in enumerate(("u3", "u1", "u2")):
        at = (NOW - timedelta(hours=number)).isoformat()
        journal.record(receipt(upload_id, received_at=at, client="acme" if number else "other"))
    assert ids(journal.waiting()) == ["u3", "u1", "u2"]
    assert ids(journal.latest()) == ["u2", "u1", "u3"]
    assert ids(journal.latest(limit=1)) == ["u2"]
    assert ids(journal.latest(client="other")) == ["u3"]
    assert ids(journal.latest(account="nobody")) == []
    assert ids(journal.after(journal.entry("u3").seq)) == ["u1", "u2"]
    assert journal.last_seq() == journal.entry("u2").seq


def test_no_number_is_given_twice(journal: Journal) -> None:
    """Not even when the newest entries are erased: whoever waits for later ones misses none."""
    assert journal.last_seq() == 0
    journal.record(receipt("u1"))
    seq = journal.last_seq()
    assert journal.erase_client("acme") == 1
    journal.record(receipt("u2"))
    assert ids(journal.after(seq)) == ["u2"]


def test_a_restart_finds_what_was_left(opened: Open) -> None:
    """What waits, how often it was tried and when it is tried next, what has no name yet."""
    journal = opened()
    for upload_id in ("u1", "u2", "u3"):
        journal.record(receipt(upload_id))
    journal.published("u1")
    journal.note_delivery(
        "u1", 1, "mail", state="queued", attempts=2, next_attempt_at=NOW, error="OSError: no"
    )
    journal.note_delivery("u1", 1, "import", state="done", attempts=1)
    journal.note_state("u2", 1, "done")
    journal.note_state("u3", 1, "parked")
    again = opened()
    assert ids(again.waiting()) == ["u1", "u3"]
    assert ids(again.unpublished()) == ["u2", "u3"]
    found = {
        d.hook: (d.state, d.attempts, d.next_attempt_at) for d in again.deliveries(again.waiting())
    }
    assert found == {"mail": ("queued", 2, NOW), "import": ("done", 1, None)}


def test_what_was_refused_never_gets_a_name(journal: Journal) -> None:
    """A restart does not publish it either; it is kept all the same."""
    journal.record(receipt("u1", published=None, refusal="no header"))
    assert journal.unpublished() == []
    assert journal.entry("u1").published is None


def test_the_newest_upload_to_a_path(journal: Journal) -> None:
    """Of that account alone."""
    for upload_id, account in (("u1", "acme-payroll"), ("u2", "acme-payroll"), ("u3", "other")):
        journal.record(receipt(upload_id, account=account))
    found = journal.latest_of_path("acme-payroll", "/hr/users/users.csv")
    assert found is not None
    assert found.id == "u2"
    assert journal.latest_of_path("acme-payroll", "/hr/users/other.csv") is None


def test_a_replay_of_what_is_done_is_another_run_for_all(journal: Journal) -> None:
    """Notes of the run before change nothing in the new one."""
    journal.record(receipt("u1"))
    journal.note_delivery("u1", 1, "import", state="done", attempts=1)
    journal.note_state("u1", 1, "done")
    entry = journal.replay("u1")
    assert (entry.run, entry.state) == (2, "queued")
    assert journal.deliveries([entry]) == []
    journal.note_state("u1", 1, "done")
    assert ids(journal.waiting()) == ["u1"]


@pytest.mark.parametrize("state", ["parked", "queued"])
def test_a_replay_of_what_waits_is_for_those_that_have_not_had_it(
    journal: Journal, state: str
) -> None:
    """Who has had this run is not asked again; who failed begins at its first attempt."""
    journal.record(receipt("u1"))
    journal.note_delivery("u1", 1, "import", state="done", attempts=1)
    journal.note_delivery("u1", 1, "mail", state=state, attempts=6, error="OSError: no")
    journal.note_state("u1", 1, state)
    entry = journal.replay("u1")
    assert (entry.run, entry.state) == (1, "queued")
    assert [delivery.hook for delivery in journal.deliveries([entry])] == ["import"]


def test_a_replay_by_another_process_is_noticed(opened: Open) -> None:
    """The command line queues; the server sees that it has."""
    server, command = opened(), opened()
    server.record(receipt("u1"))
    server.note_state("u1", 1, "done")
    before = server.version()
    command.replay("u1")
    assert server.version() != before
    assert ids(server.waiting()) == ["u1"]


def test_what_is_erased_takes_its_deliveries_along(journal: Journal) -> None:
    """Nothing of one client stays, and nothing of another goes."""
    for upload_id, client in (("u1", "acme"), ("u2", "other")):
        journal.record(receipt(upload_id, client=client))
        journal.note_delivery(upload_id, 1, "import", state="queued")
    entries = journal.waiting()
    assert journal.erase_client("acme") == 1
    assert [delivery.upload for delivery in journal.deliveries(entries)] == ["u2"]


def test_the_last_file_of_a_folder_is_the_last_one_that_was_taken(journal: Journal) -> None:
    """Refused ones do not count, nor do those of other folders and accounts."""
    assert journal.last_received("acme-payroll", "/hr/users") is None
    later = [(NOW + timedelta(hours=hours)).isoformat() for hours in range(5)]
    journal.record(receipt("u1", received_at=later[1]))
    journal.record(receipt("u2", received_at=later[0]))
    journal.record(receipt("u3", received_at=later[2], refusal="no users", published=None))
    journal.record(receipt("u4", received_at=later[3], folder="/hr/other"))
    journal.record(receipt("u5", received_at=later[4], account="other"))
    assert journal.last_received("acme-payroll", "/hr/users") == NOW + timedelta(hours=1)
