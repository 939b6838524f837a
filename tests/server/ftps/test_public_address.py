"""The address that PASV tells (server/ftps/public_address.py)."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server
from wharfinger.server.ftps import PublicAddresses

BY_NETWORK = {
    IPv4Network("10.0.0.0/8"): IPv4Address("10.1.2.3"),
    IPv4Network("10.9.0.0/16"): IPv4Address("10.9.0.1"),
    IPv4Network("0.0.0.0/0"): IPv4Address("203.0.113.7"),
}


@pytest.mark.parametrize(
    ("peer", "told"),
    [
        ("10.0.0.1", "10.1.2.3"),
        ("10.9.8.7", "10.9.0.1"),
        ("198.51.100.1", "203.0.113.7"),
        ("::ffff:10.0.0.1", "10.1.2.3"),
        ("2001:db8::1", "192.0.2.1"),
    ],
)
def test_the_smallest_network_counts(peer: str, told: str) -> None:
    """A client is told the address of the smallest network that it is in, else the default."""
    assert PublicAddresses(BY_NETWORK, IPv4Address("192.0.2.1")).told_to(peer) == told


def test_nothing_is_told_but_what_is_set() -> None:
    """Without settings PASV tells the address that the client reached."""
    assert PublicAddresses().told_to("10.0.0.1") is None


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "(127,0,0,1,"),
        ({"public_address": "203.0.113.7"}, "(203,0,113,7,"),
        (
            {
                "public_address": "203.0.113.7",
                "public_addresses": {"127.0.0.0/8": "10.1.2.3", "10.0.0.0/8": "10.0.0.1"},
            },
            "(10,1,2,3,",
        ),
    ],
    ids=["none", "one", "by-network"],
)
def test_pasv_tells_it_and_epsv_needs_none(
    start: Callable[..., Server], settings: dict[str, object], told: str
) -> None:
    """PASV tells the address for the client's network; EPSV works through any NAT."""
    server = start(**settings)
    provision(server)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        assert told in ftp.command("PASV")
        assert ftp.store("/hr/users/users.csv", CSV).startswith("226")  # by EPSV
