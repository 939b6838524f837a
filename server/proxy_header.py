"""The PROXY protocol header, versions 1 and 2: how a proxy says who connects (haproxy's document).

Rules:
1. The header is read to its last byte and no further: what follows belongs to the protocol.
2. A header that is not whole, too long, or of something else than TCP is wrong, and never guessed
   at. So is none at all.
3. LOCAL and UNKNOWN name nobody: the connection is the proxy's own, such as a health check.
4. Type-length-values are passed over unread, a checksum among them too: TCP has one of its own.
"""

from __future__ import annotations

import ipaddress

#: first bytes of version 2; no header is shorter than these
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
#: bytes of a header of version 1, with its line end
LONGEST_LINE = 107
#: bytes of addresses and type-length-values that are taken; a certificate's name fits
LONGEST_BLOCK = 4096

_FIXED = len(SIGNATURE) + 4
_LOCAL, _PROXY = 0, 1
#: address family -> bytes of one address, and of two with their ports
_FAMILIES = {1: (4, 12), 2: (16, 36)}
#: families that name no network address: unspecified, and a Unix socket
_NAMELESS = {0, 3}
_STREAM = 1


class ProxyHeaderInvalid(ValueError):
    """What came is no header that can be trusted."""


def missing(data: bytes) -> int:
    """How many bytes are to be read next; 0 if the header is whole. Raises ProxyHeaderInvalid."""
    if len(data) < len(SIGNATURE):
        return len(SIGNATURE) - len(data)
    if data.startswith(SIGNATURE):
        return _missing_block(data)
    if not data.startswith(b"PROXY "):
        raise ProxyHeaderInvalid("there is no PROXY header")
    if data.endswith(b"\r\n"):
        return 0
    if len(data) >= LONGEST_LINE:
        raise ProxyHeaderInvalid("the line of the PROXY header does not end")
    return 1


def source_address(header: bytes) -> str | None:
    """The address that a whole header names, None if it names nobody. Raises ProxyHeaderInvalid."""
    if header.startswith(SIGNATURE):
        return _source_of_block(header)
    return _source_of_line(header)


def _missing_block(data: bytes) -> int:
    if len(data) < _FIXED:
        return _FIXED - len(data)
    length = int.from_bytes(data[_FIXED - 2 : _FIXED])
    if length > LONGEST_BLOCK:
        raise ProxyHeaderInvalid(f"a PROXY header of {length} bytes is too long")
    return _FIXED + length - len(data)


def _source_of_block(header: bytes) -> str | None:
    version, command = divmod(header[12], 16)
    family, transport = divmod(header[13], 16)
    if version != 2 or command not in (_LOCAL, _PROXY):
        raise ProxyHeaderInvalid(f"version and command {header[12]:#04x} are not known")
    if command == _LOCAL or family in _NAMELESS:
        return None
    if family not in _FAMILIES or transport != _STREAM:
        raise ProxyHeaderInvalid(f"family and transport {header[13]:#04x} are not TCP")
    one, both = _FAMILIES[family]
    if len(header) < _FIXED + both:
        raise ProxyHeaderInvalid("the addresses of the PROXY header are cut short")
    return str(ipaddress.ip_address(header[_FIXED : _FIXED + one]))


def _source_of_line(header: bytes) -> str | None:
    try:
        words = header.removesuffix(b"\r\n").decode("ascii").split(" ")
        if words[:2] == ["PROXY", "UNKNOWN"]:
            return None
        _, family, source, target, *ports = words
        read = {"TCP4": ipaddress.IPv4Address, "TCP6": ipaddress.IPv6Address}[family]
        addresses = [read(source), read(target)]
    except (KeyError, ValueError) as error:
        raise ProxyHeaderInvalid(f"the line of the PROXY header is wrong: {error}") from None
    if len(ports) != 2 or not all(map(_is_port, ports)) or "%" in source:
        raise ProxyHeaderInvalid("the ports of the PROXY header are wrong")
    return str(addresses[0])


def _is_port(text: str) -> bool:
    return text.isdigit() and len(text) <= 5 and int(text) <= 65535
