"""A data connection: TLS, and an end that tells whether the file was whole.

Rules:
1. A file is whole when the client ends TLS with close_notify. A TCP end without it may be an
   attacker's or a router's, and a reset always is a loss (RFC 8446 §6.1).
2. No session ticket is sent to a client that uploads: it only writes, so it never reads the ticket,
   and closing a socket with unread data turns its end into a reset (issue giampaolo/pyftpdlib#602).
   A client that downloads gets one where it has to resume: OpenSSL's use each ticket once.
3. Bytes are read in the event loop, up to `_TURN` a turn, so that one connection cannot hold up the
   others; a full disk queue stops the reading.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from ..vfs import Ending, Refused

#: bytes read or written in one turn of the event loop
_TURN = 1 << 18
#: seconds for the TLS handshake
_HANDSHAKE = 30.0

Take = Callable[[bytes], Awaitable[None] | None]


class DataFailed(Exception):
    """The data connection failed; the text is the reply that the client gets."""


class DataConnection:
    """One transfer; made by pyftpdlib when it accepts a connection on a passive port."""

    def __init__(self, sock: socket.socket, control: object) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._control = control
        self._loop = asyncio.get_running_loop()
        self._buffer = memoryview(bytearray(_TURN))
        self._ended: asyncio.Future[Ending] | None = None
        self._writable: asyncio.Future[None] | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._seen = -1
        #: how the transfer was ended from outside
        self._cut: Ending | None = None
        self.connected = True
        #: bytes received or sent
        self.moved = 0

    async def secure(
        self, context: ssl.SSLContext, seconds: float, *, reuse: bool, sends: bool
    ) -> None:
        """Make the TLS handshake, with `reuse` only for who resumes the control's session.

        The context is the control connection's own, and so are the keys of its tickets: who resumes
        is who logged in. Raises DataFailed.
        """
        context.num_tickets = int(reuse and sends)
        try:
            self._socket = context.wrap_socket(
                self._socket,
                server_side=True,
                do_handshake_on_connect=False,
                suppress_ragged_eofs=False,
            )
            async with asyncio.timeout(min(_HANDSHAKE, seconds)):
                await self._handshake()
        except (OSError, TimeoutError) as error:
            raise DataFailed("425 The TLS handshake on the data connection failed.") from error
        if reuse and not self._socket.session_reused:
            raise DataFailed("522 Resume the TLS session of the control connection.")

    async def receive(self, take: Take, stall_timeout: float) -> Ending:
        """Hand all bytes to `take`; returns how the connection ended.

        Raises Refused when `take` does.
        """
        self._ended = self._loop.create_future()
        if self._cut is not None:
            return self._cut
        self._watch_stall(stall_timeout)
        self._read(take)
        try:
            return await self._ended
        finally:
            self._unwatch()

    async def send(self, blocks: AsyncIterator[bytes], stall_timeout: float) -> None:
        """Send all bytes, and TLS's goodbye. Raises DataFailed."""
        try:
            async for block in blocks:
                view = memoryview(block)
                while view:
                    view = view[await self._send_some(view, stall_timeout) :]
                self.moved += len(block)
            await self._say_goodbye(stall_timeout)
        except (OSError, TimeoutError) as error:
            raise DataFailed("426 The data connection was lost.") from error

    def end(self, ending: Ending) -> None:
        """End a transfer from outside: ABOR, or the control connection is gone."""
        self._cut = ending
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(ending)
        if self._writable is not None and not self._writable.done():
            self._writable.set_exception(ConnectionAbortedError())

    def close(self) -> None:
        """Close the connection; a transfer that runs is cut off."""
        if not self.connected:
            return
        self.connected = False
        self.end(Ending.CONNECTION_LOST)
        self._unwatch()
        # to a sender it is a courtesy; to a receiver it would say that the file was whole
        if isinstance(self._socket, ssl.SSLSocket) and self._ended is not None:
            with suppress(OSError, ValueError):
                self._socket.unwrap()
        self._socket.close()

    # receiving

    def _read(self, take: Take) -> None:
        """Take up to a turn's bytes, then wait for the socket, the disk or the others' turns."""
        if self._ended is None or self._ended.done():
            return
        filled, ending = self._fill()
        try:
            pause = take(bytes(self._buffer[:filled])) if filled else None
        except Refused as refused:
            self._ended.set_exception(refused)
            return
        self.moved += filled
        if pause is not None:
            self._loop.remove_reader(self._socket)
            paused = asyncio.ensure_future(pause)
            paused.add_done_callback(lambda done: self._go_on(done, take, ending))
        elif ending is not None:
            self._ended.set_result(ending)
        else:
            self._loop.add_reader(self._socket, self._read, take)
            if filled == _TURN:  # OpenSSL may hold more, which the kernel does not know of
                self._loop.call_soon(self._read, take)

    def _go_on(self, paused: asyncio.Future[None], take: Take, ending: Ending | None) -> None:
        if self._ended is None or self._ended.done():
            return
        error = paused.exception()
        if error is not None:
            self._ended.set_exception(error)
        elif ending is not None:
            self._ended.set_result(ending)
        else:
            self._read(take)

    def _fill(self) -> tuple[int, Ending | None]:
        """Read into the buffer; returns the bytes read, and the ending if this is the end."""
        filled = 0
        while filled < _TURN:
            try:
                count = self._socket.recv_into(self._buffer[filled:])
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
                return filled, None
            except ssl.SSLZeroReturnError:
                return filled, Ending.CLOSE_NOTIFY
            except OSError:  # cut off, reset, or no TLS at all any more
                return filled, Ending.NO_CLOSE_NOTIFY
            if not count:
                return filled, Ending.CLOSE_NOTIFY
            filled += count
        return filled, None

    # sending

    async def _send_some(self, view: memoryview, stall_timeout: float) -> int:
        while True:
            if self._cut is not None:
                raise ConnectionAbortedError
            try:
                return self._socket.send(view[:_TURN])
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
                async with asyncio.timeout(stall_timeout):
                    await self._ready(write=True)

    async def _say_goodbye(self, stall_timeout: float) -> None:
        """Send close_notify; the client's own is not waited for."""
        assert isinstance(self._socket, ssl.SSLSocket)  # noqa: S101 - for mypy
        while True:
            try:
                self._socket.unwrap()
            except ssl.SSLWantWriteError:
                async with asyncio.timeout(stall_timeout):
                    await self._ready(write=True)
            except ssl.SSLWantReadError:
                return
            else:
                return

    async def _handshake(self) -> None:
        assert isinstance(self._socket, ssl.SSLSocket)  # noqa: S101 - for mypy
        while True:
            try:
                self._socket.do_handshake()
            except ssl.SSLWantReadError:
                await self._ready(write=False)
            except ssl.SSLWantWriteError:
                await self._ready(write=True)
            else:
                return

    async def _ready(self, *, write: bool) -> None:
        """Wait until the socket can be written to, or read from."""
        ready: asyncio.Future[None] = self._loop.create_future()
        self._writable = ready

        def wake() -> None:
            if not ready.done():
                ready.set_result(None)

        watch = self._loop.add_writer if write else self._loop.add_reader
        unwatch = self._loop.remove_writer if write else self._loop.remove_reader
        watch(self._socket, wake)
        try:
            await ready
        finally:
            if self.connected:
                unwatch(self._socket)

    # the stall watch

    def _watch_stall(self, seconds: float) -> None:
        if self.moved == self._seen:
            self.end(Ending.STALLED)
            return
        self._seen = self.moved
        self._stall = self._loop.call_later(seconds, self._watch_stall, seconds)

    def _unwatch(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
