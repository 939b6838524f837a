"""A real SMTP server that keeps what it is given."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class PostOffice:
    """Serves in a thread; stopped and started again, it keeps its port."""

    #: what aiosmtpd's SMTP takes
    options: dict[str, Any] = field(default_factory=dict)
    port: int = 0
    #: address -> reply to its RCPT
    refused: dict[str, str] = field(default_factory=dict)
    #: reply to the next DATA, once
    next_reply: str | None = None
    messages: list[EmailMessage] = field(default_factory=list)
    sources: list[bytes] = field(default_factory=list)
    #: is set whenever a message has come
    came: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,))
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        # a failed handshake leaves one that nobody closes
        transports: list[Any] = []

        class Desk(SMTP):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                transports.append(transport)
                super().connection_made(transport)

        made = self._loop.create_server(lambda: Desk(self, **self.options), sock=self._listener)
        server = self._loop.run_until_complete(made)
        ready.set()
        self._loop.run_forever()
        server.close()
        for transport in transports:
            with suppress(AttributeError):  # before Python 3.11.4 where it was closed twice
                transport.abort()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
            self._loop.run_until_complete(asyncio.wait([task]))
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        """Take a recipient, or refuse it."""
        if reply := self.refused.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take a message."""
        reply, self.next_reply = self.next_reply, None
        if reply:
            return reply
        content = envelope.content
        assert isinstance(content, bytes)
        self.sources.append(content)
        self.messages.append(email.message_from_bytes(content, policy=default))
        self.came.set()
        return "250 OK"


def authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: object
) -> AuthResult:
    """Lets in one user."""
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"wharf", b"tide")
    return AuthResult(success=known, handled=False)
