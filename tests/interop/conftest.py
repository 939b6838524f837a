"""A server for real clients, and what they need to reach it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import asyncssh
import pytest

from clients import Target
from firm import PASSWORD
from wharfinger import Server
from wharfinger.certs import load_host_keys
from wharfinger.hooks.engine.specimen import mapping_text
from wharfinger.server.home import Home


@pytest.fixture
def public_server(start: Callable[..., Server]) -> Server:
    """The server that `target` names."""
    return start()


@pytest.fixture
def target(
    public_server: Server, home: Home, tmp_path: Path, open_account: Callable[..., Target]
) -> Target:
    """A server's addresses, with an account that a password and a key open."""
    return open_account(public_server, home, tmp_path)


@pytest.fixture(scope="session")
def open_account() -> Callable[[Server, Home, Path], Target]:
    """Adds the account that clients use, with its folder /hr/users."""
    return _open_account


def _open_account(server: Server, home: Home, folder: Path) -> Target:
    key = asyncssh.generate_private_key("ssh-ed25519")
    key_file = folder / "key"
    key_file.touch(0o600)
    key_file.write_bytes(key.export_private_key())
    server.add_client("acme", timezone="Europe/Paris")
    server.add_account(
        "acme-payroll",
        client="acme",
        password=PASSWORD,
        public_keys=[key.export_public_key()],
    )
    (home.mappings / "specimen.toml").write_text(mapping_text())
    server.add_folder(
        "acme-payroll", "/hr/users", name="Users", mapping="specimen", first_import="apply"
    )
    known_hosts = folder / "known_hosts"
    lines = [
        f"[127.0.0.1]:{server.sftp.port} {k.convert_to_public().export_public_key().decode()}"
        for k in load_host_keys(home.keys)
    ]
    known_hosts.write_text("".join(lines))
    os.environ.pop("SSH_AUTH_SOCK", None)
    return Target(
        sftp=server.sftp,
        ftps=server.ftps,
        ftpes=server.ftpes,
        login="acme-payroll",
        password=PASSWORD,
        key=key_file,
        known_hosts=known_hosts,
        certificate=home.keys / "tls.crt",
        folder=folder,
    )
