"""The commands about folders, and what is late in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wharfinger.server.accounts import Registry
from wharfinger.server.cli import cli
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.migrations import migrations

FOLDER = ("acme-payroll", "/hr/users")


@pytest.fixture
def wharfinger(home: Home) -> Callable[..., Result]:
    """Runs a command in a home with a folder."""

    def run(*arguments: str) -> Result:
        found = CliRunner().invoke(cli, [*arguments], env={"WHARFINGER_HOME": str(home.root)})
        assert found.exit_code == 0, found.output
        return found

    run("client", "add", "acme")
    run("account", "add", "acme-payroll", "--client", "acme", "--generate-password")
    run("folder", "add", *FOLDER, "--name", "Users", "--mapping", "users")
    return run


def folder(wharfinger: Callable[..., Result]) -> dict[str, Any]:
    """The folder as JSON."""
    found: dict[str, Any] = json.loads(wharfinger("folder", "show", *FOLDER, "--json").output)
    return found


def test_whom_to_tell_is_kept_with_the_folder(wharfinger: Callable[..., Result]) -> None:
    """Given more than once, shown, and taken away again."""
    people = ("--notify", "lea@acme.test", "--notify", "max@acme.test")
    wharfinger("folder", "edit", *FOLDER, *people, "--language", "fr", "--mail-details", "full")
    found = folder(wharfinger)
    assert found["notify"] == ["lea@acme.test", "max@acme.test"]
    assert (found["language"], found["mail_details"], found["notify_on"]) == (
        "fr",
        "full",
        "change",
    )
    assert "lea@acme.test" in wharfinger("folder", "list", "acme-payroll").output
    wharfinger("folder", "edit", *FOLDER, "--no-notify")
    assert folder(wharfinger)["notify"] == []
    assert folder(wharfinger)["language"] == "fr"


def test_a_file_that_is_late_is_listed(home: Home, wharfinger: Callable[..., Result]) -> None:
    """As a line of `upload list`, once its time has passed since it was stated."""
    wharfinger("folder", "edit", *FOLDER, "--expect-by", "00:00", "--expect-days", "mon-sun")
    assert "00:00" in wharfinger("folder", "list", "acme-payroll").output
    assert "late:" not in wharfinger("upload", "list").output
    database = Database(home.database, migrations)
    since = (datetime.now(UTC) - timedelta(days=9)).isoformat()
    Registry(database).edit_folder(*FOLDER, expect_since=since)
    database.close()
    told = wharfinger("upload", "list").output
    assert "late: no file came into acme, acme-payroll /hr/users by 00:00 on 20" in told
    (late,) = json.loads(wharfinger("upload", "list", "--json").output)
    assert (late["id"], late["state"], late["folder"]) == (None, "late", "/hr/users")
    assert json.loads(wharfinger("upload", "list", "--client", "acme", "--json").output) == [late]
    wharfinger("folder", "edit", *FOLDER, "--no-expect")
    assert json.loads(wharfinger("upload", "list", "--json").output) == []
