"""Making a home: settings, SSH host keys, a TLS certificate and the database."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

from ...certs import Certificate, create_certificate, create_host_keys, load_certificate
from ..database import Database
from ..exceptions import InputInvalid
from ..home import Home
from ..migrations import migrations

_SETTINGS = """\
# wharfinger's settings; WHARFINGER_NAME in the environment overrides NAME here.
# Every setting, with its default: wharfinger serve --help, docs/settings.md

# where clients connect; ports below 1024 need a privilege. `off` for a protocol that is not offered
sftp = "0.0.0.0:2022"
ftps = "0.0.0.0:2990"    # FTP over implicit TLS
ftpes = "0.0.0.0:2121"   # FTP over explicit TLS

# ports for FTP data connections; open them in the firewall
passive_ports = "50000-50999"

# the name under which clients reach this server
public_host = "{host}"

# time zone of new clients
timezone = "{timezone}"
"""


def create_home(
    home: Home, *, settings: str | None = None, tls: tuple[Path, Path] | None = None
) -> bool:
    """Make what is missing in a home; returns whether there was none before.

    `tls` is a chain and a key to take over, else a self-signed certificate is made. Raises
    InputInvalid and CertsError.
    """
    new = not home.exists()
    home.create()
    create_host_keys(home.keys)
    _place_certificate(home, tls)
    Database(home.database, migrations).close()
    if new:
        # last, because it is what makes a folder a home
        text = settings if settings is not None else default_settings()
        home.settings.write_text(text, encoding="utf-8")
    return new


def default_settings() -> str:
    """The text of a new wharfinger.toml."""
    return _SETTINGS.format(host=socket.getfqdn(), timezone=system_timezone())


def system_timezone() -> str:
    """The IANA name of this machine's time zone, UTC if it tells none."""
    target = os.path.realpath("/etc/localtime")
    _, found, name = target.partition("/zoneinfo/")
    return name if found else "UTC"


def _place_certificate(home: Home, tls: tuple[Path, Path] | None) -> Certificate:
    chain, key = home.keys / "tls.crt", home.keys / "tls.key"
    if tls is not None:
        load_certificate(*tls)
        if chain.exists():
            raise InputInvalid(
                f"there is a certificate in {home.keys} already",
                hint="name yours in wharfinger.toml: tls_certificate and tls_key",
            )
        shutil.copyfile(tls[1], key, follow_symlinks=True)
        key.chmod(0o600)
        shutil.copyfile(tls[0], chain)
    if chain.exists():
        return load_certificate(chain, key)
    return create_certificate(chain, key, [socket.getfqdn(), "localhost"])
