"""SSH host keys: made once, loaded at start, shown as clients show them.

Three kinds, because old Java clients know neither ed25519 nor, some of them, ECDSA: with all three
every client that was tried finds one.

A key is rotated with an overlap (rotation): its successor lies beside it as NAME.next, and is
announced to clients until the old one is retired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from .exceptions import KeyUnusable
from .private_file import read_private, write_private

#: file name -> how asyncssh makes such a key
KINDS: dict[str, tuple[str, dict[str, int]]] = {
    "ssh_host_ed25519_key": ("ssh-ed25519", {}),
    "ssh_host_ecdsa_key": ("ecdsa-sha2-nistp256", {}),
    "ssh_host_rsa_key": ("ssh-rsa", {"key_size": 3072}),
}

#: what follows the name of a key's file in that of its successor's
NEXT = ".next"


@dataclass(frozen=True, slots=True)
class HostKeys:
    """The host keys of a server."""

    #: what it proves itself by, best kind first
    served: tuple[asyncssh.SSHKey, ...]
    #: what it will prove itself by; clients that ask are told beforehand
    announced: tuple[asyncssh.SSHKey, ...] = ()

    def fingerprints(self) -> tuple[list[str], list[str]]:
        """Of those served and of those announced."""
        return (
            [key.get_fingerprint() for key in self.served],
            [key.get_fingerprint() for key in self.announced],
        )


def create_host_keys(folder: Path) -> list[Path]:
    """Make the host keys that are missing in `folder`; returns the files made."""
    made = []
    for name, (algorithm, options) in KINDS.items():
        path = folder / name
        if path.exists():
            continue
        create_host_key(path, algorithm, options)
        made.append(path)
    return made


def create_host_key(path: Path, algorithm: str, options: dict[str, int]) -> asyncssh.SSHKey:
    """Make a host key, and its public half beside it. Raises FileExistsError."""
    key = asyncssh.generate_private_key(algorithm, comment="wharfinger", **options)
    write_private(path, key.export_private_key())
    public_half(path).write_bytes(key.export_public_key())
    return key


def public_half(path: Path) -> Path:
    """The file of a key's public half."""
    return path.with_name(f"{path.name}.pub")


def read_host_keys(folder: Path) -> HostKeys:
    """The host keys of `folder`.

    Raises PrivateFileExposed, and KeyUnusable when a file is damaged or there is none.
    """
    served, announced = (
        tuple(
            load_host_key(path)
            for path in (folder / f"{name}{suffix}" for name in KINDS)
            if path.exists()
        )
        for suffix in ("", NEXT)
    )
    if not served:
        raise KeyUnusable(f"there is no SSH host key in {folder}", hint="run: wharfinger init")
    return HostKeys(served, announced)


def load_host_keys(folder: Path) -> list[asyncssh.SSHKey]:
    """The host keys of `folder` that are served, best kind first. Raises as read_host_keys does."""
    return list(read_host_keys(folder).served)


def host_key_fingerprints(keys: Sequence[asyncssh.SSHKey]) -> dict[str, str]:
    """Algorithm -> fingerprint, as OpenSSH, PuTTY and WinSCP print it (`SHA256:` and base64)."""
    return {key.get_algorithm(): key.get_fingerprint() for key in keys}


def load_host_key(path: Path) -> asyncssh.SSHKey:
    """One host key. Raises PrivateFileExposed, KeyUnusable."""
    try:
        return asyncssh.import_private_key(read_private(path))
    except asyncssh.KeyImportError as error:
        raise KeyUnusable(
            f"{path} is no SSH private key without a passphrase: {error}",
            hint=f"move it away and run `wharfinger init`, or convert it: ssh-keygen -p -f {path}",
        ) from error
