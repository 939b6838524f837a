"""`wharfinger audit …`, and what commands leave in the log."""

from __future__ import annotations

import click
import pytest

from command import Run
from firm import PASSWORD
from wharfinger.server.cli import cli
from wharfinger.server.cli.recorded import RECORDED
from wharfinger.server.home import Home

#: commands that change nothing that others see, and hand out nothing about people
READING = {
    *("account list", "account show", "audit list", "audit verify", "ban list", "certs check"),
    *(
        "certs show",
        "client list",
        "client show",
        "folder list",
        "folder show",
        "host list",
        "host show",
        "import list",
    ),
    *("import plan", "import show", "import wait", "mapping check", "mapping list"),
    *("mapping show", "upload list", "upload show", "user list", "user show"),
}
#: that begin a home, or run a server, which writes lines of its own
BEGINNING = {"demo", "init", "serve"}


def commands(command: click.Command, path: str = "") -> set[str]:
    """Every command."""
    if not isinstance(command, click.Group):
        return {path.strip()}
    return set().union(*(commands(c, f"{path} {n}") for n, c in command.commands.items()))


def test_every_command_is_recorded_or_reads_only() -> None:
    """A new one has to be put into one of the two tables."""
    assert commands(cli) == READING | BEGINNING | set(RECORDED)


def test_a_change_is_recorded_with_who_made_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account and the options' names; never a password, nor any other value."""
    monkeypatch.setattr("getpass.getuser", lambda: "marie")
    run("account", "edit", "acme-payroll", "--password-stdin", stdin=PASSWORD)
    run("account", "show", "acme-payroll")
    [event] = run("audit", "list", "--json").json
    told = {name: event[name] for name in ("seq", "event", "account", "person", "command")}
    assert told == {
        "seq": 1,
        "event": "change",
        "account": "acme-payroll",
        "person": "marie",
        "command": "account edit",
    }
    assert event["options"] == ["--password-stdin"]
    assert PASSWORD not in str(event)


def test_what_was_refused_is_no_change(run: Run) -> None:
    """It leaves no line."""
    assert run("account", "disable", "nobody").code == 1
    assert run("audit", "list").out == "Nothing has been recorded.\n"


def test_events_are_chosen(run: Run) -> None:
    """By account, and by day."""
    run("client", "add", "other")
    run("account", "disable", "acme-payroll")
    assert len(run("audit", "list", "--json").json) == 2
    [event] = run("audit", "list", "--account", "acme-payroll", "--json").json
    assert event["command"] == "account disable"
    assert run("audit", "list", "--since", "2999-01-01", "--json").json == []


def test_a_changed_line_is_named(run: Run, firm_home: Home) -> None:
    """By its file and number, with exit code 1."""
    run("client", "add", "other")
    run("client", "add", "third")
    assert run("audit", "verify").out == "All 2 lines are as they were written.\n"
    [file] = firm_home.audit.iterdir()
    file.write_bytes(file.read_bytes().replace(b"other", b"othor"))
    ran = run("audit", "verify", "--json")
    assert ran.code == 1
    assert ran.json["faults"] == [
        {"file": file.name, "line": 1, "problem": "line 1 was changed"},
    ]
    assert "line 1 was changed" in run("audit", "verify").out
