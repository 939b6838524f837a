"""The edges that the settings name, each on a listening socket of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from ..accounts import SFTP_LEGACY, Logins
from ..ftps import FtpsEdge, FtpServices, PublicAddresses
from ..gate import listen
from ..settings import Settings
from ..sftp import SftpEdge
from .renewals import CertificateRenewal, HostKeyRenewal, Renewals
from .sessions import Sessions


class Edges:
    """Makes them."""

    def __init__(
        self, settings: Settings, renewals: Renewals, logins: Logins, sessions: Sessions
    ) -> None:
        self._settings = settings
        self._renewals = renewals
        self._logins = logins
        self._sessions = sessions

    def open(self) -> Iterator[tuple[str, socket.socket, SftpEdge | FtpsEdge]]:
        """Name, listening socket and edge, one after the other. Raises ListenerFailed."""
        settings, host_keys = self._settings, self._renewals.host_keys
        ssh = {"sftp": settings.sftp, SFTP_LEGACY: settings.sftp_legacy}
        for name, address in ssh.items():
            if address is not None and host_keys is not None:
                edge = self._sftp(host_keys, legacy=name == SFTP_LEGACY)
                yield name, listen(address.host, address.port), edge
        if self._renewals.certificate is None:
            return
        services = self._ftp_services(self._renewals.certificate)
        for name, address in {"ftps": settings.ftps, "ftpes": settings.ftpes}.items():
            if address is not None:
                listener = listen(address.host, address.port)
                yield name, listener, FtpsEdge(listener, name, services)

    def _sftp(self, host_keys: HostKeyRenewal, *, legacy: bool) -> SftpEdge:
        edge = SftpEdge(
            self._logins,
            self._sessions.open,
            host_keys.keys,
            login_timeout=self._settings.login_timeout,
            stall_timeout=self._settings.stall_timeout,
            legacy=legacy,
        )
        host_keys.tell(edge.use_host_keys)
        return edge

    def _ftp_services(self, certificate: CertificateRenewal) -> FtpServices:
        settings = self._settings
        return FtpServices(
            logins=self._logins,
            open_session=self._sessions.open,
            new_context=certificate.context,
            login_timeout=settings.login_timeout,
            idle_timeout=settings.idle_timeout,
            stall_timeout=settings.stall_timeout,
            passive_ports=settings.passive_range,
            public_addresses=PublicAddresses(settings.public_addresses, settings.public_address),
            session_reuse=settings.ftps_session_reuse == "require",
        )
