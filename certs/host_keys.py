"""SSH host keys: made once, loaded at start, shown as clients show them.

Three kinds, because old Java clients know neither ed25519 nor, some of them, ECDSA: with all three
every client that was tried finds one.
"""

from __future__ import annotations

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


def create_host_keys(folder: Path) -> list[Path]:
    """Make the host keys that are missing in `folder`; returns the files made."""
    made = []
    for name, (algorithm, options) in KINDS.items():
        path = folder / name
        if path.exists():
            continue
        key = asyncssh.generate_private_key(algorithm, comment="wharfinger", **options)
        write_private(path, key.export_private_key())
        path.with_name(f"{name}.pub").write_bytes(key.export_public_key())
        made.append(path)
    return made


def load_host_keys(folder: Path) -> list[asyncssh.SSHKey]:
    """The host keys of `folder`, best kind first.

    Raises PrivateFileExposed, and KeyUnusable when a file is damaged or there is none.
    """
    keys = [_load(folder / name) for name in KINDS if (folder / name).exists()]
    if not keys:
        raise KeyUnusable(f"there is no SSH host key in {folder}", hint="run: wharfinger init")
    return keys


def host_key_fingerprints(keys: list[asyncssh.SSHKey]) -> dict[str, str]:
    """Algorithm -> fingerprint, as OpenSSH, PuTTY and WinSCP print it (`SHA256:` and base64)."""
    return {key.get_algorithm(): key.get_fingerprint() for key in keys}


def _load(path: Path) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(read_private(path))
    except asyncssh.KeyImportError as error:
        raise KeyUnusable(
            f"{path} is no SSH private key without a passphrase: {error}",
            hint=f"move it away and run `wharfinger init`, or convert it: ssh-keygen -p -f {path}",
        ) from error
