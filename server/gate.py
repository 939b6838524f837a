"""The gate before the edges: accepts connections, and keeps their number within bounds.

The accept loop is our own because pyftpdlib closes its listener for good when descriptors run out,
and because both protocols share the bounds.
"""

from __future__ import annotations

import asyncio
import errno
import resource
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from .accounts.address import Network, is_within
from .accounts.guest import Guest, receive
from .accounts.throttle import source_of
from .exceptions import ListenerFailed
from .proxy_header import ProxyHeaderInvalid, missing, source_address

_log = structlog.get_logger()

#: the listener itself cannot be used: to try again would only hold up the event loop
_LISTENER_GONE = {errno.EBADF, errno.EINVAL, errno.ENOTSOCK}
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
#: seconds to wait before accepting again when the system has no descriptor left
_EXHAUSTED_PAUSE = 0.2
#: descriptors that newcomers do not get: what runs needs them to end well
_RESERVE = 64
_BACKLOG = 256
#: seconds in which the PROXY header has to come
_HEADER_TIMEOUT = 5.0


Serve = Callable[[socket.socket], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many connections are let in at the same time."""

    most: int
    most_per_address: int
    #: of those that have not logged in
    most_unknown: int


class Gate:
    """Lets connections in over all listeners, or hangs up on them.

    Connections from `proxies` have to begin with a PROXY header, and count for the address that it
    names; from others, none is read.
    """

    def __init__(
        self,
        bounds: Bounds,
        *,
        banned: Callable[[str], bool] = lambda _: False,
        proxies: Sequence[Network] = (),
    ) -> None:
        self._bounds = bounds
        self._banned = banned
        self._proxies = proxies
        self._guests: set[Guest] = set()
        self._by_source: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        #: reason -> connections that were hung up on
        self.refused: Counter[str] = Counter()

    async def accept(self, listener: socket.socket, serve: Serve) -> None:
        """Accept connections until cancelled; `serve` is run for each.

        Raises OSError where the listener is gone.
        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, address = await loop.sock_accept(listener)
            except OSError as error:
                if error.errno in _LISTENER_GONE:
                    raise
                # the peer may also be gone before it was accepted (ECONNABORTED)
                if error.errno in _EXHAUSTED:
                    await asyncio.sleep(_EXHAUSTED_PAUSE)
                continue
            self._admit(sock, Guest(str(address[0])), serve)

    def _admit(self, sock: socket.socket, guest: Guest, serve: Serve) -> None:
        proxied = is_within(guest.peer, self._proxies)
        # a proxy is not counted as an address: many come through it
        reason = self._too_many(sock) or (None if proxied else self._reason_against(guest))
        if reason is not None:
            self._refuse(sock, guest, reason)
            return
        sock.setblocking(False)
        self._guests.add(guest)
        task = asyncio.create_task(self._receive(sock, guest, serve, proxied=proxied))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _receive(
        self, sock: socket.socket, guest: Guest, serve: Serve, *, proxied: bool
    ) -> None:
        try:
            if proxied:
                guest.peer = await _read_source(sock) or guest.peer
                reason = self._reason_against(guest)
                if reason is not None:
                    return self._refuse(sock, guest, reason)
            await self._serve(sock, guest, serve)
        except (ProxyHeaderInvalid, TimeoutError, OSError) as error:
            self._refuse(sock, guest, "no PROXY header", error=str(error))
        finally:
            sock.close()
            self._guests.discard(guest)
        return None

    async def _serve(self, sock: socket.socket, guest: Guest, serve: Serve) -> None:
        source = source_of(guest.peer)
        self._by_source[source] += 1
        receive(guest)
        try:
            await serve(sock)
        except Exception:  # noqa: BLE001 - one connection's error is no other's
            _log.exception("a connection failed", peer=guest.peer)
        finally:
            self._by_source[source] -= 1
            if not self._by_source[source]:
                del self._by_source[source]

    def _too_many(self, sock: socket.socket) -> str | None:
        if _is_reserved(sock.fileno()):
            return "too few descriptors left"
        if len(self._guests) >= self._bounds.most:
            return "too many"
        if sum(not guest.known for guest in self._guests) >= self._bounds.most_unknown:
            return "too many that have not logged in"
        return None

    def _reason_against(self, guest: Guest) -> str | None:
        """Why this address is not let in, if it is not."""
        if self._by_source[source_of(guest.peer)] >= self._bounds.most_per_address:
            return "too many from its address"
        return "banned" if self._banned(guest.peer) else None

    def _refuse(self, sock: socket.socket, guest: Guest, reason: str, **details: str) -> None:
        sock.close()
        self.refused[reason] += 1
        times = self.refused[reason]
        # a flood is told of at its 1st, 2nd, 4th, 8th, … connection
        if times & (times - 1) == 0:
            _log.warning(
                "connection refused", reason=reason, peer=guest.peer, times=times, **details
            )

    async def wait_empty(self) -> None:
        """Wait until every connection has ended."""
        if self._tasks:
            await asyncio.wait(self._tasks)


def _is_reserved(descriptor: int) -> bool:
    """Whether so few are left that this one should not be used; the system gives the lowest."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return limit != resource.RLIM_INFINITY and descriptor >= limit - min(_RESERVE, limit // 4)


async def _read_source(sock: socket.socket) -> str | None:
    """The address that the PROXY header names. Raises ProxyHeaderInvalid, TimeoutError, OSError."""
    loop = asyncio.get_running_loop()
    header = b""
    async with asyncio.timeout(_HEADER_TIMEOUT):
        while length := missing(header):
            received = await loop.sock_recv(sock, length)
            if not received:
                raise ProxyHeaderInvalid("the connection ended within the PROXY header")
            header += received
    return source_address(header)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises ListenerFailed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ListenerFailed(
            f"cannot listen on {host}:{port}: {error.strerror}",
            hint="is another server on that port? Ports below 1024 also need a privilege"
            " (CAP_NET_BIND_SERVICE)",
        ) from error
    listener.setblocking(False)
    return listener
