"""The FTPS edge: from an accepted socket to a session on the virtual file system."""

from __future__ import annotations

import asyncio
import socket

from .client_certificate import ask_for
from .library import AsyncioLoop
from .services import FtpServices
from .session import FtpSession


class FtpsEdge:
    """Speaks FTP in TLS on the sockets of one listener.

    `protocol` is `ftps` where TLS begins with the connection, `ftpes` where AUTH begins it.
    """

    # what pyftpdlib asks of a connection's listener (library.Listener)
    backlog = 5

    def __init__(self, listener: socket.socket, protocol: str, services: FtpServices) -> None:
        self.socket = listener
        self.ip_map: list[str] = []
        self._protocol = protocol
        self._services = services
        self._ioloop = AsyncioLoop()
        self._sessions: set[FtpSession] = set()

    async def serve(self, sock: socket.socket) -> None:
        """Serve one connection until it ends."""
        services = self._services
        context = services.new_context()
        ask_for(context, await services.logins.client_certificates())
        session = FtpSession(
            sock, self, self._ioloop, protocol=self._protocol, services=services, context=context
        )
        self._sessions.add(session)
        try:
            session.begin()
            await session.wait_ended()
        finally:
            self._sessions.discard(session)

    async def stop(self, seconds: float) -> None:
        """Close all connections, and wait some seconds for the commands that run."""
        for session in list(self._sessions):
            session.respond("421 The server stops.")
            session.close()
        running = [asyncio.ensure_future(session.wait_run()) for session in self._sessions]
        if running:
            await asyncio.wait(running, timeout=seconds)

    def _accept_new_cons(self) -> bool:
        """The gate has decided that already."""
        return True
