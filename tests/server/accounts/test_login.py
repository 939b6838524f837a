"""Who may log in: one answer, whatever the reason for a "no"."""

from __future__ import annotations

import time
from pathlib import Path

import argon2
import asyncssh
import pytest

from wharfinger.server.accounts import Authenticator, Registry
from wharfinger.server.accounts.account import read_public_key
from wharfinger.server.accounts.credential import hash_password

PASSWORD = "correct horse battery staple"
HERE = "203.0.113.7"


@pytest.fixture
def authenticator(registry: Registry) -> Authenticator:
    """An account by password, one by key, each in the state that its login tells."""
    known = hash_password(PASSWORD)
    registry.add_account("open", client="acme", password_hash=known, allowed_ips=[HERE])
    registry.add_account("ftps-only", client="acme", password_hash=known, protocols=["ftps"])
    registry.add_account("disabled", client="acme", password_hash=known)
    registry.edit_account("disabled", enabled=0)
    registry.add_account("keys-only", client="acme", public_keys=[])
    return Authenticator(registry)


def test_the_right_password_opens_the_account(authenticator: Authenticator) -> None:
    """By its protocol, from its address."""
    account = authenticator.by_password("open", PASSWORD, "sftp", HERE)
    assert account is not None
    assert account.login == "open"


@pytest.mark.parametrize(
    ("login", "password", "peer"),
    [
        ("open", "wrong", HERE),
        ("open", "", HERE),
        ("open", PASSWORD, "198.51.100.1"),
        ("OPEN", PASSWORD, HERE),
        ("open ", PASSWORD, HERE),
        ("ftps-only", PASSWORD, HERE),
        ("disabled", PASSWORD, HERE),
        ("keys-only", PASSWORD, HERE),
        ("keys-only", "", HERE),
        ("nobody", PASSWORD, HERE),
        ("", "", HERE),
        ("a\0b", PASSWORD, HERE),
        ("x" * 100_000, PASSWORD, HERE),
        ("' or 1=1 --", PASSWORD, HERE),
        ("\udce9", PASSWORD, HERE),
    ],
)
def test_everything_else_is_the_same_no(
    authenticator: Authenticator, login: str, password: str, peer: str
) -> None:
    """Wrong password, address, protocol, state or login, and names that cannot be."""
    assert authenticator.by_password(login, password, "sftp", peer) is None


def test_an_old_hash_is_made_anew_by_the_right_password(
    registry: Registry, authenticator: Authenticator
) -> None:
    """Dearer parameters reach accounts without anybody setting a password; a wrong one does not."""
    old = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    registry.edit_account("open", password_hash=old)
    assert authenticator.by_password("open", "wrong", "sftp", HERE) is None
    assert registry.account("open").password_hash == old
    assert authenticator.by_password("open", PASSWORD, "sftp", HERE)
    new = registry.account("open").password_hash
    assert new is not None
    assert argon2.extract_parameters(new).memory_cost >= 19 * 1024
    assert authenticator.by_password("open", PASSWORD, "sftp", HERE)
    assert registry.account("open").password_hash == new


def test_an_unknown_login_costs_what_a_known_one_costs(authenticator: Authenticator) -> None:
    """So that nobody finds out logins with a watch."""
    unknown, known = (fastest(authenticator, login) for login in ("nobody", "open"))
    assert 0.5 < unknown / known < 2


def fastest(authenticator: Authenticator, login: str) -> float:
    """Seconds of the fastest of several logins with a wrong password."""
    took = []
    for _ in range(5):
        began = time.thread_time()
        assert authenticator.by_password(login, "wrong password", "sftp", HERE) is None
        took.append(time.thread_time() - began)
    return min(took)


def test_a_key_opens_what_it_is_listed_for(registry: Registry, tmp_path: Path) -> None:
    """Whatever its comment; another key, another account and a piece of a key do not."""
    mine, other = (
        asyncssh.generate_private_key("ssh-ed25519", comment="acme payroll").export_public_key()
        for _ in range(2)
    )
    registry.add_account("keyed", client="acme", public_keys=[read_public_key(mine)])
    authenticator = Authenticator(registry)
    line = " ".join(mine.decode().split()[:2])

    def opens(login: str, key_line: str, protocol: str = "sftp") -> bool:
        return authenticator.by_public_key(login, key_line, protocol, HERE) is not None

    assert opens("keyed", line)
    assert not opens("keyed", " ".join(other.decode().split()[:2]))
    assert not opens("keyed", line[:-4])
    assert not opens("keyed", "")
    assert not opens("nobody", line)
    registry.edit_account("keyed", enabled=0)
    assert not opens("keyed", line)
