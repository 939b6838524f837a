"""The beginning of an FTP session: TLS first, then the login; nothing in clear (RFC 4217)."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Coroutine
from typing import Any

import structlog

from ..accounts import peer
from ..vfs import ROOT, Refusal, Refused, VfsSession, VirtualPath
from .alpn import offer_ftp, speaks_ftp
from .client_certificate import proved_by
from .commands import BEFORE_TLS, COMMANDS, DATA_COMMANDS, HTTP_VERBS, is_known
from .library import AsyncioLoop, ControlConnection, Listener
from .refusals import reply_of
from .services import FtpServices

_log = structlog.get_logger()

#: wrong passwords that one connection may try
MOST_FAILURES = 3
#: seconds to wait before "no" is said, so that guessing is slow
_FAILURE_DELAY = 1.0
#: session tickets for the control connection, so that data connections can resume it: some clients
#: (Java's) use each one once, and then make a full handshake
_CONTROL_TICKETS = 2
_CONTROL_TICKETS_TO_REUSE = 16

#: lines that are no FTP; who sends so many does not speak it
_MOST_UNKNOWN = 10


class FtpLogin(ControlConnection):
    """A control connection up to the login; FtpSession has the commands that come after it."""

    banner = "wharfinger ready."
    proto_cmds = COMMANDS

    def __init__(
        self,
        sock: socket.socket,
        listener: Listener,
        ioloop: AsyncioLoop,
        *,
        protocol: str,
        services: FtpServices,
        context: ssl.SSLContext,
    ) -> None:
        self.services = services
        self.protocol = protocol
        self.context = context
        offer_ftp(context)
        #: the client itself; `remote_ip` is a proxy between, from which data connections come too
        self.peer = peer()
        self.files: VfsSession | None = None
        self.directory: VirtualPath = ROOT
        self.protected = False
        self._failures = 0
        self._unknown = 0
        self.passive_ports = services.passive_ports
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(services.login_timeout, self._too_late)
        super().__init__(sock, listener, ioloop)
        if not self.closed.is_set():
            self.masquerade_address = services.public_addresses.told_to(self.peer)

    def begin(self) -> None:
        """Say hello: at once, or after the handshake where TLS is implicit."""
        if self.closed.is_set():
            return
        if self.protocol == "ftps":
            self._start_control_tls()
        else:
            self.handle()

    def secured(self) -> None:
        """TLS has begun."""
        if not speaks_ftp(self.socket):
            return self.close()
        if self.protocol == "ftps":
            self.handle()
        return None

    # commands

    def received(self, line: bytes) -> None:
        """Check a command line and run it."""
        self._wait_for_command()
        if line[-4:].upper() == b"ABOR":  # perhaps behind Telnet's interrupt sequence
            line = b"ABOR"
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            return self.respond("501 The command is not valid UTF-8.")
        if any(character < " " or character == "\x7f" for character in text):
            return self.respond("501 Control characters are not allowed in commands.")
        verb, _, argument = text.partition(" ")
        if verb.upper() in HTTP_VERBS:  # no reply: a browser would show it as the page
            return self.close()
        if not is_known(verb.upper()):
            return self._refuse_unknown()
        self.pre_process_command(text, verb.upper(), argument)
        return None

    def _refuse_unknown(self) -> None:
        self._unknown += 1
        if self._unknown < _MOST_UNKNOWN:
            return self.respond("500 This command is not known.")
        self.respond("421 This is no FTP.")
        self.close_when_done()
        return None

    def process_command(self, cmd: str, *args: Any, **kwargs: Any) -> None:
        """Run one command, which pyftpdlib found to be known and in its place."""
        if not self.in_tls and cmd not in BEFORE_TLS:
            return self.respond("530 Start TLS first: send AUTH TLS.")
        if cmd in DATA_COMMANDS and not self.protected:
            return self.respond("521 Data connections must be protected: send PBSZ 0 and PROT P.")
        command = getattr(self, "ftp_" + cmd.replace(" ", "_"))(*args, **kwargs)
        if asyncio.iscoroutine(command):
            self.run_answered(command)
        return None

    def run_answered(self, command: Coroutine[Any, Any, None]) -> None:
        """Run a command that waits; what it raises is its reply."""
        self.run(self._answered(command))

    async def _answered(self, command: Coroutine[Any, Any, None]) -> None:
        try:
            await command
        except Refused as refused:
            self.respond(reply_of(refused))
        except Exception:  # noqa: BLE001 - whatever it is, the client gets a reply
            _log.exception("an FTP command failed")
            self.respond(reply_of(Refused(Refusal.FAILED)))
        self._wait_for_command()

    # TLS

    def ftp_AUTH(self, argument: str) -> None:  # noqa: N802 - found by this name
        """AUTH TLS (RFC 4217 §4); what was pipelined behind it in clear ends the connection."""
        if self.in_tls:
            return self.respond("503 TLS is on already.")
        if argument.upper() not in ("TLS", "TLS-C", "SSL"):
            return self.respond("504 Only AUTH TLS is known.")
        if self.has_pipelined_input:
            self.respond("421 Nothing may be sent in clear behind AUTH.")
            self.close_when_done()
            return None
        self.respond("234 Go on with TLS.")
        self._start_control_tls()
        return None

    def ftp_PBSZ(self, argument: str) -> None:  # noqa: N802 - found by this name
        """PBSZ (RFC 2228): always 0 with TLS."""
        self.respond("200 PBSZ=0")

    def ftp_PROT(self, argument: str) -> None:  # noqa: N802 - found by this name
        """PROT: only P, for good."""
        if argument.upper() != "P":
            return self.respond("534 Only PROT P is allowed here.")
        self.protected = True
        return self.respond("200 Data connections are protected.")

    # login

    def ftp_USER(self, login: str) -> None:  # noqa: N802 - found by this name
        """USER: the same answer for every login, and no change of identity in mid-session."""
        if self.authenticated:
            return self.respond("503 Already logged in; open a new connection for another login.")
        self.username = login
        return self.respond("331 Send the password.")

    async def ftp_PASS(self, password: str) -> None:  # noqa: N802 - found by this name
        """PASS: checked outside the event loop."""
        if self.authenticated or not self.username:
            return self.respond("503 Send USER first.")
        login, self.username = self.username, ""
        account = await self.services.logins.by_password(
            login, password, self.protocol, self.peer, proved_by(self.socket)
        )
        if account is None:
            return await self._refuse_login()
        self.files = await self.services.open_session(account, self.protocol, self.peer)
        self.username = login
        self.authenticated = True
        self._deadline.cancel()
        _log.info("login", protocol=self.protocol, account=account.login, peer=self.peer)
        return self.respond("230 Logged in.")

    async def _refuse_login(self) -> None:
        self._failures += 1
        _log.info("login refused", protocol=self.protocol, peer=self.peer)
        await asyncio.sleep(_FAILURE_DELAY)
        if self._failures >= MOST_FAILURES:
            self.respond("421 Too many wrong passwords.")
            self.close_when_done()
        else:
            self.respond("530 Login incorrect.")

    # deadlines

    def _too_late(self) -> None:
        """The login did not come in time, or no command for too long."""
        self.respond("421 Timeout.")
        self.close()

    def _wait_for_command(self) -> None:
        """Begin to count idle time anew; a command that runs is not idle."""
        if not self.authenticated:
            return
        self._deadline.cancel()
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self.services.idle_timeout, self._idle)

    def _idle(self) -> None:
        if self.is_running:
            self._wait_for_command()
        else:
            self._too_late()

    def _start_control_tls(self) -> None:
        reuse = self.services.session_reuse
        self.context.num_tickets = _CONTROL_TICKETS_TO_REUSE if reuse else _CONTROL_TICKETS
        self.start_tls(self.context)

    def close(self) -> None:
        """Close the connection."""
        self._deadline.cancel()
        super().close()
