"""OpenSSH learns a host key before it is served (UpdateHostKeys)."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncssh
import pytest

from clients import Target, run, ssh_options
from wharfinger import Server
from wharfinger.certs import load_host_keys, retire_host_key, rotate_host_key
from wharfinger.server.home import Home
from witness import until


def base64(key: asyncssh.SSHKey) -> str:
    """A key as it stands in known_hosts."""
    return key.convert_to_public().export_public_key().decode().split()[1]


def learn(target: Target) -> set[str]:
    """What is in known_hosts after a login with OpenSSH, which checks the host key."""
    run(
        *("sftp", "-q", "-b", "-", "-P", str(target.sftp.port)),
        *("-o", "UpdateHostKeys=yes", *ssh_options(target)),
        f"{target.login}@127.0.0.1",
        text="ls /\n",
    )
    return {line.split()[2] for line in target.known_hosts.read_text().splitlines() if line}


@pytest.mark.parametrize("algorithm", ["ed25519", "rsa"])
def test_openssh_follows_a_rotation_without_a_question(
    target: Target, public_server: Server, home: Home, algorithm: str
) -> None:
    """known_hosts has the new key before the old one is retired, and loses the old one then."""
    old = next(key for key in load_host_keys(home.keys) if algorithm in key.get_algorithm())
    assert base64(old) in learn(target)
    new = rotate_host_key(home.keys, algorithm)
    public_server.reload()
    until(lambda: {base64(old), base64(new)} <= learn(target))
    retire_host_key(home.keys, old.get_fingerprint(), datetime.now(UTC))
    public_server.reload()
    until(lambda: base64(old) not in learn(target))
    assert base64(new) in learn(target)
