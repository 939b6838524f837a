"""Known, unknown, disabled and key-only logins take the same time to refuse."""

from __future__ import annotations

import itertools
import math
import os
import time
from collections import defaultdict

import asyncssh
import paramiko
import pytest

from firm import PASSWORD
from wharfinger import Server

pytestmark = pytest.mark.skipif("WHARFINGER_SOAK" not in os.environ, reason="takes long: make soak")

LOGINS = ("acme-payroll", "nobody", "acme-off", "acme-key")
#: samples of each login: a connection may fail six times, and the first is not counted
ROUNDS, PER_CONNECTION = 16, 4
#: standard deviations that the ranks of two samples may be apart; chance does this once in 10,000
APART = 4.0


def refusals(server: Server, login: str) -> list[float]:
    """Seconds that each wrong password takes on one connection."""
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    transport.start_client(timeout=20)
    seconds = []
    for _ in range(PER_CONNECTION + 1):
        begin = time.perf_counter()
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_password(login, "wrong", fallback=False)
        seconds.append(time.perf_counter() - begin)
    transport.close()
    transport.join(10)
    return seconds[1:]


def apart(first: list[float], second: list[float]) -> float:
    """The Mann-Whitney statistic of two samples, in standard deviations."""
    above = sum((a > b) + (a == b) / 2 for a in first for b in second)
    n, m = len(first), len(second)
    return abs(above - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)


def test_the_time_of_a_refusal_tells_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Samples are taken in turns, so that a busy machine disturbs all of them alike.

    Without the waits for failures, which are the same for all, and would hide a difference.
    """
    monkeypatch.setattr("wharfinger.server.accounts.throttle.DELAYS", ())
    server.add_account("acme-off", client="acme", password=PASSWORD)
    server._runtime.registry.edit_account("acme-off", enabled=0)
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key()
    server.add_account("acme-key", client="acme", public_keys=[key])
    samples: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for login in LOGINS:
            samples[login] += refusals(server, login)
    for first, second in itertools.combinations(LOGINS, 2):
        assert apart(samples[first], samples[second]) < APART, (first, second)
