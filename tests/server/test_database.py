"""The database: what is committed is on the disk, and writers of all processes take turns."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlite_utils.migrations import Migrations

from wharfinger.server.database import Database
from wharfinger.server.migrations import migrations

FULL, NORMAL = 2, 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "wharfinger.db"


@pytest.fixture
def database(path: Path, no_leaks: None) -> Iterator[Database]:
    """A new database with a table of numbers."""
    database = Database(path, Migrations("none"))
    with database.writing() as db:
        db.execute("create table numbers (number integer)")
    yield database
    database.close()


def numbers(database: Database) -> list[int]:
    """What is in the table."""
    with database.reading() as db:
        return [row[0] for row in db.execute("select number from numbers order by number")]


@pytest.mark.parametrize(
    ("installation", "transaction", "expected"),
    [(True, True, FULL), (True, False, NORMAL), (False, True, NORMAL), (False, False, NORMAL)],
)
def test_a_durable_transaction_waits_for_the_disk(
    path: Path, installation: bool, transaction: bool, expected: int
) -> None:
    """`synchronous` is FULL while it commits, after any transaction that was not durable."""
    database = Database(path, Migrations("none"), durable=installation)
    with database.writing(durable=not transaction):
        pass
    with database.writing(durable=transaction) as db:
        assert db.execute("pragma synchronous").fetchone()[0] == expected
        assert db.execute("pragma journal_mode").fetchone()[0] == "wal"
    database.close()


def test_what_fails_leaves_nothing(database: Database) -> None:
    """An error within a transaction takes all of it back, and the next one works."""
    with suppress(ZeroDivisionError), database.writing() as db:
        db.execute("insert into numbers values (1)")
        raise ZeroDivisionError
    with database.writing() as db:
        db.execute("insert into numbers values (2)")
    assert numbers(database) == [2]


def test_threads_take_turns(database: Database) -> None:
    """No thread sees, or is in, the transaction of another."""

    def count() -> None:
        for _ in range(50):
            with database.writing(durable=False) as db:
                ((most,),) = db.execute("select coalesce(max(number), 0) from numbers").fetchall()
                db.execute("insert into numbers values (?)", [most + 1])

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(database) == list(range(1, 201))


COUNT = """
import sys
from pathlib import Path
from sqlite_utils.migrations import Migrations
from wharfinger.server.database import Database

database = Database(Path(sys.argv[1]), Migrations("none"))
for _ in range(50):
    with database.writing(durable=False) as db:
        ((most,),) = db.execute("select coalesce(max(number), 0) from numbers").fetchall()
        db.execute("insert into numbers values (?)", [most + 1])
database.close()
"""


def test_processes_take_turns(database: Database, path: Path) -> None:
    """Nothing is lost or refused where several count up at once; each sees that another wrote."""
    before = database.version()
    running = [subprocess.Popen([sys.executable, "-c", COUNT, str(path)]) for _ in range(3)]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert numbers(database) == list(range(1, 151))
    assert database.version() != before


def test_ones_own_writes_are_no_news(database: Database) -> None:
    """The version changes with the writes of others only."""
    before = database.version()
    with database.writing() as db:
        db.execute("insert into numbers values (1)")
    assert database.version() == before


def test_nobody_else_can_read_it(database: Database, path: Path) -> None:
    """Password hashes are in it."""
    assert path.stat().st_mode & 0o077 == 0


def test_migrations_are_applied_once_and_kept(path: Path) -> None:
    """A database that is opened again is as it was, with its foreign keys held."""
    for _ in range(2):
        database = Database(path, migrations)
        with database.reading() as db:
            assert {"clients", "accounts", "folders", "uploads"} <= set(db.table_names())
        with pytest.raises(sqlite3.IntegrityError), database.writing() as db:
            db.execute(
                "insert into accounts (login, client, host, protocols, allowed_ips, enabled,"
                " created_at) values ('a', 'nobody', 'default', '[]', '[]', 1, '')"
            )
        assert not migrations.pending(database._database)
        database.close()
