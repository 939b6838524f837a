"""How guessing is slowed down and ended: failed logins, counted by login and by source.

Rules:
1. A *source* is an IPv4 address, or the /64 of an IPv6 one: that is what one subscriber has.
2. "No" is said later with each failure of its source, and with each failure of its login from
   anywhere. "Yes" waits too, so that hanging up early tells nothing; only a source from which that
   login has succeeded before does not wait. So nobody can lock out the owner of a login.
3. A source with too many failures within the window is banned, for longer each time.
4. A login that succeeds clears its own failures from its source; those for other logins stay.
5. Known, unknown and disabled logins count alike. Keys that are only offered do not count: an agent
   offers every key that it holds, and no key can be guessed.
"""

from __future__ import annotations

import ipaddress
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from .address import Network, address_of

#: failures -> seconds before the answer, all below what a login may take
DELAYS = ((32, 10.0), (16, 5.0), (8, 2.0), (4, 1.0), (1, 0.5))
#: of a ban, however often the source was banned before
LONGEST_BAN = 86400.0
#: sources, and logins, whose failures are remembered; those that failed longest ago go first
MOST_COUNTED = 10_000
#: logins that are told apart within one source, and characters of a login
_MOST_LOGINS = 32
_LONGEST_LOGIN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class BanRules:
    """When a source is banned."""

    #: failures within `window` seconds
    after: int = 20
    window: float = 600
    #: seconds of the first ban
    time: float = 600
    #: sources that touch one of these are never banned, nor slowed down for their own failures
    never: Sequence[Network] = ()


@dataclass(slots=True)
class _Failures:
    """Failed logins of one source or one login."""

    since: float
    by_login: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.by_login.total()


class Throttle:
    """Counts failures, within bounded memory; it is told the time, and waits for nothing."""

    def __init__(self, rules: BanRules) -> None:
        self.rules = rules
        self._sources: OrderedDict[str, _Failures] = OrderedDict()
        self._logins: OrderedDict[str, _Failures] = OrderedDict()

    def delay(self, login: str, source: str, now: float) -> float:
        """Seconds to wait before the answer, whatever it is."""
        counted = self._current(self._logins, _short(login), now)
        if not self.exempts(source):
            counted = max(counted, self._current(self._sources, source, now))
        return delay_after(counted)

    def failed(self, login: str, source: str, now: float) -> int | None:
        """Count a failure; returns how many there were if the source is to be banned now."""
        self._count(self._logins, _short(login), "", now)
        if self.exempts(source):
            return None
        failures = self._count(self._sources, source, _short(login), now)
        if failures < self.rules.after:
            return None
        del self._sources[source]
        return failures

    def succeeded(self, login: str, source: str) -> None:
        """Forget the failures of a login from its source."""
        failures = self._sources.get(source)
        if failures is not None:
            del failures.by_login[_short(login)]

    def exempts(self, source: str) -> bool:
        """Whether a source is never banned."""
        own = ipaddress.ip_network(source)
        return any(own.overlaps(network) for network in self.rules.never)

    def _current(self, table: OrderedDict[str, _Failures], key: str, now: float) -> int:
        failures = table.get(key)
        if failures is None or now - failures.since > self.rules.window:
            return 0
        return failures.total

    def _count(self, table: OrderedDict[str, _Failures], key: str, login: str, now: float) -> int:
        if not self._current(table, key, now):
            table[key] = _Failures(now)
        failures = table[key]
        table.move_to_end(key)
        if len(table) > MOST_COUNTED:
            table.popitem(last=False)
        told_apart = login in failures.by_login or len(failures.by_login) < _MOST_LOGINS
        failures.by_login[login if told_apart else ""] += 1
        return failures.total


def source_of(peer: str) -> str:
    """What an address counts as: itself, or its /64 where it is an IPv6 one."""
    address = address_of(peer)
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def delay_after(failures: int) -> float:
    """Seconds to wait after so many failures."""
    return next((seconds for least, seconds in DELAYS if failures >= least), 0.0)


def ban_length(rules: BanRules, bans_before: int) -> float:
    """Seconds of a ban: twice as long each time, up to a day."""
    return float(min(rules.time * 2.0 ** min(bans_before, 30), LONGEST_BAN))


def _short(login: str) -> str:
    return login[:_LONGEST_LOGIN]
