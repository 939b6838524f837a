"""The SFTP edge: from an accepted socket to a session on the virtual file system."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

import asyncssh
import structlog
from asyncssh.channel import SSHServerChannel

from ..accounts import Account, Logins
from ..vfs import VfsSession
from . import library
from .scp import ScpSession
from .session import SftpSession

_log = structlog.get_logger()

PROTOCOL = "sftp"
#: wrong passwords or keys that one connection may try
MOST_FAILURES = 6
#: channels that one connection may have open
_MOST_CHANNELS = 10

_SIGNATURES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-256",
    "rsa-sha2-512",
)
#: post-quantum first; no SHA-1, no CBC. The client's order decides, so chacha20, which costs this
#: server twice the CPU of AES-GCM, is left out rather than put last.
_ALGORITHMS = {
    "kex_algs": (
        "mlkem768x25519-sha256",
        "mlkem768nistp256-sha256",
        "mlkem1024nistp384-sha384",
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group14-sha256",
    ),
    "encryption_algs": (
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "aes256-ctr",
        "aes128-ctr",
    ),
    "mac_algs": (
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
    ),
    "compression_algs": None,
    "signature_algs": _SIGNATURES,
}

OpenSession = Callable[[Account, str, str], Awaitable[VfsSession]]


class SftpEdge:
    """Speaks SSH on the sockets that it is given."""

    def __init__(
        self,
        logins: Logins,
        open_session: OpenSession,
        host_keys: Sequence[asyncssh.SSHKey],
        *,
        login_timeout: float,
        stall_timeout: float,
    ) -> None:
        self._options = asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Client(logins, open_session, stall_timeout),
            server_host_keys=_sound_pairs(host_keys),
            login_timeout=login_timeout,
            keepalive_interval=30,
            keepalive_count_max=3,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_pty=False,
            line_editor=False,
            server_version="wharfinger",
            config=None,
            **_ALGORITHMS,
        )
        self._connections: set[asyncssh.SSHServerConnection] = set()

    async def serve(self, sock: socket.socket) -> None:
        """Serve one connection until it ends."""
        connection = await library.accept(sock, self._options)
        self._connections.add(connection)
        try:
            await connection.wait_closed()
        finally:
            self._connections.discard(connection)

    async def stop(self, seconds: float) -> None:
        """Close all connections; what is not closed after some seconds is cut."""
        closing = [asyncio.ensure_future(c.wait_closed()) for c in self._connections]
        if not closing:
            return
        for connection in self._connections:
            connection.close()
        await asyncio.wait(closing, timeout=seconds)
        for connection in list(self._connections):
            connection.abort()
        await asyncio.gather(*closing)


def _sound_pairs(keys: Sequence[asyncssh.SSHKey]) -> list[asyncssh.SSHKeyPair]:
    """Host keys that sign by no algorithm but those above: asyncssh would add RSA with SHA-1."""
    pairs = list(asyncssh.load_keypairs(list(keys)))
    sound = {name.encode() for name in _SIGNATURES}
    for pair in pairs:
        pair.host_key_algorithms = [name for name in pair.host_key_algorithms if name in sound]
    return pairs


class _Client(asyncssh.SSHServer):
    """One connection: who it is, once that is proved."""

    _connection: asyncssh.SSHServerConnection

    def __init__(self, logins: Logins, open_session: OpenSession, stall_timeout: float) -> None:
        self._logins = logins
        self._open_session = open_session
        self._stall_timeout = stall_timeout
        self._failures = 0
        self._channels = 0
        self._peer = ""
        #: accounts that a check said yes for; a key is only offered at that time, not yet proved
        self._candidates: dict[str, Account] = {}

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """A socket is connected."""
        self._connection = conn
        self._peer = str(conn.get_extra_info("peername")[0])

    def begin_auth(self, username: str) -> bool:
        """Nobody enters without authentication (a false value would let them)."""
        return True

    def public_key_auth_supported(self) -> bool:
        """Keys are taken."""
        return True

    def password_auth_supported(self) -> bool:
        """Passwords are taken, by keyboard-interactive too."""
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        """Check a password."""
        account = await self._logins.by_password(username, password, PROTOCOL, self._peer)
        return self._note(username, account)

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Check whether a key would do; its signature is checked by asyncssh afterwards."""
        line = " ".join(key.export_public_key().decode("ascii", "replace").split()[:2])
        account = await self._logins.by_public_key(username, line, PROTOCOL, self._peer)
        return self._note(username, account)

    def auth_completed(self) -> None:
        """Somebody has proved to be who they are."""
        _log.info("login", protocol=PROTOCOL, account=self._account().login, peer=self._peer)

    def session_requested(self) -> library.Channel:
        """A channel is asked for."""
        if self._channels >= _MOST_CHANNELS:
            raise asyncssh.ChannelOpenError(
                asyncssh.OPEN_RESOURCE_SHORTAGE,
                f"no more than {_MOST_CHANNELS} sessions a connection",
            )
        self._channels += 1
        return library.Channel(self)

    # what a channel can start (library.Services)

    async def sftp(self, channel: SSHServerChannel[bytes]) -> SftpSession:
        """A session of the sftp subsystem."""
        return SftpSession(channel, await self._files())

    async def scp(self, pipe: library.Pipe, command: str) -> int:
        """Run an scp command; returns its exit status."""
        session = ScpSession(pipe, await self._files(), stall_timeout=self._stall_timeout)
        return await session.run(command)

    def refused(self, command: str) -> None:
        """A client would have run something else."""
        _log.info(
            "command refused", account=self._account().login, peer=self._peer, command=command
        )

    def closed(self) -> None:
        """A channel is closed."""
        self._channels -= 1

    def _note(self, username: str, account: Account | None) -> bool:
        if account is not None:
            self._candidates[username] = account
            return True
        self._failures += 1
        _log.info("login refused", protocol=PROTOCOL, peer=self._peer)
        if self._failures >= MOST_FAILURES:
            raise asyncssh.DisconnectError(
                asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "Too many authentication failures"
            )
        return False

    def _account(self) -> Account:
        return self._candidates[self._connection.get_extra_info("username")]

    async def _files(self) -> VfsSession:
        return await self._open_session(self._account(), PROTOCOL, self._peer)
