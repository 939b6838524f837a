"""Migrations: a database of any release becomes today's, with everything that was in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from wharfinger.server.accounts import Registry
from wharfinger.server.database import Database
from wharfinger.server.journal import Journal
from wharfinger.server.migrations import migrations

STEPS = [step.name for step in migrations.pending(sqlite_utils.Database(memory=True))]


@pytest.mark.parametrize("step", STEPS[2:])
def test_a_database_of_an_earlier_release_is_brought_up_to_date(
    tmp_path: Path, step: str, no_leaks: None
) -> None:
    """From before each step: what waited goes on waiting, and folders keep their choices."""
    path = tmp_path / "wharfinger.db"
    with closing(sqlite3.connect(path)) as connection:
        earlier = sqlite_utils.Database(connection)
        migrations.apply(earlier, stop_before=step)
        connection.executescript(
            """
            insert into clients values ('acme', 'Europe/Paris', '2026-11-22T00:00:00+00:00');
            insert into accounts (login, client, host, protocols, allowed_ips, enabled, created_at)
            values ('acme', 'acme', 'default', '["sftp"]', '[]', 1, '2026-11-22T00:00:00+00:00');
            insert into folders (login, path, name, direction, mode, first_import, complete_on,
            answer) values ('acme', '/hr', 'HR', 'in', 'delta', 'hold', 'rename', 'received');
            insert into uploads (id, client, account, account_id, folder, path, size, sha256,
            protocol, peer, received_at, recorded_at, snapshot, mode, first_import, state)
            values ('u1', 'acme', 'acme', 1, '/hr', '/hr/a.csv', 1, 'ab', 'sftp', '192.0.2.1',
            '2026-11-22T00:00:00+00:00', '2026-11-22T00:00:00+00:00', 's', 'delta', 'hold',
            'queued'),
            ('u2', 'acme', 'acme', 1, '/hr', '/hr/a.csv', 1, 'ab', 'sftp', '192.0.2.1',
            '2026-11-22T00:00:00+00:00', '2026-11-22T00:00:00+00:00', 's', 'delta', 'hold',
            'done');
            """
        )
    database = Database(path, migrations)
    assert [entry.id for entry in Journal(database).waiting()] == ["u1"]
    (folder,) = Registry(database).folders("acme")
    assert (folder.mode, folder.complete_on) == ("delta", "rename")
    assert Registry(database).account("acme").client == "acme"
    database.close()
