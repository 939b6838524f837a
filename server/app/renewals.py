"""A renewed certificate and changed host keys are taken while the server runs.

New connections get them at once; those that run keep what they began with. Nothing is used before
it is checked: what is refused is logged, and the old one is served on.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from ...certs import (
    CertsError,
    HostKeys,
    KeyDoesNotFit,
    ServedCertificate,
    expiry_warning,
    read_host_keys,
)
from ...hooks.timetable import Timetable
from ..settings import Settings

_log = structlog.get_logger()

#: time between looks at the files
_LOOK = timedelta(seconds=30)
#: an ACME client writes key and chain one after the other; longer than this it has failed
_PATIENCE = timedelta(minutes=10)

#: what tells whether a file was changed or replaced; None where there is none
Stamp = tuple[int, int, int] | None


class Renewals:
    """A job of the timetable, which looks at the files now and then, and when it is told to."""

    def __init__(self, settings: Settings) -> None:
        """Read what the listeners of these settings need. Raises CertsError."""
        self.host_keys: HostKeyRenewal | None = None
        self.certificate: CertificateRenewal | None = None
        self._wake: Callable[[], None] = lambda: None
        self._told = False
        if settings.sftp is not None or settings.sftp_legacy is not None:
            self.host_keys = HostKeyRenewal(settings.layout.keys)
        if settings.ftps is not None or settings.ftpes is not None:
            self.certificate = CertificateRenewal(*settings.certificate_files, settings.public_host)

    def start(self, timetable: Timetable) -> None:
        """Have it done while the server runs."""
        timetable.add("renewals", self)
        self._wake = lambda: timetable.wake("renewals")

    def reload(self) -> None:
        """Read the files anew, whether they seem changed or not."""
        self._told = True
        self._wake()

    async def __call__(self, now: datetime) -> datetime:
        """Take what was renewed."""
        told, self._told = self._told, False
        if self.host_keys is not None:
            await self.host_keys.look(told=told)
        if self.certificate is not None:
            await self.certificate.look(now, told=told)
        return now + _LOOK

    def close(self) -> None:
        """Forget the certificate's key."""
        if self.certificate is not None:
            self.certificate.close()


class CertificateRenewal:
    """The certificate of new FTPS connections, and the files that it comes from."""

    def __init__(self, chain: Path, key: Path, host: str | None) -> None:
        self._files = (chain, key)
        self._host = host
        self._seen = stamps(self._files)
        self._served = ServedCertificate(chain, key, host=host)
        #: since when the key in the files is not that of the chain
        self._half_since: datetime | None = None
        self._warned: date | None = None
        if host is not None and not self._served.certificate.covers(host):
            _log.warning("the self-signed certificate does not name public_host", host=host)

    def context(self) -> ssl.SSLContext:
        """What a new connection speaks TLS with."""
        return self._served.context()

    async def look(self, now: datetime, *, told: bool) -> None:
        """Serve what is in the files, if it was changed and is sound; warn of the end."""
        seen = await asyncio.to_thread(stamps, self._files)
        if told or seen != self._seen:
            self._seen = seen
            await self._renew(now)
        if self._half_since is not None and now - self._half_since > _PATIENCE:
            self._half_since = None
            _log.warning(
                "a renewed certificate was never completed: key and chain do not fit each other",
                files=list(map(str, self._files)),
            )
        self._warn(now)

    async def _renew(self, now: datetime) -> None:
        half_since, self._half_since = self._half_since, None
        try:
            renewed = await asyncio.to_thread(ServedCertificate, *self._files, host=self._host)
        except KeyDoesNotFit as error:
            self._half_since = half_since or now
            _log.info("a certificate is half renewed: its other half is awaited", found=str(error))
            return
        except CertsError as error:
            _refuse("a renewed certificate is refused: the old one is served on", error)
            return
        self._serve(renewed)

    def _serve(self, renewed: ServedCertificate) -> None:
        old, self._served = self._served, renewed
        old.close()
        found = renewed.certificate
        if found.fingerprint != old.certificate.fingerprint:
            _log.info(
                "a renewed certificate is served",
                subject=found.subject,
                expires=found.not_after.isoformat(),
                sha256=found.fingerprint,
            )

    def _warn(self, now: datetime) -> None:
        warning = expiry_warning(self._served.certificate, now)
        if warning is not None and self._warned != now.date():
            self._warned = now.date()
            _log.warning("the certificate has to be renewed", reason=warning)

    def close(self) -> None:
        """Forget the key."""
        self._served.close()


class HostKeyRenewal:
    """The host keys of new SFTP connections, and the folder that they come from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen = stamps(self._files())
        self.keys = read_host_keys(folder)
        self._users: list[Callable[[HostKeys], None]] = []

    def tell(self, use: Callable[[HostKeys], None]) -> None:
        """Give `use` the host keys whenever they change."""
        self._users.append(use)

    async def look(self, *, told: bool) -> None:
        """Serve what is in the folder, if it was changed and is sound."""
        seen = await asyncio.to_thread(lambda: stamps(self._files()))
        if not told and seen == self._seen:
            return
        self._seen = seen
        try:
            keys = await asyncio.to_thread(read_host_keys, self._folder)
        except CertsError as error:
            _refuse("changed host keys are refused: the old ones are served on", error)
            return
        if keys.fingerprints() == self.keys.fingerprints():
            return
        self.keys = keys
        for use in self._users:
            use(keys)
        served, announced = keys.fingerprints()
        _log.info("changed host keys are served", served=served, announced=announced)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("ssh_host_*"))


def stamps(files: Iterable[Path]) -> dict[Path, Stamp]:
    """Each file's stamp, through links; a change of its mode or owner counts too."""
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> Stamp:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns, found.st_size


def _refuse(event: str, error: CertsError) -> None:
    _log.warning(event, code=error.code, reason=str(error), hint=error.hint)
