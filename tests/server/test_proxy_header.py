"""The PROXY header: read to its last byte, believed only where it is right."""

from __future__ import annotations

import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.server.proxy_header import (
    LONGEST_BLOCK,
    LONGEST_LINE,
    SIGNATURE,
    ProxyHeaderInvalid,
    missing,
    source_address,
)

LONGEST = max(LONGEST_LINE, LONGEST_BLOCK + 16)


def block(
    body: bytes, *, command: int = 0x21, family: int = 0x11, length: int | None = None
) -> bytes:
    """A header of version 2."""
    fixed = struct.pack("!BBH", command, family, len(body) if length is None else length)
    return SIGNATURE + fixed + body


def addresses(source: str, target: str) -> bytes:
    """The addresses and ports of a header of version 2."""
    packed = [ipaddress.ip_address(text).packed for text in (source, target)]
    return b"".join(packed) + struct.pack("!HH", 40000, 22)


V4 = addresses("203.0.113.7", "192.0.2.1")
V6 = addresses("2001:db8::7", "2001:db8::1")


def read(stream: bytes) -> tuple[str | None, bytes]:
    """What a header names, and what follows it, as the gate reads it."""
    taken = 0
    while length := missing(stream[:taken]):
        if taken + length > len(stream):
            raise ProxyHeaderInvalid("the stream ends")
        taken += length
        assert taken <= LONGEST
    return source_address(stream[:taken]), stream[taken:]


@pytest.mark.parametrize(
    ("header", "source"),
    [
        (b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 22\r\n", "203.0.113.7"),
        (b"PROXY TCP6 2001:db8::7 2001:db8::1 65535 0\r\n", "2001:db8::7"),
        (b"PROXY UNKNOWN\r\n", None),
        (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", None),
        (block(V4), "203.0.113.7"),
        (block(V6, family=0x21), "2001:db8::7"),
        (block(V4 + b"\x04\x00\x02ab"), "203.0.113.7"),
        (block(b"", command=0x20, family=0), None),
        (block(V4, command=0x20), None),
        (block(bytes(216), family=0x31), None),
        (block(b"", family=0), None),
    ],
)
def test_a_right_header_names_the_client(header: bytes, source: str | None) -> None:
    """Or nobody; what follows is left for the protocol."""
    assert read(header + b"SSH-2.0-x\r\n") == (source, b"SSH-2.0-x\r\n")


@pytest.mark.parametrize(
    "header",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 22\n" + b"x" * 100,
        b"PROXY TCP4 203.0.113.7 192.0.2.1 40000\r\n",
        b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 22 1\r\n",
        b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 65536\r\n",
        b"PROXY TCP4 203.0.113.7 192.0.2.1 -1 22\r\n",
        b"PROXY TCP4 203.0.113.7  192.0.2.1 40000 22\r\n",
        b"PROXY TCP4 2001:db8::7 192.0.2.1 40000 22\r\n",
        b"PROXY TCP6 fe80::1%eth0 ::1 40000 22\r\n",
        b"PROXY TCP5 203.0.113.7 192.0.2.1 40000 22\r\n",
        b"PROXY \xff\xff\xff\xff\xff\xff\xff\r\n",
        b"PROXY \r\nTCP4 203.0.113.7 192.0.2.1 40000 22\r\n",
        b"PROXY " + b"x" * 200,
        block(V4, command=0x11),
        block(V4, command=0x22),
        block(V4, family=0x12),
        block(V4, family=0x41),
        block(V4[:-1]),
        block(V4, family=0x21),
        block(V4 + bytes(LONGEST_BLOCK)),
        block(V4, length=20),
    ],
)
def test_a_wrong_header_is_not_believed(header: bytes) -> None:
    """Not in any part."""
    with pytest.raises(ProxyHeaderInvalid):
        read(header)


@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=300).map(lambda tail: b"PROXY " + tail),
        st.binary(max_size=300).map(lambda tail: SIGNATURE + tail),
        st.binary(max_size=60).map(block),
        st.tuples(st.sampled_from([b"TCP4", b"TCP6"]), st.text(max_size=60)).map(
            lambda parts: b"PROXY " + parts[0] + b" " + parts[1].encode() + b"\r\n"
        ),
    )
)
def test_whatever_comes_is_a_header_or_is_refused(stream: bytes) -> None:
    """Within bounded bytes; what it names is an address."""
    try:
        source, _ = read(stream)
    except ProxyHeaderInvalid:
        return
    if source is not None:
        ipaddress.ip_address(source)
