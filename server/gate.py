"""The gate before the edges: accepts connections, and keeps their number within bounds.

The accept loop is our own because pyftpdlib closes its listener for good when descriptors run out,
and because both protocols share the bounds.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import Counter
from collections.abc import Awaitable, Callable

import structlog

from .exceptions import ListenerFailed

_log = structlog.get_logger()

#: the listener itself cannot be used: to try again would only hold up the event loop
_LISTENER_GONE = {errno.EBADF, errno.EINVAL, errno.ENOTSOCK}
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
#: seconds to wait before accepting again when the system has no descriptor left
_EXHAUSTED_PAUSE = 0.2
_BACKLOG = 256


class Gate:
    """Counts connections over all listeners."""

    def __init__(
        self, *, most: int, most_per_address: int, banned: Callable[[str], bool] = lambda _: False
    ) -> None:
        self._banned = banned
        self._most = most
        self._most_per_address = most_per_address
        self._by_address: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(
        self, listener: socket.socket, serve: Callable[[socket.socket], Awaitable[None]]
    ) -> None:
        """Accept connections until cancelled; `serve` is run for each, and closes it.

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
            self._admit(sock, str(address[0]), serve)

    def _admit(
        self,
        sock: socket.socket,
        address: str,
        serve: Callable[[socket.socket], Awaitable[None]],
    ) -> None:
        if self._banned(address):
            sock.close()
            _log.info("connection refused: banned", peer=address)
            return
        if (
            self._by_address.total() >= self._most
            or self._by_address[address] >= self._most_per_address
        ):
            sock.close()
            _log.warning("connection refused: too many", peer=address)
            return
        sock.setblocking(False)
        self._by_address[address] += 1
        task = asyncio.create_task(self._serve(sock, address, serve))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self,
        sock: socket.socket,
        address: str,
        serve: Callable[[socket.socket], Awaitable[None]],
    ) -> None:
        try:
            await serve(sock)
        except Exception:  # noqa: BLE001 - one connection's error is no other's
            _log.exception("a connection failed", peer=address)
        finally:
            sock.close()
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    async def wait_empty(self) -> None:
        """Wait until every connection has ended."""
        if self._tasks:
            await asyncio.wait(self._tasks)


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
