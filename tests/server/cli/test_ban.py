"""`wharfinger ban …`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from command import Run
from wharfinger.server.accounts import Ban, Bans
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.migrations import migrations

ADDRESSES = ("203.0.113.7", "2001:db8::/64")


@pytest.fixture
def banned(firm_home: Home) -> None:
    """Two addresses are banned."""
    database = Database(firm_home.database, migrations)
    now = datetime.now(UTC)
    for address in ADDRESSES:
        until = now + timedelta(minutes=10)
        ban = Ban(address=address, since=now, until=until, why="guessed", failures=20, times=1)
        Bans(database).add(ban)
    database.close()


@pytest.mark.usefixtures("banned")
def test_bans_are_listed(run: Run) -> None:
    """With why, and until when."""
    listed = run("ban", "list", "--json").json
    assert {ban["address"] for ban in listed} == set(ADDRESSES)
    assert {(ban["why"], ban["failures"]) for ban in listed} == {("guessed", 20)}
    assert "203.0.113.7" in run("ban", "list").out


@pytest.mark.usefixtures("banned")
@pytest.mark.parametrize("address", ["2001:db8::17", "2001:db8::/64"])
def test_one_ban_is_lifted(run: Run, address: str) -> None:
    """Named as it is listed, or by any address in it; the other one stays."""
    assert run("ban", "lift", address).out == "Lifted 1 ban.\n"
    assert [ban["address"] for ban in run("ban", "list", "--json").json] == [ADDRESSES[0]]


@pytest.mark.usefixtures("banned")
def test_all_bans_are_lifted(run: Run) -> None:
    """By one word."""
    assert run("ban", "lift", "--all", "--json").json == {"lifted": 2}
    assert run("ban", "list").out == "Nobody is banned.\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["192.0.2.1"], 1, "192.0.2.1 is not banned"),
        (["here"], 1, "no IP address"),
        ([], 2, "give an ADDRESS"),
        (["192.0.2.1", "--all"], 2, "give an ADDRESS"),
    ],
)
def test_what_cannot_be_lifted(run: Run, words: list[str], code: int, said: str) -> None:
    """Is said in one line."""
    ran = run("ban", "lift", *words)
    assert ran.code == code
    assert said in ran.err
