"""The SFTP edge: from an accepted socket to a session on the virtual file system."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import asyncssh
import structlog
from asyncssh.channel import SSHServerChannel

from ...certs import HostKeys
from ..accounts import SFTP_LEGACY, Account, LastLogin, Logins, peer
from ..vfs import Refused, VfsSession
from . import library
from .algorithms import LEGACY, MODERN, Profile
from .scp import ScpSession
from .session import SftpSession

_log = structlog.get_logger()

PROTOCOL = "sftp"
#: wrong passwords or keys that one connection may try
MOST_FAILURES = 6
#: channels that one connection may have open
_MOST_CHANNELS = 4

OpenSession = Callable[[Account, str, str], Awaitable[VfsSession]]


class SftpEdge:
    """Speaks SSH on the sockets that it is given."""

    def __init__(
        self,
        logins: Logins,
        open_session: OpenSession,
        host_keys: HostKeys,
        *,
        login_timeout: float,
        stall_timeout: float,
        legacy: bool = False,
    ) -> None:
        """`legacy` offers what old clients need, to the accounts that may use it."""
        self._profile = profile = LEGACY if legacy else MODERN
        listener = SFTP_LEGACY if legacy else PROTOCOL
        self._options = asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Client(listener, logins, open_session, stall_timeout),
            login_timeout=login_timeout,
            keepalive_interval=30,
            keepalive_count_max=3,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_pty=False,
            line_editor=False,
            server_version="wharfinger",
            config=None,
            kex_algs=profile.kex,
            encryption_algs=profile.ciphers,
            mac_algs=profile.macs,
            signature_algs=profile.signatures,
            compression_algs=None,
        )
        self.use_host_keys(host_keys)
        self._connections: set[asyncssh.SSHServerConnection] = set()

    def use_host_keys(self, host_keys: HostKeys) -> None:
        """Prove by these to whoever connects from now on, and announce those that come."""
        # OpenSSH knows of old clients that do not bear it (SSH_BUG_HOSTKEYS)
        announces = self._profile is not LEGACY
        keys = (*host_keys.served, *(host_keys.announced if announces else ()))
        self._options = asyncssh.SSHServerConnectionOptions(
            self._options,
            server_host_keys=_pairs(keys, self._profile),
            send_server_host_keys=announces,
        )

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


def _pairs(keys: Sequence[asyncssh.SSHKey], profile: Profile) -> list[asyncssh.SSHKeyPair]:
    """Host keys that sign by the profile's algorithms: asyncssh would add RSA with SHA-1 always."""
    pairs = list(asyncssh.load_keypairs(list(keys)))
    sound = {name.encode() for name in profile.signatures}
    for pair in pairs:
        pair.host_key_algorithms = [name for name in pair.host_key_algorithms if name in sound]
        if pair.host_key_algorithms:
            # for the proof of a key that is announced, which no client chooses by name
            pair.set_sig_algorithm(pair.host_key_algorithms[0])
    return pairs


class _Client(asyncssh.SSHServer):
    """One connection: who it is, once that is proved."""

    _connection: asyncssh.SSHServerConnection

    def __init__(
        self, listener: str, logins: Logins, open_session: OpenSession, stall_timeout: float
    ) -> None:
        self._listener = listener
        self._logins = logins
        self._open_session = open_session
        self._stall_timeout = stall_timeout
        self._failures = 0
        self._channels = 0
        self._peer = ""
        #: the one login that this connection may try
        self._login: str | None = None
        #: an account that a check said yes for; a key is only offered at that time, not yet proved
        self._candidate: Account | None = None
        #: `key` and `password`, once they are proved
        self._proofs: frozenset[str] = frozenset()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """A socket is connected."""
        self._connection = conn
        self._peer = peer()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended, perhaps because there is no algorithm that both sides know."""
        if isinstance(exc, asyncssh.KeyExchangeFailed):
            version = str(self._connection.get_extra_info("client_version", ""))
            _log.warning(
                "connection refused: no common algorithm",
                peer=self._peer,
                listener=self._listener,
                client_version=version,
                reason=str(exc),
            )

    def begin_auth(self, username: str) -> bool:
        """Nobody enters without authentication (a false value would let them)."""
        if self._login not in (None, username):
            raise asyncssh.DisconnectError(
                asyncssh.DISC_PROTOCOL_ERROR, "Another user name needs another connection"
            )
        self._login = username
        return True

    def public_key_auth_supported(self) -> bool:
        """Keys are taken, until one is proved."""
        return "key" not in self._proofs

    def password_auth_supported(self) -> bool:
        """Passwords are taken, by keyboard-interactive too, until it is proved."""
        return "password" not in self._proofs

    async def validate_password(self, username: str, password: str) -> bool:
        """Check a password."""
        account = await self._logins.by_password(username, password, self._listener, self._peer)
        return self._note(account)

    def change_password(self, username: str, old_password: str, new_password: str) -> bool:
        """Passwords are the administrator's to change; a client that would is not let in."""
        return self._note(None)

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Check whether a key would do; its signature is checked by asyncssh afterwards."""
        line = " ".join(key.export_public_key().decode("ascii", "replace").split()[:2])
        account = await self._logins.by_public_key(username, line, self._listener, self._peer)
        return self._note(account)

    def proved(self, login: str, proof: str) -> bool:
        """Take note of a proof; returns whether the account is open by it (library.Owner)."""
        account = self._candidate
        if account is None or login != self._login:
            return False
        self._proofs |= {proof}
        return account.opened_by(self._proofs)

    async def auth_completed(self) -> None:
        """Somebody has proved to be who they are."""
        last = LastLogin(
            login=self._account().login,
            listener=self._listener,
            day=datetime.now(UTC).date(),
            peer=self._peer,
            client_version=str(self._connection.get_extra_info("client_version")),
            algorithms=library.algorithms(self._connection),
        )
        _log.info(
            "login",
            protocol=PROTOCOL,
            listener=last.listener,
            account=last.login,
            peer=last.peer,
            client_version=last.client_version,
            **last.algorithms,
        )
        try:
            await self._logins.note(last)
        except Exception:  # noqa: BLE001 - whoever has logged in may work all the same
            _log.exception("a login could not be noted")

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

    def _note(self, account: Account | None) -> bool:
        if account is not None:
            self._candidate = account
            return True
        self._failures += 1
        _log.info("login refused", protocol=PROTOCOL, listener=self._listener, peer=self._peer)
        if self._failures >= MOST_FAILURES:
            raise asyncssh.DisconnectError(
                asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "Too many authentication failures"
            )
        return False

    def _account(self) -> Account:
        if self._candidate is None:
            raise asyncssh.PermissionDenied("nobody has logged in")
        return self._candidate

    async def _files(self) -> VfsSession:
        try:
            return await self._open_session(self._account(), PROTOCOL, self._peer)
        except Refused as refused:
            code = asyncssh.DISC_TOO_MANY_CONNECTIONS
            raise asyncssh.DisconnectError(code, str(refused)) from None
