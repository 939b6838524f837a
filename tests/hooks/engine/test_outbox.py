"""What is to be told, and what has been."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wharfinger.hooks.engine import (
    ImportRequest,
    OutboxEntry,
    approve,
    next_send,
    note_sent,
    reject,
    run_import,
    undo,
    unsent,
)
from wharfinger.hooks.engine.sqlite import SqliteDirectory, open_directory
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

NOW = datetime(2030, 1, 1, tzinfo=UTC)
FIRST = write_csv(make_row("1"))


def ids(feed: FeedHarness, target: str = "mail", now: datetime = NOW) -> list[str]:
    """What is to be sent to a target."""
    return [entry.id for entry in unsent(feed.directory, target, now)]


def test_every_state_in_which_an_import_rests_is_told(feed: FeedHarness) -> None:
    """Whatever brings it there: the file, a person, or a newer file."""
    one = feed.request(FIRST, first_import="hold")
    run_import(one, feed.directory)
    approve(one, feed.directory, "Léa")
    feed.send("")
    rows = [make_row(str(number)) for number in range(20)]
    feed.send(write_csv(*rows))
    feed.send(write_csv(*rows, make_row("20")))
    reject(feed.directory, "import-4", "Léa")
    undo(feed.directory, "import-1", "Léa")
    assert ids(feed) == [
        "import-1:held",
        "import-1:applied",
        "import-2:rejected",
        "import-3:held",
        "import-4:held",
        "import-3:superseded",
        "import-4:rejected",
        "import-1:undone",
    ]


def test_an_entry_names_nobody(feed: FeedHarness) -> None:
    """It has ids, the state and counts, and no personal data."""
    result = feed.send(FIRST)
    (entry,) = unsent(feed.directory, "mail", NOW)
    assert entry.kind == "import"
    assert entry.import_id == "import-1"
    assert entry.body == {
        "import": "import-1",
        "upload": "upload-1",
        "feed": "acme-payroll:/hr/users",
        "mapping": "users",
        "mode": "full",
        "state": "applied",
        "counts": result.counts,
        "plan_hash": result.plan_hash,
    }


def test_an_import_that_fails_tells_nothing(
    feed: FeedHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry is written with the changes, or neither is."""

    def fail(self: SqliteDirectory, entry: OutboxEntry) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(SqliteDirectory, "post", fail)
        with pytest.raises(OSError, match="full"):
            feed.send(FIRST)
    assert feed.users() == {}
    assert ids(feed) == []


def test_an_import_that_is_run_again_tells_nothing_more(feed: FeedHarness) -> None:
    """Its id is kept once."""
    request: ImportRequest = feed.request(FIRST)
    run_import(request, feed.directory)
    run_import(request, feed.directory)
    assert ids(feed) == ["import-1:applied"]
    entry = OutboxEntry(id="import-1:applied", at="", kind="import", import_id=None)
    with open_directory(feed.directory) as store:
        store.post(entry)
    assert ids(feed) == ["import-1:applied"]


def test_each_target_has_every_entry_once(feed: FeedHarness) -> None:
    """What one has had is still to be sent to another."""
    feed.send(FIRST)
    note_sent(feed.directory, "import-1:applied", "mail")
    assert ids(feed, "mail") == []
    assert ids(feed, "webhook") == ["import-1:applied"]
    assert next_send(feed.directory, "mail") is None
    assert next_send(feed.directory, "webhook") is not None


def test_what_failed_is_due_later(feed: FeedHarness) -> None:
    """It waits for its time, is counted, and does not hold up others."""
    feed.send(FIRST)
    feed.send("")
    later = NOW + timedelta(minutes=5)
    note_sent(feed.directory, "import-1:applied", "mail", due=later, error="no answer")
    assert ids(feed) == ["import-2:rejected"]
    note_sent(feed.directory, "import-2:rejected", "mail")
    assert ids(feed) == []
    assert next_send(feed.directory, "mail") == later
    (entry,) = unsent(feed.directory, "mail", later)
    assert (entry.id, entry.attempts) == ("import-1:applied", 1)


def test_what_is_given_up_is_not_tried_again(feed: FeedHarness) -> None:
    """An error without another time is the last one."""
    feed.send(FIRST)
    note_sent(feed.directory, "import-1:applied", "mail", error="there is no such address")
    assert ids(feed) == []
    assert next_send(feed.directory, "mail") is None
