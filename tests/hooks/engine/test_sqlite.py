"""The embedded directory: what is special about SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

from sqlite_utils import Database

from wharfinger.hooks.engine import ImportRequest, State, User, run_import
from wharfinger.hooks.engine.change import Change
from wharfinger.hooks.engine.schema import MIGRATIONS
from wharfinger.hooks.engine.sqlite import open_directory, read_directory
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv


def test_a_directory_survives_a_power_cut(tmp_path: Path) -> None:
    """Commits are on disk when they are done, and readers do not wait for writers."""
    path = tmp_path / "directory.db"
    with open_directory(path) as directory:
        pragmas = {
            name: directory._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 60_000}


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """A directory that is only read cannot be changed, and leaves no files beside it."""
    path = tmp_path / "directory.db"
    with open_directory(path):
        pass
    before = path.read_bytes()
    with read_directory(path) as directory:
        assert directory._connection.execute("PRAGMA query_only").fetchone() == (1,)
    assert path.read_bytes() == before
    assert [it.name for it in tmp_path.iterdir()] == ["directory.db"]


def test_a_reader_sees_one_moment(tmp_path: Path) -> None:
    """What is written while somebody reads does not show until they read anew."""
    path = tmp_path / "directory.db"
    change = Change("create", "k", None, User(key="k", feed="f", values={}))
    with open_directory(path) as writer:
        with read_directory(path) as reader:
            assert reader.digests() == {}
            with writer.transaction():
                writer.write("import-1", "now", [change], {})
            assert reader.digests() == {}
        with read_directory(path) as reader:
            assert reader.digests() == {"k": b""}


def test_nobody_else_can_read_users(tmp_path: Path) -> None:
    """The file and what SQLite puts beside it are for the owner alone."""
    with open_directory(tmp_path / "directory.db") as directory, directory.transaction():
        pass
    with open_directory(tmp_path / "directory.db"):
        modes = {it.name: it.stat().st_mode & 0o777 for it in tmp_path.iterdir()}
    assert modes.keys() > {"directory.db"}
    assert set(modes.values()) == {0o600}


def test_a_path_with_signs_that_mean_something_in_addresses(tmp_path: Path) -> None:
    """Question marks and hashes in a client's folder are only letters."""
    folder = tmp_path / "a?mode=memory#é %41"
    folder.mkdir()
    with open_directory(folder / "directory.db") as directory, directory.transaction():
        pass
    with read_directory(folder / "directory.db") as directory:
        assert directory.imports(1) == []


def test_opening_again_does_nothing(tmp_path: Path) -> None:
    """A directory is migrated once."""
    path = tmp_path / "directory.db"
    for _ in range(2):
        with open_directory(path):
            pass
    with sqlite3.connect(path) as connection:
        names = connection.execute("SELECT name FROM _sqlite_migrations").fetchall()
    connection.close()
    assert len(names) == len(set(names))
    assert names[0] == ("001_users_history_imports",)


def test_an_older_directory_can_be_read(tmp_path: Path) -> None:
    """It is brought to the present form, and what it holds is still there."""
    path = tmp_path / "directory.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        database = Database(connection, execute_plugins=False)
        MIGRATIONS.apply(database, stop_before="002_outbox")
        record = User(key="k", feed="f", values={}).canonical()
        row = {"key": "k", "feed": "f", "entity": "", "start": "", "pending": 0, "marked": 0}
        database.table("users").insert({**row, "record": record})
        entry = {"import_id": "import-1", "key": "k", "kind": "create", "at": "now"}
        database.table("history").insert({**entry, "after": record})
    with read_directory(path) as directory:
        assert directory.users(["k"]).keys() == {"k"}
        assert directory.outbox("mail", "now") == []
        assert [it.person for it in directory.history("k")] == [None]
        assert directory._connection.execute("PRAGMA query_only").fetchone() == (1,)


def test_two_files_at_once_into_a_new_directory(feed: FeedHarness) -> None:
    """Whoever comes second waits, and finds what the first one did."""
    requests = [feed.request(write_csv(make_row(it)), folder=f"/hr/{it}") for it in "12"]
    barrier = Barrier(2)
    states = []

    def send(request: ImportRequest) -> None:
        barrier.wait()
        states.append(run_import(request, feed.directory).state)

    threads = [Thread(target=send, args=[request]) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states == [State.APPLIED, State.APPLIED]
    assert feed.users().keys() == {"FR01/1", "FR01/2"}
