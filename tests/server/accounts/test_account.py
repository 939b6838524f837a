"""Accounts: from where, how and by which keys they open."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from wharfinger.server.accounts import PROTOCOLS, Account
from wharfinger.server.accounts.account import (
    check_login,
    check_network,
    check_protocols,
    read_public_key,
)
from wharfinger.server.exceptions import InputInvalid


def account(**fields: Any) -> Account:
    """An account that is open to everybody, but for what is named."""
    fields = {"protocols": frozenset(PROTOCOLS), "allowed_ips": (), "enabled": True, **fields}
    return Account(
        id=1,
        login="acme-payroll",
        client="acme",
        host="default",
        password_hash=None,
        public_keys=(),
        created_at=datetime.now(UTC),
        **fields,
    )


@pytest.mark.parametrize(
    ("networks", "peer", "admitted"),
    [
        ((), "203.0.113.7", True),
        (("203.0.113.7",), "203.0.113.7", True),
        (("203.0.113.7",), "203.0.113.8", False),
        (("203.0.113.0/24", "198.51.100.0/24"), "198.51.100.255", True),
        (("203.0.113.0/24",), "203.0.114.0", False),
        (("2001:db8::/32",), "2001:db8:ffff::1", True),
        (("2001:db8::/32",), "2001:db9::1", False),
        # an IPv4 client of a socket that speaks both
        (("203.0.113.0/24",), "::ffff:203.0.113.7", True),
        (("203.0.113.0/24",), "::ffff:198.51.100.1", False),
        # families are kept apart
        (("0.0.0.0/0",), "2001:db8::1", False),
        (("::/0",), "203.0.113.7", False),
        (("fe80::/10",), "fe80::1%eth0", True),
    ],
)
def test_an_allow_list_admits_its_networks_and_nobody_else(
    networks: tuple[str, ...], peer: str, *, admitted: bool
) -> None:
    """IPv4, IPv6, and IPv4 as a socket for both shows it."""
    checked = tuple(map(check_network, networks))
    assert account(allowed_ips=checked).admits("sftp", peer) is admitted


def test_a_disabled_account_and_another_protocol_are_not_admitted() -> None:
    """Whatever else would be right."""
    assert not account(enabled=False).admits("sftp", "127.0.0.1")
    assert account(protocols=frozenset({"ftpes"})).admits("ftpes", "127.0.0.1")
    assert not account(protocols=frozenset({"ftpes"})).admits("ftps", "127.0.0.1")


@pytest.mark.parametrize(
    "text", ["", "acme", "203.0.113.7/24", "203.0.113.0/33", "300.0.0.1", "::1/129", "1\n2", "0x1"]
)
def test_what_is_no_network_is_refused(text: str) -> None:
    """Host bits are a mistake too: /24 of one address would open 256."""
    with pytest.raises(InputInvalid, match="is no IP address or network") as refused:
        check_network(text)
    assert "203.0.113.0/24" in refused.value.hint


@pytest.mark.parametrize("login", ["a", "acme-payroll", "paie@acme.example", "A.b_c+d-9", "x" * 64])
def test_what_can_be_a_login(login: str) -> None:
    """Letters, digits and what mail addresses are made of."""
    assert check_login(login) == login


@pytest.mark.parametrize(
    "login",
    ["", ".", "..", "-x", "x-", "a/b", "a b", "a\nb", "a\0b", "é", "x" * 65, "a\\b", "a\n", "~"],
)
def test_what_cannot_be_a_login(login: str) -> None:
    """It is a folder's name too, so nothing of it may mean anything to a path."""
    with pytest.raises(InputInvalid, match="cannot be a login"):
        check_login(login)


def test_connection_types_are_chosen_from_three() -> None:
    """One that there is not, and none at all, are refused."""
    assert check_protocols(["ftps", "sftp", "sftp"]) == {"sftp", "ftps"}
    for wrong in (["ftp"], []):
        with pytest.raises(InputInvalid) as refused:
            check_protocols(wrong)
        assert "sftp, ftps, ftpes" in refused.value.hint


def made(folder: Path, kind: str, bits: str, comment: str = "acme") -> Path:
    """A key by ssh-keygen; returns its public half."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", comment, "-f", folder / "key"],
        check=True,
    )
    return folder / "key.pub"


@pytest.mark.parametrize(
    ("kind", "bits", "algorithm"),
    [
        ("rsa", "2048", "ssh-rsa"),
        ("rsa", "4096", "ssh-rsa"),
        ("ecdsa", "256", "ecdsa-sha2-nistp256"),
        ("ecdsa", "384", "ecdsa-sha2-nistp384"),
        ("ecdsa", "521", "ecdsa-sha2-nistp521"),
        ("ed25519", "256", "ssh-ed25519"),
    ],
)
def test_public_keys_are_read_in_both_forms(
    tmp_path: Path, kind: str, bits: str, algorithm: str
) -> None:
    """An OpenSSH file and an RFC 4716 file of one key, with ssh-keygen's fingerprint."""
    openssh = made(tmp_path, kind, bits)
    listed, rfc4716 = (
        subprocess.run(["ssh-keygen", *how, openssh], capture_output=True, check=True).stdout
        for how in (("-lf",), ("-e", "-m", "RFC4716", "-f"))
    )
    assert rfc4716.startswith(b"---- BEGIN SSH2 PUBLIC KEY ----")
    for data in (openssh.read_bytes(), rfc4716, rfc4716.replace(b"\n", b"\r\n")):
        key = read_public_key(data)
        assert key.algorithm == algorithm
        assert key.fingerprint == listed.decode().split()[1]
        assert key.line.split()[:2] == openssh.read_text().split()[:2]


def test_a_weak_rsa_key_is_refused(tmp_path: Path) -> None:
    """1024 bits are too few; the hint says how many are wanted."""
    data = made(tmp_path, "rsa", "1024").read_bytes()
    with pytest.raises(InputInvalid, match="an RSA key of 1024 bits is too weak") as refused:
        read_public_key(data)
    assert "2048" in refused.value.hint


def test_a_dsa_key_is_refused() -> None:
    """OpenSSH itself no longer makes them."""
    data = asyncssh.generate_private_key("ssh-dss").export_public_key()
    with pytest.raises(InputInvalid, match="ssh-dss keys are not accepted"):
        read_public_key(data)


def test_a_private_key_is_refused_as_what_it_is(tmp_path: Path) -> None:
    """People pick the wrong file of the two; the hint says which one is meant."""
    made(tmp_path, "ed25519", "256")
    with pytest.raises(InputInvalid, match="this is a private key") as refused:
        read_public_key((tmp_path / "key").read_bytes())
    assert ".pub" in refused.value.hint


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"ssh-rsa",
        b"ssh-rsa !!!! acme",
        b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
        b"\0" * 1000,
        b"\xff\xfe\x00",
        b"---- BEGIN SSH2 PUBLIC KEY ----\nComment: x\n---- END SSH2 PUBLIC KEY ----\n",
        b"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
    ],
)
def test_what_is_no_public_key_is_refused(data: bytes) -> None:
    """Whatever bytes a file holds, what comes is one sentence."""
    with pytest.raises(InputInvalid) as refused:
        read_public_key(data)
    assert "\n" not in str(refused.value)
    assert refused.value.hint
