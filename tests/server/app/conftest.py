"""The registry and the journal of a home that no server runs on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wharfinger.server.accounts import Registry
from wharfinger.server.app.provisioning import Provisioning
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.journal import Journal
from wharfinger.server.migrations import migrations


@pytest.fixture
def database(home: Home, no_leaks: None) -> Iterator[Database]:
    """The home's database."""
    found = Database(home.database, migrations)
    yield found
    found.close()


@pytest.fixture
def registry(database: Database) -> Registry:
    """The home's registry."""
    return Registry(database)


@pytest.fixture
def journal(database: Database) -> Journal:
    """The home's journal."""
    return Journal(database)


@pytest.fixture
def provisioning(home: Home, registry: Registry) -> Provisioning:
    """With a client, its account, and a folder."""
    found = Provisioning(home, registry)
    found.add_client("acme", "Europe/Paris")
    found.add_account("acme-payroll", client="acme")
    return found
