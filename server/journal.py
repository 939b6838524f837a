"""The journal: the durable record of uploads, and the queue that hooks are fed from.

One of the four storage ports: callers rely on the public methods and the frozen records.

An entry is `queued` until each hook has had it, and `done` then; it is `parked` when the only hooks
that have not had it failed too often. `replay` queues it again. How far each hook is stands in its
delivery.

In folders that wait for a marker an entry is `awaits-marker` before it is `queued`, or `replaced`
if a newer version came before the marker; the marker's own entry is a `companion` and stays that.
"""

from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .database import Database
from .exceptions import InputInvalid, NotFound

QUEUED, DONE, PARKED = "queued", "done", "parked"
AWAITING, REPLACED, COMPANION = "awaits-marker", "replaced", "companion"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A receipt, and how far its hooks are."""

    #: grows with every receipt; the order in which uploads are handed to hooks
    seq: int
    id: str
    client: str
    account: str
    account_id: int
    folder: str
    path: str
    renamed_from: str | None
    size: int
    sha256: str
    protocol: str
    peer: str
    #: the last byte was in, UTC
    received_at: datetime
    #: the receipt was written, UTC
    recorded_at: datetime
    snapshot: str
    mapping: str | None
    mode: str
    first_import: str
    language: str
    #: whether the file has its final name; None if it never shall, because it was refused
    published: bool | None
    refusal: str | None
    run: int
    state: str
    #: known in folders that wait for a marker
    md5: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far one hook is with one run of an upload."""

    upload: str
    hook: str
    run: int
    #: `queued` (it failed and is tried again), `done` or `parked`
    state: str
    attempts: int
    next_attempt_at: datetime | None
    error: str | None
    changed_at: datetime


class Journal:
    """Receipts and deliveries of one installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def together(self) -> Iterator[None]:
        """Make one durable transaction of everything in the block. Raises OSError."""
        with _oserrors(), self._database.writing():
            yield

    # receipts

    def record(self, receipt: dict[str, Any]) -> None:
        """Add a receipt: the fields of JournalEntry; on return it is durable.

        Raises OSError.
        """
        columns = ", ".join(receipt)
        values = ", ".join(f":{column}" for column in receipt)
        with _oserrors(), self._database.writing() as db:
            db.execute(f"insert into uploads ({columns}) values ({values})", receipt)  # noqa: S608 - names from the code

    def published(self, upload_id: str) -> None:
        """Note that an upload has its final name. Raises OSError."""
        with _oserrors(), self._database.writing(durable=False) as db:
            db.execute("update uploads set published = 1 where id = ?", [upload_id])

    def unpublished(self) -> list[JournalEntry]:
        """The uploads that still need their final name, in order."""
        return self._entries("published = 0")

    def has(self, upload_id: str) -> bool:
        """Whether there is a receipt with this id."""
        return bool(self._entries("id = ?", [upload_id]))

    def entry(self, upload_id: str) -> JournalEntry:
        """The entry with this id. Raises NotFound."""
        for entry in self._entries("id = ?", [upload_id]):
            return entry
        raise NotFound(f"there is no upload {upload_id!r}", hint="wharfinger upload list")

    def latest(
        self, *, client: str | None = None, account: str | None = None, limit: int = 50
    ) -> list[JournalEntry]:
        """The newest entries first."""
        return self._entries(
            "(:client is null or client = :client) and (:account is null or account = :account)",
            {"client": client, "account": account, "limit": limit},
            order="seq desc limit :limit",
        )

    def latest_of_path(self, account: str, path: str) -> JournalEntry | None:
        """The newest upload to a path of an account."""
        found = self._entries("account = ? and path = ?", [account, path], order="seq desc limit 1")
        return found[0] if found else None

    def last_received(self, account: str, folder: str) -> datetime | None:
        """When the last file came into a folder, refused ones and companions left out."""
        with self._database.reading() as db:
            row = db.execute(
                "select max(received_at) from uploads"
                " where account = ? and folder = ? and refusal is null and state <> 'companion'",
                [account, folder],
            ).fetchone()
        return None if row[0] is None else datetime.fromisoformat(row[0])

    def after(self, seq: int) -> list[JournalEntry]:
        """Entries newer than `seq`, oldest first."""
        return self._entries("seq > ?", [seq])

    def last_seq(self) -> int:
        """The `seq` of the newest entry, 0 if there is none."""
        with self._database.reading() as db:
            return int(db.execute("select coalesce(max(seq), 0) from uploads").fetchone()[0])

    def erase_client(self, client: str) -> int:
        """Remove all entries of a client; returns how many."""
        with self._database.writing() as db:
            db.execute("delete from companions where client = ?", [client])
            return db.execute("delete from uploads where client = ?", [client]).rowcount

    # what waits for a marker

    def newest_versions(self, account: str, stem: str) -> list[JournalEntry]:
        """The newest entries of each path that is `stem`, or `stem` and a suffix (and of others).

        Neither companions nor what was refused or replaced.
        """
        return self._entries(
            "seq in (select max(seq) from uploads where account = :account"
            # a slash follows the dot in the order of characters
            " and path >= :stem and path < :stem || '/'"
            " and state not in ('companion', 'replaced') and refusal is null group by path)",
            {"account": account, "stem": stem},
        )

    def release(self, upload_id: str) -> None:
        """Queue what waited for its marker, behind everything that is queued by now."""
        with self._database.writing() as db:
            db.execute(
                "update uploads set state = 'queued', seq = (select max(seq) + 1 from uploads)"
                " where id = ?",
                [upload_id],
            )

    def replace_waiting(self, account: str, path: str) -> None:
        """Let what waits under a path wait no more: its sender replaces it, or took it back."""
        with self._database.writing() as db:
            db.execute(
                "update uploads set state = 'replaced'"
                " where account = ? and path = ? and state = 'awaits-marker'",
                [account, path],
            )

    # the queue

    def waiting(self) -> list[JournalEntry]:
        """What hooks still have to have, in order."""
        return self._entries("state in ('queued', 'parked')")

    def deliveries(self, entries: Iterable[JournalEntry]) -> list[Delivery]:
        """The deliveries of the present runs of some entries."""
        runs = {entry.id: entry.run for entry in entries}
        with self._database.reading() as db:
            rows = db.execute(
                "select * from deliveries where upload in (select value from json_each(?))",
                [json.dumps(list(runs))],
            )
            return [_delivery(row) for row in rows if row["run"] == runs[row["upload"]]]

    def note_delivery(
        self,
        entry_id: str,
        run: int,
        hook: str,
        *,
        state: str,
        attempts: int = 0,
        next_attempt_at: datetime | None = None,
        error: str | None = None,
    ) -> None:
        """Note how far a hook is with a run of an upload."""
        values = [
            *(entry_id, hook, run, state, attempts),
            next_attempt_at.isoformat() if next_attempt_at else None,
            *(error, datetime.now(UTC).isoformat()),
        ]
        with self._database.writing(durable=False) as db:
            db.execute("insert or replace into deliveries values (?, ?, ?, ?, ?, ?, ?, ?)", values)

    def note_state(self, entry_id: str, run: int, state: str) -> None:
        """Note the state of a run of an upload; a later run is left alone."""
        with self._database.writing(durable=False) as db:
            db.execute(
                "update uploads set state = ? where id = ? and run = ?", [state, entry_id, run]
            )

    def replay(self, upload_id: str) -> JournalEntry:
        """Queue an upload again: a done one for all hooks, another for those that it waits for.

        One that waits for its marker waits no more. Raises InputInvalid, NotFound.
        """
        entry = self.entry(upload_id)
        if entry.state == COMPANION:
            raise InputInvalid(
                f"{entry.path} is the companion of another file; hooks are not given it",
                hint="replay the upload of that file: wharfinger upload list",
            )
        with self._database.writing() as db:
            if entry.state == DONE:
                db.execute("update uploads set run = run + 1 where id = ?", [upload_id])
            db.execute("delete from deliveries where upload = ? and state <> 'done'", [upload_id])
            db.execute("update uploads set state = 'queued' where id = ?", [upload_id])
        return self.entry(upload_id)

    def version(self) -> int:
        """A number that changes when another process has written to the journal."""
        return self._database.version()

    def _entries(
        self,
        condition: str,
        parameters: Sequence[Any] | dict[str, Any] = (),
        *,
        order: str = "seq",
    ) -> list[JournalEntry]:
        query = f"select * from uploads where {condition} order by {order}"  # noqa: S608 - from the code
        with self._database.reading() as db:
            return [_entry(row) for row in db.execute(query, parameters)]


@contextmanager
def _oserrors() -> Iterator[None]:
    """What a sender waits for fails as a disk would: its callers know what to do then."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(errno.EIO, f"the journal cannot be written: {error}") from error


def _entry(row: sqlite3.Row) -> JournalEntry:
    values = dict(row)
    for name in ("received_at", "recorded_at"):
        values[name] = datetime.fromisoformat(values[name])
    if values["published"] is not None:
        values["published"] = bool(values["published"])
    return JournalEntry(**values)


def _delivery(row: sqlite3.Row) -> Delivery:
    values = dict(row)
    for name in ("next_attempt_at", "changed_at"):
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    return Delivery(**values)
