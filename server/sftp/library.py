"""The one module that touches asyncssh's private names.

tests/server/sftp/test_library.py holds what they must do, and fails when an upgrade changes it.

What asyncssh alone does not give:
1. Its SFTPServer.close() is called for a client's CLOSE and for a lost connection alike. Only the
   handler knows: `_cleanup` runs for every end that is not a CLOSE (issue ronf/asyncssh#248).
2. Replies are written without waiting, so a client that asks and does not read makes the server's
   memory grow. After each packet we wait for the channel's window and for the TCP socket, and a
   client that takes no answers is not read from. Answers that wait for the end of a key exchange
   are counted, and a client that never ends it is cut off.
3. OPENDIR of a missing folder succeeds, and folders can be opened without limit.
4. A client with Nagle's algorithm on waits 40 ms for each acknowledgement unless ours are quick.
5. Variables of a client's environment are kept; nothing here reads them.
6. One proof of two is not known to the server's side (RFC 4252 §5.1: partial success).
7. A client that asks for authentication as a service anew before each attempt, as paramiko does,
   would be cut off at its second attempt.
8. A host key that signs by several algorithms is shared by connections that chose different ones.
9. A client may have any number of host keys proved, and each signature takes time.
10. The last WRITE of a file by rclone 1.60 (Debian 12) is followed by what its buffer held before.
    OpenSSH's server passes over that; asyncssh refuses the packet, and so the upload.
"""

from __future__ import annotations

import asyncio
import copy
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import asyncssh
from asyncssh.auth import ServerAuth
from asyncssh.channel import SSHServerChannel
from asyncssh.constants import (
    FXP_BLOCK,
    FXP_EXTENDED_REPLY,
    FXP_LINK,
    FXP_OPENDIR,
    FXP_READLINK,
    FXP_SYMLINK,
    FXP_UNBLOCK,
    FXP_WRITE,
)
from asyncssh.packet import SSHPacket, SSHPacketLogger, String
from asyncssh.sftp import SFTPLimits, SFTPServerHandler
from asyncssh.stream import SSHReader, SSHServerStreamSession, SSHWriter

from .check_file import ALGORITHMS, CheckRequest

SFTP_VERSION = 3
#: folders that one session may have open; each may hold the names in it in memory
_MOST_FOLDERS = 8
#: the longest SFTP packet, and the longest WRITE in it, that OpenSSH's server takes too
_LONGEST_PACKET = 256 * 1024
_LONGEST_WRITE = _LONGEST_PACKET - 1024

#: links, locks and copies on the server are not offered: no payroll client needs them
_UNSUPPORTED = (
    *(FXP_LINK, FXP_READLINK, FXP_SYMLINK, FXP_BLOCK, FXP_UNBLOCK),
    *(b"hardlink@openssh.com", b"lsetstat@openssh.com", b"copy-data", b"ranges@asyncssh.com"),
)

#: bytes of answers that may wait for the end of a key exchange; the window of a channel is 2 MiB,
#: and a few channels may be in full download when it begins
_MOST_DEFERRED = 16 << 20
#: what a packet costs beside its content
_PACKET_COST = 200

#: method of authentication -> what it proves
_PROOFS = {b"publickey": "key", b"password": "password", b"keyboard-interactive": "password"}

#: what a channel can bring in place of bytes
_INTERRUPTIONS = (
    asyncssh.BreakReceived,
    asyncssh.SignalReceived,
    asyncssh.TerminalSizeChanged,
)


class SftpOperations(Protocol):
    """What the handler needs of our SFTPServer beyond asyncssh's own interface."""

    #: set before the open handles are closed because the session ended without CLOSE
    aborting: bool
    longest_read: int

    async def check_folder(self, path: bytes) -> None:
        """Raise SFTPError unless the path is a folder."""

    async def check_name(self, path: bytes, request: CheckRequest) -> tuple[str, bytes]:
        """The hashes of a file by its name, and their algorithm."""

    async def check_handle(self, file_obj: object, request: CheckRequest) -> tuple[str, bytes]:
        """The hashes of an open file, and their algorithm."""


@dataclass(frozen=True, slots=True)
class _Reply:
    """The answer to a request for hashes."""

    algorithm: str
    hashes: bytes
    prefix: bytes = b""

    def encode(self, sftp_version: int) -> bytes:
        """As it is sent."""
        return self.prefix + String(self.algorithm) + self.hashes


def _pass_over() -> None:
    """What follows the data of a WRITE is no part of it (mend 10)."""


def _check_request(packet: SSHPacket) -> CheckRequest:
    """What follows the name or handle in a request for hashes."""
    names = packet.get_string().decode("ascii", "replace")
    start, length, block = packet.get_uint64(), packet.get_uint64(), packet.get_uint32()
    packet.check_end()
    return CheckRequest(tuple(names.split(",")), start, length, block)


class SftpHandler(SFTPServerHandler):
    """asyncssh's SFTP server, with the mends above."""

    _extensions: list[tuple[bytes, bytes]] = [  # noqa: RUF012 - as asyncssh declares it
        *(
            extension
            for extension in SFTPServerHandler._extensions  # noqa: SLF001 - this module's purpose
            if extension[0] not in _UNSUPPORTED
        ),
        (b"check-file", ",".join(ALGORITHMS).encode()),
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
            await cast("Connection", writer.channel.get_connection()).can_write.wait()

    async def _write_without_rest(self, packet: SSHPacket) -> int:
        packet.check_end = _pass_over  # type: ignore[method-assign]  # of this packet alone
        return await self._process_write(packet)

    async def _checked_opendir(self, packet: SSHPacket) -> bytes:
        if len(self._dir_handles) >= _MOST_FOLDERS:
            raise asyncssh.SFTPFailure(f"no more than {_MOST_FOLDERS} folders can be open at once")
        path = SSHPacket(packet.get_remaining_payload()).get_string()
        await self._operations().check_folder(path)
        return await self._process_opendir(packet)

    async def _check_name(self, packet: SSHPacket) -> _Reply:
        path = packet.get_string()
        return _Reply(*await self._operations().check_name(path, _check_request(packet)))

    async def _check_handle(self, packet: SSHPacket) -> _Reply:
        file_obj = self._file_handles.get(packet.get_string())
        if file_obj is None:
            raise asyncssh.SFTPFailure("this is no open file")
        return _Reply(*await self._operations().check_handle(file_obj, _check_request(packet)))

    async def _check_as_paramiko(self, packet: SSHPacket) -> _Reply:
        reply = await self._check_handle(packet)
        return _Reply(reply.algorithm, reply.hashes, prefix=String("check-file"))

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
        FXP_WRITE: _write_without_rest,
        b"check-file-name": _check_name,
        b"check-file-handle": _check_handle,
        b"check-file": _check_as_paramiko,
        b"limits@openssh.com": _own_limits,
    }
    _return_types: dict[object, int] = {  # noqa: RUF012 - idem
        **SFTPServerHandler._return_types,  # noqa: SLF001 - idem
        b"check-file-name": FXP_EXTENDED_REPLY,
        b"check-file-handle": FXP_EXTENDED_REPLY,
        b"check-file": FXP_EXTENDED_REPLY,
    }


class Pipe:
    """The bytes of a channel on which a command runs; EOFError when the client has gone."""

    def __init__(self, reader: SSHReader[bytes], writer: SSHWriter[bytes]) -> None:
        self._reader = reader
        self._writer = writer
        self._buffer = b""

    async def read(self, most: int) -> bytes:
        """At least one byte."""
        if not self._buffer:
            await self._fill(most)
        data, self._buffer = self._buffer[:most], self._buffer[most:]
        return data

    async def read_line(self, longest: int) -> bytes:
        """A line without its newline. Raises ValueError for a longer one."""
        while b"\n" not in self._buffer:
            if len(self._buffer) > longest:
                raise ValueError("the line is too long")
            await self._fill(longest)
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    async def write(self, data: bytes) -> None:
        """Wait until the client takes it."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except (OSError, asyncssh.Error) as error:
            raise EOFError from error
        await cast("Connection", self._writer.channel.get_connection()).can_write.wait()

    async def _fill(self, most: int) -> None:
        try:
            data = await self._reader.read(most)
        except (OSError, asyncssh.Error, *_INTERRUPTIONS) as error:
            raise EOFError from error
        if not data:
            raise EOFError
        self._buffer += data


class Services(Protocol):
    """What can be started on a channel."""

    async def sftp(self, channel: SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        """A session of the sftp subsystem."""

    async def scp(self, pipe: Pipe, command: str) -> int:
        """Run a command that begins with `scp `; returns its exit status."""

    def refused(self, command: str) -> None:
        """Tell of another command that a client would have run."""

    def closed(self) -> None:
        """The channel is closed."""


class Channel(SSHServerStreamSession[bytes]):
    """A channel on which only the sftp subsystem and scp can be started."""

    def __init__(self, services: Services) -> None:
        super().__init__(None, None, SFTP_VERSION, False)
        self._services = services

    def subsystem_requested(self, subsystem: str) -> bool:
        """Accept sftp; a shell is refused by asyncssh's defaults."""
        return subsystem == "sftp"

    def exec_requested(self, command: str) -> bool:
        """Accept scp, which is no program here."""
        accepted = command.startswith("scp ")
        if not accepted:
            self._services.refused(command)
        return accepted

    def session_started(self) -> None:
        """Run what was asked for as a task of the connection."""
        channel = cast("SSHServerChannel[bytes]", self._chan)
        reader, writer = SSHReader[bytes](self, channel), SSHWriter[bytes](self, channel)
        command = channel.get_command()
        connection = cast("asyncssh.SSHServerConnection", self._conn)
        if command is None:
            connection.create_task(self._sftp(channel, reader, writer), channel.logger)
        else:
            pipe = Pipe(reader, writer)
            connection.create_task(self._scp(channel, pipe, command), channel.logger)

    async def _sftp(
        self,
        channel: SSHServerChannel[bytes],
        reader: SSHReader[bytes],
        writer: SSHWriter[bytes],
    ) -> None:
        server = await self._services.sftp(channel)
        await SftpHandler(server, reader, writer, SFTP_VERSION).run()

    async def _scp(self, channel: SSHServerChannel[bytes], pipe: Pipe, command: str) -> None:
        status = await self._services.scp(pipe, command)
        if not channel.is_closing():
            channel.exit(status)

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is closed."""
        self._services.closed()
        super().connection_lost(exc)


class Owner(Protocol):
    """What a connection asks of its SSHServer beyond asyncssh's own interface."""

    def proved(self, login: str, proof: str) -> bool:
        """Take note that `key` or `password` was proved; returns whether that is enough."""


class _ServerChannel(SSHServerChannel[bytes]):
    """asyncssh's channel, without an environment."""

    def _process_env_request(self, packet: SSHPacket) -> bool:
        return False


class Connection(asyncssh.SSHServerConnection):
    """asyncssh's connection, with mends 2 and 4 to 9."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, options: asyncssh.SSHServerConnectionOptions
    ) -> None:
        #: set while the client takes what is written
        self.can_write = asyncio.Event()
        self.can_write.set()
        self._socket_full = False
        self._deferred_size = 0
        self._host_keys_proved = False
        super().__init__(loop, options)

    def data_received(self, data: bytes, datatype: int | None = None) -> None:
        """Bytes came: say so at once."""
        # the kernel goes back to delayed acknowledgements by itself, so: each time
        sock = self.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        super().data_received(data, datatype)

    def pause_writing(self) -> None:
        """The socket takes no more: read no more requests either."""
        self._socket_full = True
        self._update()

    def resume_writing(self) -> None:
        """The socket takes bytes again."""
        self._socket_full = False
        self._update()

    def connection_lost(self, exc: Exception | None = None) -> None:
        """Wake whoever waits to write."""
        super().connection_lost(exc)
        self._socket_full = False
        self._deferred_size = 0
        self._update()

    def send_packet(
        self, pkttype: int, *args: bytes, handler: SSHPacketLogger | None = None
    ) -> None:
        """Send a packet, or keep it until the key exchange is over."""
        before = len(self._deferred_packets)
        super().send_packet(pkttype, *args, handler=handler)
        if len(self._deferred_packets) > before:
            self._deferred_size += _PACKET_COST + sum(map(len, args))
            self._update()
            if self._deferred_size > _MOST_DEFERRED:
                self.abort()

    def _send_deferred_packets(self) -> None:
        self._deferred_size = 0
        super()._send_deferred_packets()
        self._update()

    def _update(self) -> None:
        if self._socket_full or self._deferred_size:
            self.can_write.clear()
        else:
            self.can_write.set()
        if self._transport is None:
            return
        if self._socket_full:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    async def send_userauth_success(self) -> None:
        """Let somebody in who has proved enough; asyncssh calls this for each proof that is good.

        It does so too where no proof was asked for: nobody is let in by that.
        """
        auth = cast("ServerAuth | None", self._auth)
        proof = None if auth is None else _PROOFS.get(auth._method)  # noqa: SLF001 - idem
        if proof is not None and cast("Owner", self._owner).proved(self._username, proof):
            await super().send_userauth_success()
        else:
            self.send_userauth_failure(proof is not None)

    def send_userauth_failure(self, partial_success: bool) -> None:
        """Say that this was not enough; the client may ask for the service once more."""
        super().send_userauth_failure(partial_success)
        self._next_service = b"ssh-userauth"

    def choose_server_host_key(self, peer_host_key_algs: Sequence[bytes]) -> bool:
        """Choose a key and what it signs by, which is this connection's alone."""
        chosen = super().choose_server_host_key(peer_host_key_algs)
        self._server_host_key = copy.copy(self._server_host_key)
        return chosen

    def _process_hostkeys_prove_00_at_openssh_dot_com_global_request(
        self, packet: SSHPacket
    ) -> None:
        """Prove the announced host keys that the client does not know yet, once."""
        known = sum(len(String(key)) for key in self._all_server_host_keys)
        if self._host_keys_proved or len(packet.get_remaining_payload()) > known:
            self._report_global_response(False)
            return
        self._host_keys_proved = True
        super()._process_hostkeys_prove_00_at_openssh_dot_com_global_request(packet)

    def send_newkeys(self, k: bytes, h: bytes) -> None:
        """A key exchange is over: keep what it came to."""
        if self._kex is not None and self._server_host_key is not None:
            self.set_extra_info(
                kex=self._kex.algorithm.decode("ascii"),
                host_key=self._server_host_key.sig_algorithm.decode("ascii"),
            )
        super().send_newkeys(k, h)

    def create_server_channel(
        self,
        encoding: str | None = "",
        errors: str = "",
        window: int = 0,
        max_pktsize: int = 0,
    ) -> SSHServerChannel[Any]:
        """A channel of bytes that keeps no environment, and knows no terminal."""
        size = max_pktsize or self._max_pktsize
        self._update_recv_pktlen(size)
        terminal = (False, False, False, 0, 0)
        return _ServerChannel(
            self, self._loop, *terminal, None, "strict", window or self._window, size
        )


def algorithms(connection: asyncssh.SSHServerConnection) -> dict[str, str]:
    """What was negotiated, and in the direction from the client where it could differ."""
    names = {"kex": "kex", "host_key": "host_key", "cipher": "recv_cipher", "mac": "recv_mac"}
    return {name: str(connection.get_extra_info(key, "")) for name, key in names.items()}


async def accept(sock: socket.socket, options: asyncssh.SSHServerConnectionOptions) -> Connection:
    """Serve SSH on an accepted socket; the options are made once, and shared by all connections."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.connect_accepted_socket(lambda: Connection(loop, options), sock)
    return connection
