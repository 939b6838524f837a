"""A registry in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wharfinger.server.accounts import Registry
from wharfinger.server.database import Database
from wharfinger.server.migrations import migrations


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """A registry with a client `acme`."""
    database = Database(tmp_path / "wharfinger.db", migrations)
    found = Registry(database)
    found.add_client("acme", "Europe/Paris")
    yield found
    database.close()
