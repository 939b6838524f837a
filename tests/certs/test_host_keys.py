"""SSH host keys: three kinds, tight, and shown as OpenSSH shows them."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from wharfinger.certs import (
    KeyUnusable,
    PrivateFileExposed,
    create_host_keys,
    host_key_fingerprints,
    load_host_keys,
)
from wharfinger.certs.host_keys import KINDS

BITS = {"ssh-ed25519": "256", "ecdsa-sha2-nistp256": "256", "ssh-rsa": "3072"}


def copy(keys: Path, folder: Path, *names: str) -> None:
    """Some of the host keys, in a folder of their own."""
    for name in names:
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes((keys / name).read_bytes())


def listed(file: Path) -> tuple[str, str]:
    """The bits and the fingerprint that `ssh-keygen -l` prints."""
    out = subprocess.run(["ssh-keygen", "-lf", file], capture_output=True, text=True, check=True)
    bits, fingerprint, *_ = out.stdout.split()
    return bits, fingerprint


def test_a_home_has_three_kinds_that_openssh_lists_with_the_same_fingerprints(keys: Path) -> None:
    """ed25519, ECDSA P-256 and RSA 3072, each with the fingerprint that `ssh-keygen -l` prints."""
    told = host_key_fingerprints(load_host_keys(keys))
    for name, (algorithm, _) in KINDS.items():
        for file in (keys / name, keys / f"{name}.pub"):
            assert listed(file) == (BITS[algorithm], told[algorithm])
    assert set(told) == set(BITS)


def test_only_the_owner_may_read_the_private_halves(keys: Path) -> None:
    """They have mode 0600 whatever the umask was."""
    assert {stat.S_IMODE((keys / name).stat().st_mode) for name in KINDS} == {0o600}


def test_only_what_is_missing_is_made(keys: Path, tmp_path: Path) -> None:
    """A key that is there stays as it is, since clients have pinned it."""
    copy(keys, tmp_path, "ssh_host_rsa_key", "ssh_host_ed25519_key")
    made = create_host_keys(tmp_path)
    assert [path.name for path in made] == ["ssh_host_ecdsa_key"]
    assert (tmp_path / "ssh_host_rsa_key").read_bytes() == (keys / "ssh_host_rsa_key").read_bytes()
    assert create_host_keys(tmp_path) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_that_others_can_read_is_refused(keys: Path, tmp_path: Path, mode: int) -> None:
    """One sentence says which file and which mode, and the hint is the command that mends it."""
    copy(keys, tmp_path, "ssh_host_ed25519_key")
    key = tmp_path / "ssh_host_ed25519_key"
    key.chmod(mode)
    with pytest.raises(PrivateFileExposed) as refused:
        load_host_keys(tmp_path)
    assert str(refused.value) == f"{key} is a private key that others can read (mode {mode:04o})"
    assert f"chmod 600 {key}" in refused.value.hint


def test_a_folder_without_keys_says_how_to_get_some(tmp_path: Path) -> None:
    """The hint names `wharfinger init`."""
    with pytest.raises(KeyUnusable, match="no SSH host key") as refused:
        load_host_keys(tmp_path)
    assert "wharfinger init" in refused.value.hint


@pytest.mark.parametrize("content", [b"", b"no key", b"\0" * 100, b"-----BEGIN OPENSSH"])
def test_a_damaged_key_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    """Whatever is in the file, what comes is KeyUnusable with the file's name."""
    key = tmp_path / "ssh_host_ed25519_key"
    key.touch(mode=0o600)
    key.write_bytes(content)
    with pytest.raises(KeyUnusable, match=r"ssh_host_ed25519_key is no SSH private key"):
        load_host_keys(tmp_path)


def test_a_key_with_a_passphrase_is_refused(tmp_path: Path) -> None:
    """A server starts unattended, so nobody could type it."""
    key = tmp_path / "ssh_host_ed25519_key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "passphrase", "-f", key], check=True)
    with pytest.raises(KeyUnusable, match="without a passphrase") as refused:
        load_host_keys(tmp_path)
    assert "ssh-keygen -p" in refused.value.hint
