"""The gate: how many connections are let in, and what ends it."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from wharfinger.server.exceptions import ListenerFailed
from wharfinger.server.gate import Bounds, Gate, listen

ONE = Bounds(most=1, most_per_address=1, most_unknown=1)

Serve = Callable[[socket.socket], Awaitable[None]]


class Guests:
    """Connections that are held until they hang up."""

    def __init__(self) -> None:
        self.served = 0

    async def __call__(self, sock: socket.socket) -> None:
        """Wait until the client hangs up."""
        self.served += 1
        await asyncio.get_running_loop().sock_sendall(sock, b"hello")
        await asyncio.get_running_loop().sock_recv(sock, 1)


@asynccontextmanager
async def open_gate(gate: Gate, serve: Serve) -> AsyncIterator[Callable[[], Awaitable[bytes]]]:
    """A gate on a port; yields a function that connects, and returns what is heard then."""
    listener = listen("127.0.0.1", 0)
    accepting = asyncio.create_task(gate.accept(listener, serve))
    clients: list[socket.socket] = []

    async def connect() -> bytes:
        client = socket.socket()
        client.setblocking(False)
        clients.append(client)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, listener.getsockname())
        return await loop.sock_recv(client, 5)

    try:
        yield connect
    finally:
        for client in clients:
            client.close()
        await gate.wait_empty()
        accepting.cancel()
        await asyncio.wait([accepting])
        listener.close()


@pytest.mark.parametrize(
    ("most", "most_per_address", "most_unknown"), [(3, 9, 9), (9, 3, 9), (9, 9, 3)]
)
def test_no_more_than_so_many_are_let_in(
    no_leaks: None, most: int, most_per_address: int, most_unknown: int
) -> None:
    """Those above the bound are hung up on at once, the others go on."""

    async def story() -> None:
        guests = Guests()
        gate = Gate(Bounds(most=most, most_per_address=most_per_address, most_unknown=most_unknown))
        async with open_gate(gate, guests) as connect:
            heard = [await connect() for _ in range(5)]
            assert heard == [b"hello"] * 3 + [b""] * 2
        assert guests.served == 3

    asyncio.run(story())


def test_who_leaves_makes_room(no_leaks: None) -> None:
    """Also when serving fails."""

    async def fail(sock: socket.socket) -> None:
        raise RuntimeError("this connection is broken")

    async def story() -> None:
        gate = Gate(ONE)
        async with open_gate(gate, fail) as connect:
            for _ in range(5):
                assert await connect() == b""
                await gate.wait_empty()
        assert not gate._by_source
        assert not gate._guests

    asyncio.run(story())


def test_a_system_without_descriptors_is_waited_for(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepting goes on when there are some again; a peer that is gone again is passed over."""

    async def story() -> None:
        loop = asyncio.get_running_loop()
        accept, errors = loop.sock_accept, [errno.EMFILE, errno.ECONNABORTED]

        async def failing(listener: socket.socket) -> object:
            if errors:
                raise OSError(errors.pop(0), "injected")
            return await accept(listener)

        monkeypatch.setattr(loop, "sock_accept", failing)
        async with open_gate(Gate(ONE), Guests()) as connect:
            assert await connect() == b"hello"
        assert errors == []

    asyncio.run(story())


def test_a_listener_that_is_gone_ends_the_accepting(no_leaks: None) -> None:
    """As an error that is logged, rather than as a loop that holds up everything else."""

    async def story() -> None:
        listener = listen("127.0.0.1", 0)
        listener.close()
        with pytest.raises(OSError, match="descriptor"):
            await asyncio.wait_for(Gate(ONE).accept(listener, Guests()), 5)

    asyncio.run(story())


def test_a_port_that_cannot_be_had(no_leaks: None) -> None:
    """The error names it, and what to look for."""
    with listen("127.0.0.1", 0) as taken, pytest.raises(ListenerFailed, match="in use") as failed:
        listen(*taken.getsockname())
    assert "another server" in failed.value.hint


def test_ipv6_is_listened_on(no_leaks: None) -> None:
    """An address with colons is an IPv6 one."""
    with listen("::1", 0) as listener:
        assert listener.family == socket.AF_INET6
