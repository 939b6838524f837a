"""The address that PASV tells: the one under which that client can reach the server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from ..accounts.address import address_of


@dataclass(frozen=True, slots=True)
class PublicAddresses:
    """Public addresses by client network; EPSV needs none of them."""

    by_network: Mapping[IPv4Network, IPv4Address] = field(default_factory=dict)
    #: for all others; None for the address that the client reached
    default: IPv4Address | None = None

    def told_to(self, peer: str) -> str | None:
        """The address for a client, of the smallest network that it is in."""
        address = address_of(peer)
        known = [network for network in self.by_network if address in network]
        smallest = max(known, key=lambda network: network.prefixlen, default=None)
        told = self.default if smallest is None else self.by_network[smallest]
        return None if told is None else str(told)
