"""What a directory tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from wharfinger.hooks.engine import (
    ImportNotFound,
    State,
    UserNotFound,
    export_users,
    get_import,
    get_user,
    list_imports,
    list_users,
)
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

ROWS = [
    make_row("1"),
    make_row("2", dtContractEnd="31/10/2026", manager="1"),
    make_row("3", dtContractStart="01/12/2026"),
]


def test_imports_are_listed_from_the_newest(feed: FeedHarness) -> None:
    """Up to a limit, and each can be asked for by its id."""
    feed.send(write_csv(*ROWS))
    feed.send("")
    assert [it.state for it in list_imports(feed.directory)] == [State.REJECTED, State.APPLIED]
    assert [it.id for it in list_imports(feed.directory, 1)] == ["import-2"]
    record = get_import(feed.directory, "import-1")
    assert record.report["counts"]["creates"] == 3
    assert record.feed == "acme-payroll:/hr/users"
    with pytest.raises(ImportNotFound):
        get_import(feed.directory, "import-9")


def test_users_are_listed_with_their_status(feed: FeedHarness) -> None:
    """Where they stand on the day that is asked for."""
    feed.send(write_csv(*ROWS))
    standing = {it.user.key: it.status for it in list_users(feed.directory, "2026-11-02")}
    assert standing == {"FR01/1": "active", "FR01/2": "ended", "FR01/3": "upcoming"}
    later = {it.user.key: it.status for it in list_users(feed.directory, "2026-12-01")}
    assert later["FR01/3"] == "active"


def test_a_user_comes_with_history(feed: FeedHarness) -> None:
    """Everything that was done to a user, from the first import on."""
    feed.send(write_csv(*ROWS), "2026-11-01")
    feed.send(write_csv(make_row("1", lastName="Durand"), *ROWS[1:]), "2026-11-02")
    record = get_user(feed.directory, "FR01/1", "2026-11-02")
    assert record.status == "active"
    assert record.user.values["lastName"] == "Durand"
    assert [it.change.kind for it in record.history] == ["create", "update"]
    with pytest.raises(UserNotFound, match="FR01/9"):
        get_user(feed.directory, "FR01/9", "2026-11-02")


def test_users_can_be_exported(feed: FeedHarness) -> None:
    """One flat row a user, whose columns mean the same in every row."""
    feed.send(write_csv(*ROWS))
    rows = list(export_users(feed.directory, "2026-11-02"))
    assert [it["key"] for it in rows] == ["FR01/1", "FR01/2", "FR01/3"]
    assert rows[1] == {
        "key": "FR01/2",
        "status": "ended",
        "manager": "FR01/1",
        "feed": "acme-payroll:/hr/users",
        "legalEntity": "FR01",
        "employeeNumber": "2",
        "lastName": "Dupont 2",
        "firstName": "Léa",
        "mail": "lea.2@acme.example",
        "dtContractStart": "2020-02-01",
        "dtContractEnd": "2026-10-31",
    }


def test_asking_makes_no_directory(tmp_path: Path) -> None:
    """A client without a directory has no users, and no file is made by asking."""
    path = tmp_path / "directory.db"
    assert list_users(path, "2026-11-02") == []
    assert list_imports(path) == []
    assert not path.exists()
