"""Counting failed logins: what is slowed down, who is banned, and what is remembered."""

from __future__ import annotations

import ipaddress

import pytest

from wharfinger.server.accounts.throttle import (
    DELAYS,
    LONGEST_BAN,
    MOST_COUNTED,
    BanRules,
    Throttle,
    ban_length,
    delay_after,
    source_of,
)

RULES = BanRules(after=5, window=60, time=10)


@pytest.mark.parametrize(
    ("peer", "source"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_source_is_what_one_subscriber_has(peer: str, source: str) -> None:
    """An IPv4 address however it is written, and a whole /64."""
    assert source_of(peer) == source


def test_no_is_said_later_and_later() -> None:
    """And never so late that a login times out."""
    waits = [delay_after(failures) for failures in range(40)]
    assert waits == sorted(waits)
    assert waits[0] == 0 < waits[1]
    assert max(waits) == DELAYS[0][1] < 30


def test_a_source_is_banned_for_its_failures_with_all_logins() -> None:
    """The fifth within the window does it, whatever the logins; the count begins anew then."""
    throttle = Throttle(RULES)
    banned = [throttle.failed(f"login-{n}", "203.0.113.7", n) for n in range(6)]
    assert banned == [None, None, None, None, 5, None]


def test_failures_outside_of_the_window_do_not_count() -> None:
    """Somebody who errs now and then is never banned."""
    throttle = Throttle(RULES)
    assert not any(throttle.failed("acme", "203.0.113.7", n * 20) for n in range(50))


def test_a_login_is_slowed_down_from_everywhere() -> None:
    """Failures from many sources add up for their login, and for no other."""
    throttle = Throttle(RULES)
    for n in range(40):
        throttle.failed("acme", f"203.0.113.{n}", 0)
    assert throttle.delay("acme", "198.51.100.1", 1) == DELAYS[0][1]
    assert throttle.delay("other", "198.51.100.1", 1) == 0


def test_a_success_clears_only_its_own_login() -> None:
    """Whoever has one account cannot use it to guess another's password for ever."""
    throttle, source = Throttle(RULES), "203.0.113.7"
    for _ in range(4):
        throttle.failed("own", source, 0)
    throttle.succeeded("own", source)
    outcomes = []
    for _ in range(5):
        outcomes.append(throttle.failed("victim", source, 1))
        throttle.succeeded("own", source)
    assert outcomes == [None, None, None, None, 5]


@pytest.mark.parametrize(
    ("peer", "exempt"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("::1", True),
        ("11.0.0.1", False),
        ("2001:db8::1", False),
    ],
)
def test_who_is_never_banned(peer: str, exempt: bool) -> None:
    """One address of a /64 is enough to exempt it: they are counted as one source."""
    never = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128")]
    assert Throttle(BanRules(never=never)).exempts(source_of(peer)) is exempt


def test_who_is_never_banned_is_slowed_down_by_login_all_the_same() -> None:
    """A source in `never_ban` may fail with many logins, not with one."""
    throttle = Throttle(BanRules(after=2, never=[ipaddress.ip_network("10.0.0.0/8")]))
    assert [throttle.failed(f"login-{n}", "10.0.0.1", 0) for n in range(40)] == [None] * 40
    assert throttle.delay("new", "10.0.0.1", 1) == 0
    for _ in range(40):
        throttle.failed("acme", "10.0.0.1", 0)
    assert throttle.delay("acme", "10.0.0.1", 1) == DELAYS[0][1]


def test_what_is_remembered_is_bounded() -> None:
    """Whatever number of sources and logins come, however long their names."""
    throttle = Throttle(BanRules(after=10**9))
    for n in range(MOST_COUNTED + 500):
        throttle.failed(f"{n:070}", str(ipaddress.ip_address(n)), 0)
        throttle.failed(f"login-{n}", "203.0.113.7", 0)
    assert len(throttle._sources) == len(throttle._logins) == MOST_COUNTED
    assert len(throttle._sources["203.0.113.7"].by_login) < 40
    assert throttle._sources["203.0.113.7"].total == MOST_COUNTED + 500


def test_bans_grow_up_to_a_day() -> None:
    """Each is twice the one before."""
    assert [ban_length(RULES, n) for n in range(3)] == [10, 20, 40]
    assert ban_length(RULES, 10**6) == LONGEST_BAN
