"""What a real transfer client is: how it does each thing, or why it cannot.

A client gets a `Target` and runs as payroll software would run it: unattended, with the host key or
certificate checked. The clients themselves are in fleet/.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wharfinger.server.settings import Address

#: seconds after which a client that hangs is ended
TIMEOUT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where and how to log in; `folder` is a scratch folder for what clients want as files."""

    sftp: Address
    ftps: Address
    ftpes: Address
    login: str
    password: str
    #: private key file that opens the account too
    key: Path
    known_hosts: Path
    certificate: Path
    folder: Path


class ClientFailed(Exception):
    """A client reported a failure; the text is what it printed."""


@dataclass(frozen=True, slots=True)
class Command:
    """A client's command line, with what it reads from standard input and from its environment."""

    words: tuple[str, ...]
    text: str = ""
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> str:
        """Run it to its end; returns what it printed. Raises ClientFailed."""
        return run(*self.words, text=self.text, env=self.environment())

    def start(self) -> subprocess.Popen[bytes]:
        """Start it as the leader of a process group, to be killed."""
        process = subprocess.Popen(
            self.words,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self.environment(),
            start_new_session=True,
        )
        assert process.stdin is not None
        with process.stdin as stdin:
            stdin.write(self.text.encode())
        return process

    def environment(self) -> dict[str, str]:
        """All of its environment."""
        return {**os.environ, "LC_ALL": "C.UTF-8", **self.env}


#: a file here and a path there
Transfer = Callable[[Target, Path, str], Command]
#: the name before and the name after
Rename = Callable[[Target, str, str], Command]
#: a folder there; the command prints the names
Listing = Callable[[Target, str], Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client with one protocol; a text instead of a way says why there is none."""

    #: what must be installed: a program, or a file
    needs: str
    protocol: str
    put: Transfer
    get: Transfer
    resume: Transfer | str
    rename: Rename | str
    listing: Listing | str
    #: why it fails at a refusal, but does not show the reason
    silent: str = ""
    #: why it takes a refusal at the end of a file for a success
    deaf: str = ""
    #: why it may fail to send a file of no bytes
    empty: str = ""


def run(*command: str, text: str = "", env: dict[str, str] | None = None) -> str:
    """Run a client; returns what it printed. Raises ClientFailed."""
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=TIMEOUT, check=False, env=env
    )
    if done.returncode:
        raise ClientFailed(f"exit {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def ssh_options(target: Target) -> list[str]:
    """OpenSSH's options for an unattended run with a checked host key."""
    options = (
        f"IdentityFile={target.key}",
        "IdentitiesOnly=yes",
        f"UserKnownHostsFile={target.known_hosts}",
        "StrictHostKeyChecking=yes",
        "BatchMode=yes",
    )
    return ["-F", "none", *(word for option in options for word in ("-o", option))]
