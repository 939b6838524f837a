"""What an FTP session needs from the rooms around it."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ..accounts import Account, Logins
from ..vfs import VfsSession
from .public_address import PublicAddresses


@dataclass(frozen=True, slots=True, kw_only=True)
class FtpServices:
    """What a session needs from the rooms around it."""

    logins: Logins
    open_session: Callable[[Account, str, str], Awaitable[VfsSession]]
    #: a fresh context for each control connection
    new_context: Callable[[], ssl.SSLContext]
    #: seconds
    login_timeout: float
    idle_timeout: float
    stall_timeout: float
    #: ports for passive mode, None for any
    passive_ports: range | None
    #: what PASV tells to whom
    public_addresses: PublicAddresses
    #: whether a data connection has to resume the TLS session of its control connection
    session_reuse: bool = False
