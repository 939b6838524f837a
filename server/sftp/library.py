"""The one module that touches asyncssh's private names.

tests/server/sftp/test_library.py holds what they must do, and fails when an upgrade changes it.

What asyncssh alone does not give:
1. Its SFTPServer.close() is called for a client's CLOSE and for a lost connection alike. Only the
   handler knows: `_cleanup` runs for every end that is not a CLOSE (issue ronf/asyncssh#248).
2. Replies are written without waiting, so a client that asks and does not read makes the server's
   memory grow. After each packet we wait for the channel's window and for the TCP socket.
3. OPENDIR of a missing folder succeeds, and folders can be opened without limit.
4. A client with Nagle's algorithm on waits 40 ms for each acknowledgement unless ours are quick.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

import asyncssh
from asyncssh.channel import SSHServerChannel
from asyncssh.constants import (
    FXP_BLOCK,
    FXP_LINK,
    FXP_OPENDIR,
    FXP_READLINK,
    FXP_SYMLINK,
    FXP_UNBLOCK,
)
from asyncssh.packet import SSHPacket
from asyncssh.sftp import SFTPLimits, SFTPServerHandler
from asyncssh.stream import SSHReader, SSHServerStreamSession, SSHWriter

SFTP_VERSION = 3
#: folders that one session may have open
_MOST_FOLDERS = 64
#: the longest SFTP packet, and the longest WRITE in it, that OpenSSH's server takes too
_LONGEST_PACKET = 256 * 1024
_LONGEST_WRITE = _LONGEST_PACKET - 1024

#: links, locks and copies on the server are not offered: no payroll client needs them
_UNSUPPORTED = (
    *(FXP_LINK, FXP_READLINK, FXP_SYMLINK, FXP_BLOCK, FXP_UNBLOCK),
    *(b"hardlink@openssh.com", b"lsetstat@openssh.com", b"copy-data", b"ranges@asyncssh.com"),
)


class SftpOperations(Protocol):
    """What the handler needs of our SFTPServer beyond asyncssh's own interface."""

    #: set before the open handles are closed because the session ended without CLOSE
    aborting: bool
    longest_read: int

    async def check_folder(self, path: bytes) -> None:
        """Raise SFTPError unless the path is a folder."""


class SftpHandler(SFTPServerHandler):
    """asyncssh's SFTP server, with the four mends above."""

    _extensions: list[tuple[bytes, bytes]] = [  # noqa: RUF012 - as asyncssh declares it
        extension
        for extension in SFTPServerHandler._extensions  # noqa: SLF001 - this module's purpose
        if extension[0] not in _UNSUPPORTED
    ]

    def _operations(self) -> SftpOperations:
        return cast("SftpOperations", self._server)

    async def _cleanup(self, exc: Exception | None) -> None:
        self._operations().aborting = True
        await super()._cleanup(exc)

    async def _process_packet(self, pkttype: int, pktid: int, packet: SSHPacket) -> None:
        await super()._process_packet(pkttype, pktid, packet)
        writer = self._writer
        if writer:
            await writer.drain()
            await cast("_Connection", writer.channel.get_connection()).can_write.wait()

    async def _checked_opendir(self, packet: SSHPacket) -> bytes:
        if len(self._dir_handles) >= _MOST_FOLDERS:
            raise asyncssh.SFTPFailure(f"no more than {_MOST_FOLDERS} folders can be open at once")
        path = SSHPacket(packet.get_remaining_payload()).get_string()
        await self._operations().check_folder(path)
        return await self._process_opendir(packet)

    async def _own_limits(self, packet: SSHPacket) -> SFTPLimits:
        packet.check_end()
        read = self._operations().longest_read
        return SFTPLimits(_LONGEST_PACKET, read, _LONGEST_WRITE, _MOST_FOLDERS)

    _packet_handlers: dict[int | bytes, Any] = {  # noqa: RUF012 - as it is declared above
        **{
            kind: handler
            for kind, handler in SFTPServerHandler._packet_handlers.items()  # noqa: SLF001 - idem
            if kind not in _UNSUPPORTED
        },
        FXP_OPENDIR: _checked_opendir,
        b"limits@openssh.com": _own_limits,
    }


class SftpChannel(SSHServerStreamSession[bytes]):
    """A channel on which only the sftp subsystem can be started."""

    def __init__(
        self,
        start: Callable[[SSHServerChannel[bytes]], Awaitable[asyncssh.SFTPServer]],
        closed: Callable[[], None],
    ) -> None:
        super().__init__(None, None, SFTP_VERSION, False)
        self._start = start
        self._closed = closed

    def subsystem_requested(self, subsystem: str) -> bool:
        """Accept sftp; exec and shell are refused by asyncssh's defaults."""
        return subsystem == "sftp"

    def session_started(self) -> None:
        """Run the handler as a task of the connection."""
        channel = cast("SSHServerChannel[bytes]", self._chan)
        channel.set_encoding(None)
        self._encoding = None
        reader, writer = SSHReader[bytes](self, channel), SSHWriter[bytes](self, channel)
        connection = cast("asyncssh.SSHServerConnection", self._conn)
        connection.create_task(self._run(channel, reader, writer), channel.logger)

    async def _run(
        self,
        channel: SSHServerChannel[bytes],
        reader: SSHReader[bytes],
        writer: SSHWriter[bytes],
    ) -> None:
        server = await self._start(channel)
        await SftpHandler(server, reader, writer, SFTP_VERSION).run()

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed."""
        self._closed()
        super().connection_lost(exc)


class _Connection(Protocol):
    """A connection that `watch_writing` has seen."""

    can_write: asyncio.Event
    pause_writing: Callable[[], None]
    resume_writing: Callable[[], None]
    data_received: Callable[..., None]

    def get_extra_info(self, name: str) -> Any: ...


def prepare(connection: asyncssh.SSHServerConnection) -> None:
    """Make a new connection tell when its socket takes no more, and acknowledge at once."""
    watched = cast("_Connection", connection)
    event = watched.can_write = asyncio.Event()
    event.set()
    watched.pause_writing, watched.resume_writing = event.clear, event.set
    sock, received = watched.get_extra_info("socket"), watched.data_received

    def data_received(data: bytes, datatype: int | None = None) -> None:
        # the kernel goes back to delayed acknowledgements by itself, so: each time
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        received(data, datatype)

    watched.data_received = data_received


def let_go(connection: asyncssh.SSHServerConnection) -> None:
    """Wake whoever waits to write on a connection that is lost."""
    cast("_Connection", connection).can_write.set()


async def accept(
    sock: socket.socket, options: asyncssh.SSHServerConnectionOptions
) -> asyncssh.SSHServerConnection:
    """Serve SSH on an accepted socket; the options are made once, and shared by all connections."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.connect_accepted_socket(
        lambda: asyncssh.SSHServerConnection(loop, options), sock
    )
    return connection
