"""The one module that touches pyftpdlib's private names.

tests/server/ftps/test_library.py holds what they must do, and fails when an upgrade changes it.

pyftpdlib speaks FTP on the control connection: its parser, its replies, its passive ports. What it
does not give:
1. A place in an asyncio loop. AsyncioLoop is its IOLoop interface on asyncio's own.
2. TLS that ends a data connection provably, and session tickets that can be switched off: pyOpenSSL
   has no way to, and with TLS 1.3 that truncates uploads of Go clients without a word (issue
   giampaolo/pyftpdlib#602). ControlConnection uses the standard library's ssl; data.py does too.
3. Commands that wait. Here each one runs to its reply before the next one is looked at.
4. A passive range that ends: where no port is left, pyftpdlib takes any other one.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

# first, because it imports asynchat with the deprecation warning switched off
from pyftpdlib import ioloop as pyftpdlib_ioloop
from pyftpdlib.exceptions import _RetryError
from pyftpdlib.handlers.ftp.control import FTPHandler
from pyftpdlib.handlers.ftp.control import proto_cmds as PROTOCOL_COMMANDS  # noqa: N812 - a constant
from pyftpdlib.handlers.ftp.dispatchers import PassiveDTP

#: commands that may wait for the one that runs; a client that sends more does not speak FTP
_MOST_WAITING = 64
#: bytes of replies that a client may leave unread; who sends on without reading is not served
_MOST_UNREAD = 1 << 20
#: bytes of command lines that are looked at in one turn of the event loop
_TURN = 8192
#: bytes of one command line (RFC 959 states none; pyftpdlib's own limit)
_LONGEST_LINE = 4096 + 64


class AsyncioLoop(pyftpdlib_ioloop._IOLoop):  # type: ignore[misc]  # noqa: SLF001 - pyftpdlib has no types; this module's purpose
    """pyftpdlib's event loop interface, on the running asyncio loop."""

    READ = 1
    WRITE = 2

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()

    def register(self, fd: int, instance: Any, events: int) -> None:
        """Watch a descriptor."""
        self.socket_map[fd] = instance
        self._watch(fd, events)

    def unregister(self, fd: int) -> None:
        """Watch a descriptor no longer."""
        if self.socket_map.pop(fd, None) is not None:
            self._watch(fd, 0)

    def modify(self, fd: int, events: int) -> None:
        """Watch a descriptor for other events."""
        if fd in self.socket_map:
            self._watch(fd, events)

    def call_later(
        self, seconds: float, target: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Call a function after a time; the result has cancel(), reset() and `cancelled`."""
        kwargs.pop("_errback", None)
        return _Timer(self._loop, seconds, lambda: target(*args, **kwargs))

    def _watch(self, fd: int, events: int) -> None:
        if events & self.READ:
            self._loop.add_reader(fd, self._readable, fd)
        else:
            self._loop.remove_reader(fd)
        if events & self.WRITE:
            self._loop.add_writer(fd, self._writable, fd)
        else:
            self._loop.remove_writer(fd)

    def _readable(self, fd: int) -> None:
        instance = self.socket_map.get(fd)
        if instance is not None and instance.readable():
            pyftpdlib_ioloop._read(instance)  # noqa: SLF001 - asyncore.read

    def _writable(self, fd: int) -> None:
        instance = self.socket_map.get(fd)
        if instance is not None and instance.writable():
            pyftpdlib_ioloop._write(instance)  # noqa: SLF001 - asyncore.write


class _Timer:
    """What pyftpdlib expects of call_later's result."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, seconds: float, target: Callable[[], Any]
    ) -> None:
        self._loop = loop
        self._seconds = seconds
        self._target = target
        self._handle = loop.call_later(seconds, target)

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self._handle.cancelled()

    def cancel(self) -> None:
        """Do not call."""
        self._handle.cancel()

    def reset(self) -> None:
        """Count the time from now on."""
        self._handle.cancel()
        self._handle = self._loop.call_later(self._seconds, self._target)


class Listener(Protocol):
    """What a control connection needs of the listener that it came from."""

    socket: socket.socket
    backlog: int
    ip_map: list[str]

    def _accept_new_cons(self) -> bool: ...


class PassivePortsUsedUp(Exception):
    """No port of the passive range is free."""


class PassivePort(PassiveDTP):  # type: ignore[misc]  # pyftpdlib has no types
    """Waits for one data connection, from the address that the control connection comes from."""

    def bind(self, addr: tuple[str, int]) -> None:
        """Bind, but never to a port outside the configured range."""
        if addr[1] == 0 and self.cmd_channel.passive_ports is not None:
            self.close()
            raise PassivePortsUsedUp
        super().bind(addr)

    def handle_accepted(self, sock: socket.socket, addr: tuple[Any, ...]) -> None:
        """Take the connection; one from elsewhere is dropped, and costs the client nothing."""
        if addr[0] != self.cmd_channel.remote_ip:
            sock.close()
            return
        super().handle_accepted(sock, addr)

    def handle_timeout(self) -> None:
        """Nobody came; who waits for it is told by its own deadline."""
        self.close()


class ControlConnection(FTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
    """An FTP control connection whose commands may be coroutines, in clear or in TLS."""

    passive_dtp = PassivePort
    #: idle and login deadlines are ours
    timeout = None
    unicode_errors = "strict"
    ac_in_buffer_size = _TURN

    # pyftpdlib's own, which it does not declare
    socket: Any
    #: pyftpdlib deletes the instance's own when it closes
    data_channel: Any = None
    authenticated: bool
    username: str
    remote_ip: str
    _closed: bool
    _in_buffer: list[bytes]
    _in_buffer_len: int
    _dtp_acceptor: Any
    _restart_position: int

    def __init__(self, sock: socket.socket, listener: Listener, ioloop: AsyncioLoop) -> None:
        self.closed = asyncio.Event()
        self._unread = 0
        self._tls = False
        self._handshaking = False
        self._waiting: deque[bytes] = deque()
        self._running: asyncio.Task[None] | None = None
        self._data_ready: asyncio.Future[Any] | None = None
        super().__init__(sock, listener, ioloop=ioloop)

    def __repr__(self) -> str:
        """pyftpdlib puts this into debug lines, made whether they are written or not."""
        return "<ControlConnection>"

    # TLS

    @property
    def in_tls(self) -> bool:
        """Whether what is sent and received is in TLS."""
        return self._tls

    @property
    def has_pipelined_input(self) -> bool:
        """Whether bytes arrived behind the command that runs."""
        return bool(self.ac_in_buffer or self._in_buffer or self._waiting)

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Wrap the connection; `secured` is called after the handshake."""
        self.socket = context.wrap_socket(
            self.socket,
            server_side=True,
            do_handshake_on_connect=False,
            suppress_ragged_eofs=False,
        )
        self._tls = self._handshaking = True

    def secured(self) -> None:
        """The handshake is done."""

    def _handshake(self) -> None:
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            self.modify_ioloop_events(self.ioloop.READ)
        except ssl.SSLWantWriteError:
            self.modify_ioloop_events(self.ioloop.READ | self.ioloop.WRITE)
        except OSError:  # ssl.SSLError is one
            self.close()
        else:
            self._handshaking = False
            self.modify_ioloop_events(self._wanted_io_events)
            self.secured()

    def handle_read_event(self) -> None:
        """Read, or go on with the handshake."""
        if self._handshaking:
            return self._handshake()
        super().handle_read_event()
        # OpenSSL may hold decrypted bytes that the kernel does not know of
        while self._tls and not self._closed and self.socket.pending():
            super().handle_read_event()
        return None

    def handle_write_event(self) -> None:
        """Write, or go on with the handshake."""
        if self._handshaking:
            return self._handshake()
        super().handle_write_event()
        return None

    def send(self, data: bytes) -> int:
        """Send what the socket takes."""
        if self._handshaking:
            return 0
        try:
            sent = int(self.socket.send(data))
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
            return 0
        except OSError:
            self.handle_close()
            return 0
        self._unread -= sent
        return sent

    def push(self, data: str) -> None:
        """Send text, unless the client has left too much unread: then close the connection."""
        if self._closed:
            return
        self._unread += len(data.encode())
        if self._unread > _MOST_UNREAD:
            self.close()
        else:
            super().push(data)

    def recv(self, buffer_size: int) -> bytes:
        """Receive what is there."""
        try:
            data = bytes(self.socket.recv(buffer_size))
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError) as error:
            raise _RetryError from error
        except OSError as error:
            if isinstance(error, ssl.SSLError) or error.errno != errno.EINTR:
                self.handle_close()
            return b""
        if not data:
            self.handle_close()
        return data

    # commands

    def collect_incoming_data(self, data: bytes) -> None:
        """Gather a command line; one that is too long ends the connection."""
        self._in_buffer.append(data)
        self._in_buffer_len += len(data)
        if self._in_buffer_len > _LONGEST_LINE:
            self.discard_buffers()
            self.respond("421 Command line too long.")
            self.close_when_done()

    def found_terminator(self) -> None:
        """A command line is complete: run it, or let it wait for the one that runs."""
        line = b"".join(self._in_buffer)
        self._in_buffer = []
        self._in_buffer_len = 0
        if not self.is_running:
            self.received(line)
        elif not self.received_meanwhile(line):
            self._waiting.append(line)
            if len(self._waiting) > _MOST_WAITING:
                self.respond("421 Too many commands at once.")
                self.close_when_done()

    def received(self, line: bytes) -> None:
        """Handle a command line."""
        raise NotImplementedError

    def received_meanwhile(self, line: bytes) -> bool:
        """Handle a command line that does not wait its turn (ABOR); False for all others."""
        raise NotImplementedError

    def run(self, command: Coroutine[Any, Any, None]) -> None:
        """Run a command that waits; the next one is looked at after it."""
        self._running = asyncio.get_running_loop().create_task(command)
        self._running.add_done_callback(self._ran)

    def _ran(self, task: asyncio.Task[None]) -> None:
        self._running = None
        if not task.cancelled():
            task.result()
        self._run_waiting()

    def _run_waiting(self) -> None:
        while self._waiting and not self.is_running and not self._closed:
            self.received(self._waiting.popleft())

    def respond(self, resp: str, logfun: Any = None) -> None:
        """Send a reply, unless nobody is there any more."""
        if not self._closed:
            super().respond(resp, logfun=_silent)

    @property
    def is_running(self) -> bool:
        """Whether a command runs."""
        return self._running is not None

    async def wait_run(self) -> None:
        """Wait for the command that runs."""
        if self._running is not None:
            await asyncio.wait([self._running])

    # data connections

    def _on_dtp_connection(self) -> None:
        """A data connection was accepted."""
        self._dtp_acceptor.close()
        self._dtp_acceptor = None
        if self._data_ready is not None and not self._data_ready.done():
            self._data_ready.set_result(self.data_channel)

    async def accepted_data(self, seconds: float) -> Any:
        """The data connection that PASV or EPSV prepared; None if there was none, or it is late."""
        if self.data_channel is None and self._dtp_acceptor is not None:
            self._data_ready = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._data_ready
            except TimeoutError:
                self._shutdown_connecting_dtp()
        return self.data_channel

    def give_up_data(self) -> None:
        """Wait no longer for a data connection that has not come."""
        if self._data_ready is not None and not self._data_ready.done():
            self._data_ready.set_result(None)
            self._shutdown_connecting_dtp()

    def take_restart(self) -> int:
        """The offset that REST set, for the next transfer only."""
        position = self._restart_position
        self._restart_position = 0
        return position

    # the end

    def close(self) -> None:
        """Close the connection."""
        if not self._closed:
            if self._tls and not self._handshaking:
                self._say_goodbye()
            super().close()
            if self._data_ready is not None and not self._data_ready.done():
                self._data_ready.set_result(None)
            self.closed.set()

    def _say_goodbye(self) -> None:
        """Send close_notify, if the socket takes it."""
        try:
            self.socket.unwrap()
        except (OSError, ValueError):
            return

    def log(self, msg: str, logfun: Any = None) -> None:
        """pyftpdlib's log lines hold paths and names: none is written."""

    def logline(self, msg: str, logfun: Any = None) -> None:
        """As `log`."""

    def log_cmd(self, cmd: str, arg: str, respcode: int, respstr: str) -> None:
        """As `log`."""


def _silent(_message: str) -> None:
    """No log line."""


__all__ = [
    "PROTOCOL_COMMANDS",
    "AsyncioLoop",
    "ControlConnection",
    "Listener",
    "PassivePortsUsedUp",
]
