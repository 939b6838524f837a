"""Addresses of clients, and the networks that they are in."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from wharfinger.server.accounts.address import address_of, is_within


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:db8::5", "2001:db8::5"),
    ],
)
def test_an_address_is_known_however_it_is_written(peer: str, address: str) -> None:
    """As a listener for both families, or one with a zone, tells it."""
    assert str(address_of(peer)) == address


@pytest.mark.parametrize(
    ("peer", "within"),
    [
        ("192.0.2.7", True),
        ("::ffff:192.0.2.7", True),
        ("2001:db8::5", True),
        ("192.0.3.7", False),
        ("2001:db8::6", False),
    ],
)
def test_one_address_is_a_network_too(peer: str, within: bool) -> None:
    """A proxy may be named by its own address, in either family."""
    assert is_within(peer, [ip_network("192.0.2.0/24"), ip_network("2001:db8::5")]) is within
