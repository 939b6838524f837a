"""Addresses of clients, and whether they are in a network."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def address_of(peer: str) -> Address:
    """The address of a peer: without its zone, and the IPv4 one where it is mapped into IPv6."""
    address = ipaddress.ip_address(peer.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address
    return address


def is_within(peer: str, networks: Iterable[Network]) -> bool:
    """Whether a peer is in one of these networks."""
    address = address_of(peer)
    return any(address in network for network in networks)
