"""A registry in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wharfinger.server.accounts import BanRules, Bans, Guard, Registry
from wharfinger.server.database import Database
from wharfinger.server.migrations import migrations


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database that is closed at the end."""
    found = Database(tmp_path / "wharfinger.db", migrations)
    yield found
    found.close()


@pytest.fixture
def registry(database: Database) -> Registry:
    """A registry with a client `acme`."""
    found = Registry(database)
    found.add_client("acme", "Europe/Paris")
    return found


@pytest.fixture
def bans(database: Database) -> Bans:
    """The bans in the same database."""
    return Bans(database)


@pytest.fixture
def guard(bans: Bans) -> Guard:
    """A guard with the default rules."""
    return Guard(bans, BanRules())
