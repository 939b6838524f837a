"""The embedded directory: one SQLite file a client."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from .change import Change
from .directory import HistoryEntry, ImportRecord, Note
from .exceptions import DirectoryBusy
from .facts import FileFacts
from .manager import Identity, identify, make_token
from .mapping import END, START
from .schema import MIGRATIONS
from .sqlite_days import SqliteDays
from .sqlite_outbox import SqliteOutbox
from .state import APPLIED, State
from .user import User, read_user

#: milliseconds that we wait for another process to finish its import
PATIENCE = 60_000
_BATCH = 1000
_NO_NOTE = Note(b"", pending=True)

_UPSERT = """
INSERT INTO users (key, digest, feed, entity, start, "end", pending, marked, entity_token, number,
                   mail, login, name, reference, manager, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
  digest = coalesce(excluded.digest, digest), feed = excluded.feed, entity = excluded.entity,
  start = excluded.start, "end" = excluded."end", pending = excluded.pending,
  marked = excluded.marked, entity_token = excluded.entity_token, number = excluded.number,
  mail = excluded.mail, login = excluded.login, name = excluded.name,
  reference = excluded.reference, manager = excluded.manager, record = excluded.record
"""
_ABOVE = """
WITH RECURSIVE chain (key, manager) AS (
  SELECT key, manager FROM users WHERE key IN (SELECT value FROM json_each(?)) AND manager NOT NULL
  UNION
  SELECT users.key, users.manager FROM users JOIN chain ON users.key = chain.manager
  WHERE users.manager NOT NULL
)
SELECT key, manager FROM chain
"""
_NAMED = """
SELECT key, entity_token, number, mail, login, name, "end" FROM users
WHERE number IN (SELECT value FROM json_each(:tokens))
   OR mail IN (SELECT value FROM json_each(:tokens))
   OR login IN (SELECT value FROM json_each(:tokens))
   OR name IN (SELECT value FROM json_each(:tokens))
"""
_HISTORY = """
INSERT INTO history (import_id, at, kind, key, line, before, after, person)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_RECORD = (
    "id, upload_id, feed, file_name, sha256, received_at, day, mode, mapping, state, plan_hash,"
    " counts, facts, report, corrected_csv, finished_at, decided_by, decided_at, expires_at"
)
_NEW_RECORD = f"""
INSERT INTO imports ({_RECORD})
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
  state = excluded.state, plan_hash = excluded.plan_hash, counts = excluded.counts,
  facts = excluded.facts, report = excluded.report, corrected_csv = excluded.corrected_csv,
  finished_at = excluded.finished_at, decided_by = excluded.decided_by,
  decided_at = excluded.decided_at, expires_at = excluded.expires_at
"""  # noqa: S608  # our own column names

#: held, and older than an import, or than any that is not recorded yet
_AHEAD = (
    "(state = 'held' AND number <"
    " coalesce((SELECT number FROM imports AS own WHERE own.id = ?), number + 1))"
)


class SqliteDirectory(SqliteOutbox, SqliteDays):
    """A directory in SQLite. Made by `open_directory` and `read_directory`."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise DirectoryBusy(
                "Another import of this client has not come to an end.", "Try again later."
            ) from error
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def digests(self) -> dict[str, bytes]:
        return dict(self._connection.execute("SELECT key, coalesce(digest, x'') FROM users"))

    def users(self, keys: Collection[str]) -> dict[str, User]:
        if not keys:
            return {}
        rows = self._connection.execute(
            "SELECT key, record FROM users WHERE key IN (SELECT value FROM json_each(?))",
            [_list(keys)],
        )
        return {key: read_user(record) for key, record in rows}

    def all_users(self) -> Iterator[User]:
        for (record,) in self._connection.execute("SELECT record FROM users ORDER BY key"):
            yield read_user(record)

    def standings(self, day: str) -> Iterator[tuple[str, str, str, str]]:
        return self._connection.execute(
            'SELECT key, entity, feed, start FROM users WHERE "end" IS NULL OR "end" >= ?', [day]
        )

    def marked(self, feed: str) -> set[str]:
        rows = self._connection.execute("SELECT key FROM users WHERE marked AND feed = ?", [feed])
        return {key for (key,) in rows}

    def identities(self, tokens: Collection[str]) -> list[Identity]:
        if not tokens:
            return []
        rows = self._connection.execute(_NAMED, {"tokens": _list(tokens)})
        return [Identity(*row) for row in rows]

    def referring(self, tokens: Collection[str]) -> dict[str, User]:
        rows = self._connection.execute(
            "SELECT key, record FROM users WHERE pending"
            " OR reference IN (SELECT value FROM json_each(?))",
            [_list(tokens)],
        )
        return {key: read_user(record) for key, record in rows}

    def superiors(self, keys: Collection[str]) -> dict[str, str]:
        return dict(self._connection.execute(_ABOVE, [_list(keys)])) if keys else {}

    def reports(self, keys: Collection[str], day: str) -> dict[str, list[str]]:
        rows = self._connection.execute(
            "SELECT manager, key FROM users WHERE manager IN (SELECT value FROM json_each(?))"
            ' AND ("end" IS NULL OR "end" >= ?) ORDER BY key',
            [_list(keys), day],
        )
        found: dict[str, list[str]] = {}
        for manager, key in rows:
            found.setdefault(manager, []).append(key)
        return found

    def find_import(self, import_id: str) -> ImportRecord | None:
        return next(self._records("WHERE id = ?", [import_id]), None)

    def imports(self, limit: int) -> list[ImportRecord]:
        return list(self._records("ORDER BY number DESC LIMIT ?", [limit]))

    def last_applied(self, feed: str) -> FileFacts | None:
        row = self._connection.execute(
            "SELECT facts FROM imports WHERE feed = ? AND state IN (?, ?)"
            " ORDER BY number DESC LIMIT 1",
            [feed, *sorted(APPLIED)],
        ).fetchone()
        return FileFacts(**json.loads(row[0])) if row else None

    def full_files(self, feed: str) -> list[FileFacts]:
        rows = self._connection.execute(
            "SELECT facts FROM imports WHERE feed = ? AND mode = 'full'"
            " AND state IN (?, ?, ?) ORDER BY number DESC LIMIT 30",
            [feed, *sorted(APPLIED), State.DUPLICATE],
        )
        return [FileFacts(**json.loads(facts)) for (facts,) in rows]

    def held(self, feed: str | None = None) -> list[ImportRecord]:
        return list(
            self._records(
                "WHERE state = 'held' AND feed = coalesce(?, feed) ORDER BY number", [feed]
            )
        )

    def held_ahead(self, feed: str, import_id: str) -> list[ImportRecord]:
        return list(
            self._records(f"WHERE feed = ? AND {_AHEAD} ORDER BY number", [feed, import_id])
        )

    def newest_date(self, feed: str, import_id: str) -> str | None:
        newest: str | None = self._connection.execute(
            f"SELECT max(facts ->> 'date') FROM imports WHERE feed = ?"  # noqa: S608  # our own words
            f" AND (state IN (?, ?, ?) OR {_AHEAD})",
            [feed, *sorted(APPLIED), State.DUPLICATE, import_id],
        ).fetchone()[0]
        return newest

    def next_expiry(self) -> str | None:
        row = self._connection.execute(
            "SELECT min(expires_at) FROM imports WHERE state = 'held'"
        ).fetchone()
        return None if row[0] is None else str(row[0])

    def expiring(self) -> list[ImportRecord]:
        return list(
            self._records("WHERE state = 'held' AND expires_at NOT NULL ORDER BY expires_at", [])
        )

    def history(self, key: str) -> list[HistoryEntry]:
        rows = self._connection.execute(
            "SELECT import_id, at, person, kind, key, before, after, line FROM history"
            " WHERE key = ? ORDER BY id",
            [key],
        )
        return [
            HistoryEntry(import_id, at, _change(*rest), person)
            for import_id, at, person, *rest in rows
        ]

    def changes(self, import_id: str) -> list[Change]:
        rows = self._connection.execute(
            "SELECT kind, key, before, after, line FROM history"
            " WHERE import_id = ? AND kind <> 'undo' ORDER BY key",
            [import_id],
        )
        return [_change(*row) for row in rows]

    def _records(self, clause: str, parameters: list[Any]) -> Iterator[ImportRecord]:
        rows = self._connection.execute(
            f"SELECT {_RECORD} FROM imports {clause}",  # noqa: S608  # our own words
            parameters,
        )
        names = _RECORD.split(", ")
        for row in rows:
            record = dict(zip(names, row, strict=True))
            for name in ("counts", "facts", "report"):
                record[name] = json.loads(record[name])
            if record["facts"] is not None:
                record["facts"] = FileFacts(**record["facts"])
            yield ImportRecord(**{**record, "state": State(record["state"])})

    def write(
        self,
        import_id: str,
        at: str,
        changes: Iterable[Change],
        notes: Mapping[str, Note],
        person: str | None = None,
    ) -> None:
        written: set[str] = set()
        remaining = iter(changes)
        while batch := list(islice(remaining, _BATCH)):
            self._write_users(batch, notes)
            entries = ((*_entry(import_id, at, it), person) for it in batch)
            self._connection.executemany(_HISTORY, entries)
            written.update(change.key for change in batch)
        self._connection.executemany(
            "UPDATE users SET digest = coalesce(?, digest), pending = ? WHERE key = ?",
            ((*note, key) for key, note in notes.items() if key not in written),
        )

    def _write_users(self, changes: Iterable[Change], notes: Mapping[str, Note]) -> None:
        removed = [(change.key,) for change in changes if change.after is None]
        self._connection.executemany("DELETE FROM users WHERE key = ?", removed)
        self._connection.executemany(
            _UPSERT,
            (
                _row(change.after, notes.get(change.key, _NO_NOTE))
                for change in changes
                if change.after is not None
            ),
        )

    def record(self, record: ImportRecord) -> None:
        facts = None if record.facts is None else asdict(record.facts)
        texts = {
            "counts": _dump(record.counts),
            "facts": _dump(facts),
            "report": _dump(record.report),
        }
        values = [texts.get(name, getattr(record, name)) for name in _RECORD.split(", ")]
        self._connection.execute(_NEW_RECORD, values)


def _row(user: User, note: Note) -> tuple[Any, ...]:
    identity = identify(user)
    return (
        user.key,
        note.digest,
        user.feed,
        user.entity,
        user.values.get(START, ""),
        user.values.get(END),
        note.pending,
        user.absence is not None,
        *identity[1:-1],
        make_token(user.reference) if user.reference else None,
        user.manager,
        user.canonical(),
    )


def _entry(import_id: str, at: str, change: Change) -> tuple[Any, ...]:
    before, after = (it.canonical() if it else None for it in (change.before, change.after))
    return (import_id, at, change.kind, change.key, change.line, before, after)


def _change(kind: Any, key: str, before: str | None, after: str | None, line: int | None) -> Change:
    return Change(kind, key, _image(before), _image(after), line)


def _image(record: str | None) -> User | None:
    return None if record is None else read_user(record)


def _list(values: Iterable[str]) -> str:
    # one parameter for any number of values, where SQLite allows some hundreds of parameters
    return _dump(list(values))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@contextmanager
def open_directory(path: Path) -> Iterator[SqliteDirectory]:
    """The directory in this file, made if there is none, to be read and written."""
    path.touch(mode=0o600)  # users are nobody else's business
    connection = sqlite3.connect(path, timeout=PATIENCE / 1000, isolation_level=None)
    with closing(connection):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cache_size = -65536")  # KiB; a first file fills many indexes
        directory = SqliteDirectory(connection)
        _migrate(connection, directory)
        yield directory


@contextmanager
def read_directory(path: Path) -> Iterator[SqliteDirectory]:
    """The directory as it is now; an empty one if there is no such file. Nothing is written.

    But what an older version made is brought to the present form first.
    """
    if path.exists():
        uri = f"{path.resolve().as_uri()}?mode=rw"  # a read-only one would leave files behind
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'users'").fetchone():
                directory = SqliteDirectory(connection)
                _migrate(connection, directory)
                connection.execute("PRAGMA query_only = ON")
                connection.execute("BEGIN")
                yield directory
                return
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        MIGRATIONS.apply(_database(connection))
        yield SqliteDirectory(connection)


def _migrate(connection: sqlite3.Connection, directory: SqliteDirectory) -> None:
    database = _database(connection)
    if MIGRATIONS.pending(database):
        with directory.transaction():  # two processes may open a new directory at once
            MIGRATIONS.apply(database)


def _database(connection: sqlite3.Connection) -> Database:
    return Database(connection, execute_plugins=False)
