"""The guard of the logins: counts failures over both protocols, and bans who guesses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from .bans import Ban, Bans
from .credential import normalize_credential
from .throttle import DELAYS, BanRules, Throttle, ban_length, source_of

_log = structlog.get_logger()


class Guard:
    """Says who is banned, and how long an answer has to wait. Any thread may ask."""

    def __init__(
        self,
        bans: Bans,
        rules: BanRules,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._bans = bans
        self._throttle = Throttle(rules)
        self._clock = clock
        self._turn = threading.Lock()

    def refuses(self, peer: str) -> bool:
        """Whether an address was banned after it had connected."""
        return self._bans.holds(source_of(peer), self._clock())

    def wait_before_yes(self, login: str, peer: str) -> float:
        """Seconds before a right password is told that it is."""
        source = source_of(peer)
        with self._turn:
            delay = self._throttle.delay(login, source, self._clock().timestamp())
        return 0.0 if delay and self._bans.knows(login, source) else delay

    def failed(self, login: str, peer: str) -> float:
        """Count a failed login, and ban its source if that is enough; returns the wait for "no"."""
        source, now = source_of(peer), self._clock()
        name = normalize_credential(login) or ""
        if self._bans.holds(source, now):
            return DELAYS[0][1]
        with self._turn:
            failures = self._throttle.failed(name, source, now.timestamp())
            delay = self._throttle.delay(name, source, now.timestamp())
            if failures is not None:
                self._ban(source, now, failures)
        return delay

    def succeeded(self, login: str, peer: str) -> None:
        """Note that a login has succeeded."""
        source = source_of(peer)
        with self._turn:
            self._throttle.succeeded(login, source)
        self._bans.remember(login, source, self._clock().date())

    def _ban(self, source: str, now: datetime, failures: int) -> None:
        rules = self._throttle.rules
        before = self._bans.times(source, now)
        ban = Ban(
            address=source,
            since=now,
            until=now + timedelta(seconds=ban_length(rules, before)),
            why=f"{failures} failed logins within {rules.window:g} seconds",
            failures=failures,
            times=before + 1,
        )
        self._bans.add(ban)
        _log.warning("banned", address=source, until=ban.until.isoformat(), why=ban.why)


class BanList:
    """The bans as the gate asks for them, at each connection: read anew when they may have changed.

    It needs a database connection of its own: what others write is seen by that alone, and the
    event loop waits for nobody's disk.
    """

    def __init__(
        self, bans: Bans, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._bans = bans
        self._clock = clock
        self._version: int | None = None
        self._until: dict[str, datetime] = {}

    def holds(self, peer: str) -> bool:
        """Whether an address is banned now."""
        version = self._bans.version()
        if version != self._version:
            self._until = {ban.address: ban.until for ban in self._bans.active(self._clock())}
            self._version = version
        until = self._until.get(source_of(peer)) if self._until else None
        return until is not None and self._clock() < until
