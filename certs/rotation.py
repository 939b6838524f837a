"""Host keys are rotated with an overlap, so that no client meets a key that it does not know.

1. rotate: a successor is made. The server goes on proving itself by the old key, and tells clients
   of the new one after each login (hostkeys-00@openssh.com); OpenSSH learns it with UpdateHostKeys,
   and other clients' administrators are told its fingerprint.
2. retire: the successor takes the old one's place, which is kept aside.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import asyncssh

from .exceptions import RotationRefused
from .host_keys import KINDS, NEXT, create_host_key, load_host_key, public_half

#: how people name an algorithm -> the file of its key
ALGORITHMS = {
    "ed25519": "ssh_host_ed25519_key",
    "ecdsa": "ssh_host_ecdsa_key",
    "rsa": "ssh_host_rsa_key",
}


def rotate_host_key(folder: Path, algorithm: str) -> asyncssh.SSHKey:
    """Make the successor of a host key. Raises RotationRefused when there is one already."""
    name = ALGORITHMS[algorithm]
    successor = folder / f"{name}{NEXT}"
    if not (folder / name).exists():
        raise RotationRefused(f"there is no {algorithm} key to rotate", hint="run: wharfinger init")
    if successor.exists():
        raise RotationRefused(
            f"the {algorithm} key has a successor already:"
            f" {load_host_key(successor).get_fingerprint()}",
            hint="when clients know it, retire the old one: wharfinger certs retire-host-key",
        )
    return create_host_key(successor, *KINDS[name])


def retire_host_key(folder: Path, fingerprint: str, now: datetime) -> Path:
    """Put a host key aside; returns where it lies now.

    An old key is followed by its successor; a successor is withdrawn, and the old key stays. Raises
    RotationRefused when no key has this fingerprint, or nothing would follow it.
    """
    path = _find(folder, fingerprint)
    aside = path.with_name(f"{path.name.removesuffix(NEXT)}.retired-{now:%Y%m%dT%H%M%S}")
    if path.name.endswith(NEXT):
        os.rename(path, aside)
        os.rename(public_half(path), public_half(aside))
        return aside
    successor = path.with_name(f"{path.name}{NEXT}")
    if not successor.exists():
        raise RotationRefused(
            f"{fingerprint} has no successor, and clients would find no key of its kind",
            hint="make one first: wharfinger certs rotate-host-key",
        )
    os.link(path, aside)
    os.link(public_half(path), public_half(aside))
    # at every moment there is a key of this kind: the old one or the new one
    os.replace(successor, path)
    os.replace(public_half(successor), public_half(path))
    return aside


def _find(folder: Path, fingerprint: str) -> Path:
    for path in (folder / f"{name}{suffix}" for name in KINDS for suffix in ("", NEXT)):
        if path.exists() and load_host_key(path).get_fingerprint() == fingerprint:
            return path
    raise RotationRefused(
        f"there is no host key with the fingerprint {fingerprint}",
        hint="copy it from `wharfinger certs show`",
    )
