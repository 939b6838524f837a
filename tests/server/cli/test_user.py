"""`wharfinger user`."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import Ran, Run
from wharfinger.hooks.engine import load_mapping, run_import
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv
from wharfinger.server.home import Home


@pytest.fixture(autouse=True)
def user(firm_home: Home, tmp_path: Path) -> None:
    """The client has one user."""
    (tmp_path / "feed").mkdir()
    feed = FeedHarness(tmp_path / "feed", load_mapping("users"))
    run_import(feed.request(write_csv(make_row("1"))), firm_home.client("acme").directory)


def edit(run: Run, *arguments: str) -> Ran:
    """Edit the user."""
    return run("user", "edit", "FR01/1", "--client", "acme", *arguments)


def test_a_user_is_edited(run: Run) -> None:
    """What was changed is told with what files will do to it, and who did it is kept."""
    answer = edit(run, "--set", "department=R&D", "--set", "login=lea=1", "--by", "Léa")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "Edited FR01/1: department - → R&D (until the next file says otherwise);"
        " login - → lea=1 (no file changes it)\n"
    )
    told = run("user", "show", "FR01/1", "--client", "acme", "--json").json
    assert (told["department"], told["edited"]) == ("R&D", ["department", "login"])
    assert [(it["import"], it["by"], it["kind"]) for it in told["history"]] == [
        ("import-1", None, "create"),
        (None, "Léa", "edit"),
    ]
    shown = run("user", "show", "FR01/1", "--client", "acme").out
    assert "edited here" in shown
    cleared = edit(run, "--clear", "department", "--json")
    assert "department" not in cleared.json
    assert edit(run, "--clear", "department").out == "FR01/1 is so already.\n"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "Say what to change"),
        (["--set", "department"], 2, "is not COLUMN=VALUE"),
        (["--set", "departement=RH"], 1, "Did you mean department?"),
        (["--set", "employeeNumber=2"], 1, "part of the key"),
        (["--set", "dtBirth=1/2/1980"], 1, "not a date such as 2026-12-31"),
        (["--clear", "lastName"], 1, "always has a value"),
        (["--clear", "csp", "--mapping", "none"], 1, "no mapping called none"),
    ],
)
def test_an_edit_that_cannot_be(run: Run, arguments: list[str], code: int, said: str) -> None:
    """One line says why, and nothing is changed."""
    answer = edit(run, *arguments)
    assert answer.code == code
    assert said in answer.err
    told = run("user", "show", "FR01/1", "--client", "acme", "--json").json
    assert "edited" not in told


def test_a_user_whose_folder_is_gone(run: Run) -> None:
    """Nobody can say then which mapping checks the edit, but whoever edits."""
    assert run("folder", "remove", "acme-payroll", "/hr/users").code == 0
    answer = edit(run, "--set", "csp=Cadre")
    assert answer.code == 1
    assert "--mapping" in answer.err
    assert edit(run, "--set", "csp=Cadre", "--mapping", "users").code == 0
