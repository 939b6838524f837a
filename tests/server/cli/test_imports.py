"""`wharfinger import …` on a home with imports."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from importlib import resources

import pytest
from click.testing import CliRunner, Result

from firm import CSV, HEADER, provision, push
from wharfinger import Server
from wharfinger.hooks import engine, order
from wharfinger.hooks.engine import OutOfOrder, UndoHeld
from wharfinger.server.cli import cli
from wharfinger.server.home import Home


@pytest.fixture
def wharfinger(home: Home) -> Callable[..., Result]:
    """Run a command on the home."""

    def run(*command: str) -> Result:
        return CliRunner().invoke(cli, [*command, "--home", str(home.root)])

    return run


@pytest.fixture
def held(start: Callable[..., Server], wharfinger: Callable[..., Result]) -> str:
    """A held import."""
    server = start()
    provision(server, first_import="hold")
    upload = push(server)
    assert server.wait_for_import(upload).state == "held"
    return upload


def test_a_held_import_is_listed_with_its_time(
    held: str, wharfinger: Callable[..., Result]
) -> None:
    """And `show` tells the plan's hash and the commands that decide."""
    listed = wharfinger("import", "list").output
    assert f"Held: {held} (until 20" in listed
    (row,) = json.loads(wharfinger("import", "list", "--json").output)
    assert row["expires_at"]
    shown = wharfinger("import", "show", held).output
    plan = json.loads(wharfinger("import", "show", held, "--json").output)["plan_hash"]
    assert f"Plan: {plan}" in shown
    assert f"wharfinger import approve {held} --plan {plan[:12]}" in shown


def test_an_approval_of_another_plan_shows_the_present_one(
    held: str, wharfinger: Callable[..., Result]
) -> None:
    """It is refused with exit code 1, what the plan is now, and what to do."""
    result = wharfinger("import", "approve", held, "--plan", "0123456789ab")
    assert result.exit_code == 1
    assert "3 new users" in result.output
    assert "would now change something else" in str(result.exception)
    shown = json.loads(wharfinger("import", "show", held, "--json").output)
    approved = wharfinger("import", "approve", held, "--plan", shown["plan_hash"][:12])
    assert approved.exit_code == 0
    assert f"{held} applied: The file was applied: 3 new users." in approved.output


def test_what_waited_for_a_decision_is_told_with_it(
    start: Callable[..., Server], wharfinger: Callable[..., Result]
) -> None:
    """A delta behind a held file follows at once."""
    server = start()
    provision(server, first_import="hold")
    full = push(server)
    server.wait_for_import(full)
    server._runtime.registry.edit_folder("acme-payroll", "/hr/users", mode="delta")
    row = f"{HEADER}\r\nFR01;00009;Dû;Léa;lea@acme.example;01/02/2020\r\n"
    delta = push(server, row.encode(), "/hr/users/delta.csv")
    assert server.wait_for_import(delta).state == "held"
    refused = wharfinger("import", "approve", delta)
    assert refused.exit_code == 1
    assert isinstance(refused.exception, OutOfOrder)
    assert f"Approve or reject {full} first" in refused.exception.hint
    told = wharfinger("import", "reject", full).output
    assert f"Then {delta} held: The file waits for somebody to approve it." in told


def test_a_failed_import_is_listed_and_waited_for(
    start: Callable[..., Server],
    home: Home,
    wharfinger: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever waits for it is told at once, and the list says where to look."""
    monkeypatch.setattr(order, "RETRY_AFTER", (timedelta(0),))
    server = start()
    provision(server)
    (home.mappings / "users.toml").write_text("this is no mapping", "utf-8")
    upload = push(server, CSV)
    waited = wharfinger("import", "wait", upload, "--timeout", "30")
    assert waited.exit_code == 1
    assert f"{upload} failed: The file could not be imported" in waited.output
    assert f"Next: wharfinger upload show {upload}" in wharfinger("import", "list").output


def test_undoing_a_whole_import_is_confirmed_by_its_plan(
    start: Callable[..., Server], wharfinger: Callable[..., Result]
) -> None:
    """A dry run shows it; without the plan's hash it is refused, and says which command does it."""
    server = start()
    provision(server)
    upload = push(server)
    assert server.wait_for_import(upload).state == "applied"
    shown = wharfinger("import", "undo", upload, "--dry-run").output
    assert "would change back 3 users" in shown
    assert "3 of 3 active users would be removed or ended." in shown
    refused = wharfinger("import", "undo", upload)
    assert refused.exit_code == 1
    assert isinstance(refused.exception, UndoHeld)
    command = refused.exception.hint.partition("wharfinger ")[2].split()
    assert wharfinger(*command).output.startswith(f"{upload} undone: The import was undone.")
    assert wharfinger("user", "list", "--client", "acme").output.count("FR01") == 0


def test_leavers_that_wait_alone_are_decided_by_their_own_id(
    start: Callable[..., Server], home: Home, wharfinger: Callable[..., Result]
) -> None:
    """They are listed beside the import that applied the rest, and approved like any other."""
    users = (resources.files(engine) / "mappings" / "users.toml").read_text("utf-8")
    home.mappings.mkdir(exist_ok=True)
    (home.mappings / "users.toml").write_text(f'hold = "leavers"\n{users}', "utf-8")
    server = start()
    provision(server)
    server.wait_for_import(push(server))
    lines = CSV.decode("cp1252").splitlines()
    ended = [f"{lines[0]};dtContractEnd", *(f"{line};31/01/2024" for line in lines[1:])]
    upload = push(server, "\r\n".join([*ended, ""]).encode("cp1252"))
    assert server.wait_for_import(upload).state == "applied_with_warnings"
    assert f"Held: {upload}.leavers" in wharfinger("import", "list").output
    approved = wharfinger("import", "approve", f"{upload}.leavers")
    assert approved.exit_code == 0, approved.exception
    assert f"{upload}.leavers applied: The file was applied: 3 leavers." in approved.output
