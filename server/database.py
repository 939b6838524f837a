"""One SQLite file, opened the way that durable acknowledgements need it.

Rules:
1. WAL with `synchronous=FULL`: when a transaction is committed, it is on the disk. A note that can
   be lost without harm is written with NORMAL: it is in order with all others, and costs no fsync.
2. Writers take the write lock at their start (BEGIN IMMEDIATE), so that a transaction that began as
   a reader is never thrown out half-way because another process wrote in between.
3. One connection, used by one thread at a time; other processes wait up to `BUSY` seconds.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

#: seconds that a writer waits for the writers of other processes
BUSY = 30.0


class Database:
    """A connection to one SQLite file, shared by threads that take turns."""

    def __init__(self, path: Path, migrations: Migrations, *, durable: bool = True) -> None:
        connection = sqlite3.connect(path, timeout=BUSY, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        self._turn = threading.RLock()
        self._database = sqlite_utils.Database(connection, execute_plugins=False)
        self._durable = durable
        self._waits_for_disk: bool | None = None
        self._database.enable_wal()
        self._database.execute("PRAGMA foreign_keys = ON")
        path.chmod(0o600)  # password hashes are in it
        if migrations.pending(self._database):
            migrations.apply(self._database)

    @contextmanager
    def reading(self) -> Iterator[sqlite_utils.Database]:
        """The database for a statement that writes nothing."""
        with self._turn:
            yield self._database

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite_utils.Database]:
        """The database within a transaction; durable once the block is left without an error.

        With `durable=False` the transaction outlives this process, but perhaps not the machine.
        Within another block it is a part of that one's transaction.
        """
        with self._turn:
            if self._database.conn.in_transaction:
                yield self._database
                return
            self._wait_for_disk(durable and self._durable)
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
                self._database.execute("COMMIT")
            except BaseException:
                self._database.rollback()
                raise

    def _wait_for_disk(self, wanted: bool) -> None:
        if wanted != self._waits_for_disk:
            self._database.execute(f"PRAGMA synchronous = {'FULL' if wanted else 'NORMAL'}")
            self._waits_for_disk = wanted

    def version(self) -> int:
        """A number that changes when another connection has written (SQLite's data_version)."""
        with self._turn:
            row = self._database.execute("PRAGMA data_version").fetchone()
            return int(row[0])

    def close(self) -> None:
        """Close the connection; the last one to leave also takes the WAL file away."""
        with self._turn:
            self._database.close()
