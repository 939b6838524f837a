"""The guard: bans that outlive a restart, and owners that are not locked out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wharfinger.server.accounts import BanList, BanRules, Bans, Guard, Registry
from wharfinger.server.database import Database
from wharfinger.server.exceptions import NotFound
from wharfinger.server.migrations import migrations

PEER = "203.0.113.7"
RULES = BanRules(after=3, window=60, time=100)


class Clock:
    """A time that the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, tzinfo=UTC)

    def __call__(self) -> datetime:
        """What time it is."""
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let time go by."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def another(tmp_path: Path, database: Database) -> Iterator[Callable[[], Bans]]:
    """Opens the bans as another process would."""
    opened: list[Database] = []

    def open_bans() -> Bans:
        opened.append(Database(tmp_path / "wharfinger.db", migrations))
        return Bans(opened[-1])

    yield open_bans
    for connection in opened:
        connection.close()


def test_a_ban_is_seen_by_others_and_ends(
    bans: Bans, clock: Clock, another: Callable[[], Bans]
) -> None:
    """The gate and the CLI read it from the database; it holds for its time, and no longer."""
    guard, gate = Guard(bans, RULES, clock=clock), BanList(another(), clock=clock)
    for _ in range(3):
        assert not gate.holds(PEER)
        assert guard.failed("acme", PEER) > 0
    assert gate.holds(PEER)
    assert guard.refuses(PEER)
    [ban] = another().active(clock())
    assert (ban.address, ban.failures, ban.why) == (PEER, 3, "3 failed logins within 60 seconds")
    clock.pass_by(101)
    assert not gate.holds(PEER)
    assert not guard.refuses(PEER)


def test_a_second_ban_is_longer_until_a_day_has_passed(bans: Bans, clock: Clock) -> None:
    """A source that was banned yesterday begins anew."""
    guard = Guard(bans, RULES, clock=clock)
    lengths = []
    for wait in (101, 201, 86400 + 401, 0):
        for _ in range(3):
            guard.failed("acme", PEER)
        [ban] = bans.active(clock())
        lengths.append((ban.until - ban.since).total_seconds())
        clock.pass_by(wait)
    assert lengths == [100, 200, 400, 100]


def test_a_lifted_ban_is_lifted_at_the_next_connection(
    bans: Bans, clock: Clock, another: Callable[[], Bans]
) -> None:
    """By whatever process; the failures before it count no more."""
    guard, gate = Guard(bans, RULES, clock=clock), BanList(another(), clock=clock)
    for _ in range(3):
        guard.failed("acme", PEER)
    assert gate.holds(PEER)
    another().lift(PEER)
    assert not gate.holds(PEER)
    guard.failed("acme", PEER)
    assert not gate.holds(PEER)
    with pytest.raises(NotFound, match="not banned"):
        bans.lift(PEER)


def test_the_owner_of_a_login_under_attack_gets_in(
    registry: Registry, bans: Bans, clock: Clock
) -> None:
    """At once from where it has logged in before, also after a restart; later from elsewhere."""
    registry.add_account("acme", client="acme")
    Guard(bans, RULES, clock=clock).succeeded("acme", PEER)
    guard = Guard(bans, RULES, clock=clock)
    for n in range(50):
        guard.failed("acme", f"198.51.100.{n}")
    assert guard.wait_before_yes("acme", PEER) == 0
    assert guard.wait_before_yes("acme", "192.0.2.1") > 5


def test_one_login_in_other_letters_is_the_same(bans: Bans, clock: Clock) -> None:
    """What SASLprep makes the same counts as the same."""
    guard = Guard(bans, BanRules(), clock=clock)
    waits = [guard.failed("\uff41cme", f"198.51.100.{n}") for n in range(40)]
    assert guard.failed("acme", "192.0.2.1") == max(waits) > 5


def test_so_many_bans_and_sources_are_kept(
    registry: Registry, bans: Bans, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database does not grow with an attack."""
    monkeypatch.setattr("wharfinger.server.accounts.bans._MOST_BANS", 4)
    registry.add_account("acme", client="acme")
    guard = Guard(bans, RULES, clock=clock)
    for n in range(30):
        for _ in range(3):
            guard.failed("acme", f"198.51.100.{n}")
        guard.succeeded("acme", f"198.51.100.{n}")
        clock.pass_by(1)
    assert [ban.address for ban in bans.active(clock())] == [
        f"198.51.100.{n}" for n in range(26, 30)
    ]
    assert not bans.knows("acme", "198.51.100.13")
    assert bans.knows("acme", "198.51.100.14")
