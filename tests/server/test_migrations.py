"""Migrations: from nothing to today, and no further."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlite_utils

from wharfinger.server.database import Database
from wharfinger.server.migrations import migrations


def schema(path: Path) -> list[tuple[str, str]]:
    """Every table and index of a database."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute("select name, sql from sqlite_master order by name").fetchall()


def test_an_empty_file_becomes_a_database_and_stays_one(tmp_path: Path) -> None:
    """Opening it again changes nothing, and no step is applied twice."""
    path = tmp_path / "wharfinger.db"
    path.touch()
    Database(path, migrations).close()
    first = schema(path)
    assert {"clients", "hosts", "accounts", "public_keys", "folders", "uploads"} <= dict(
        first
    ).keys()
    Database(path, migrations).close()
    assert schema(path) == first
    with closing(sqlite3.connect(path)) as db:
        applied = [step for (step,) in db.execute("select name from _sqlite_migrations")]
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    nothing = sqlite_utils.Database(memory=True)
    assert sorted(applied) == sorted(step.name for step in migrations.pending(nothing))
