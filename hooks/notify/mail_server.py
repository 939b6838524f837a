"""The SMTP server that takes our mail."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from aiosmtplib import SMTP, SMTPDataError, SMTPException, SMTPRecipientsRefused

#: seconds that one command may take
_TIMEOUT = 30.0


class MailRefused(Exception):
    """The server will never take this message for this recipient."""


class MailDelayed(Exception):
    """The server did not take the message now: it is down, busy, or does not know us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and in whose name."""

    host: str
    port: int
    #: `starttls` and `tls` never go on in the clear
    tls: Literal["starttls", "tls", "off"] = "starttls"
    #: PEM of the authority that signed the server's certificate; the system's if None
    authority: Path | None = None
    user: str | None = None
    password_file: Path | None = None
    #: address that mail comes from
    sender: str

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[MailSession]:
        """A session, logged in. Raises MailDelayed."""
        try:
            password, context = await asyncio.to_thread(self._credentials)
        except (OSError, ValueError) as error:
            raise MailDelayed(_describe(error)) from error
        client = self._client(password, context)
        try:
            try:
                await client.connect()
            except (SMTPException, OSError) as error:
                raise MailDelayed(_describe(error)) from error
            yield MailSession(client, self.sender)
        finally:
            client.close()

    def _client(self, password: str | None, context: ssl.SSLContext | None) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            tls_context=context,
            username=self.user,
            password=password,
            timeout=_TIMEOUT,
        )

    def _credentials(self) -> tuple[str | None, ssl.SSLContext | None]:
        password = self.password_file.read_text("utf-8").strip() if self.password_file else None
        context = ssl.create_default_context(cafile=self.authority) if self.tls != "off" else None
        return password, context


class MailSession:
    """A session with the server."""

    def __init__(self, client: SMTP, sender: str) -> None:
        self._client = client
        self._sender = sender

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand over a message. Raises MailRefused, MailDelayed."""
        try:
            await self._client.send_message(message, sender=self._sender, recipients=[recipient])
        except SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise (MailRefused if first.code >= 500 else MailDelayed)(_describe(first)) from error
        except SMTPDataError as error:
            raise (MailRefused if error.code >= 500 else MailDelayed)(_describe(error)) from error
        except (SMTPException, OSError) as error:
            raise MailDelayed(_describe(error)) from error


def _describe(error: Exception) -> str:
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    told = f"{code} {message}" if code and message else str(error) or type(error).__name__
    return " ".join(told.split())
