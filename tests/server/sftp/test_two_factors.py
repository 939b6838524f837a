"""Accounts that require key and password: both, in either order, and nothing less."""

from __future__ import annotations

import ftplib
import io
import ssl
from collections.abc import Callable, Iterator
from typing import Any, cast

import asyncssh
import paramiko
import pytest

from firm import PASSWORD
from wharfinger import Server
from wharfinger.server.exceptions import InputInvalid

LOGIN = "acme-both"
KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture
def both(server: Server) -> Server:
    """A server with an account that requires key and password."""
    server.add_account(
        LOGIN,
        client="acme",
        password=PASSWORD,
        public_keys=[KEY.export_public_key()],
        required="key+password",
    )
    return server


@pytest.fixture
def transport(both: Server) -> Iterator[paramiko.Transport]:
    """A connection that has proved nothing yet."""
    found = paramiko.Transport((both.sftp.host, both.sftp.port))
    found.start_client(timeout=20)
    yield found
    found.close()
    found.join(10)


def loaded(key: asyncssh.SSHKey) -> paramiko.PKey:
    """A key as paramiko has it."""
    return paramiko.Ed25519Key(file_obj=io.StringIO(key.export_private_key().decode()))


def by_key(transport: paramiko.Transport, key: asyncssh.SSHKey = KEY) -> list[str]:
    """Prove a key; returns what else is asked for."""
    return list(transport.auth_publickey(LOGIN, loaded(key)))


def by_password(transport: paramiko.Transport, password: str = PASSWORD) -> list[str]:
    """Prove a password; returns what else is asked for."""
    return list(transport.auth_password(LOGIN, password, fallback=False))


def by_prompt(transport: paramiko.Transport, password: str = PASSWORD) -> list[str]:
    """Answer the prompt of keyboard-interactive; returns what else is asked for."""
    return list(transport.auth_interactive(LOGIN, lambda *_: [password]))


def impostor(known: asyncssh.SSHKey, own: asyncssh.SSHKey) -> paramiko.PKey:
    """A key that names itself `known`, and signs as `own`."""
    key: Any = loaded(known)
    key.sign_ssh_data = loaded(own).sign_ssh_data
    return cast("paramiko.PKey", key)


Prove = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        (by_key, by_password, {"password", "keyboard-interactive"}),
        (by_key, by_prompt, {"password", "keyboard-interactive"}),
        (by_password, by_key, {"publickey"}),
        (by_prompt, by_key, {"publickey"}),
    ],
)
def test_both_open_the_account_in_either_order(
    first: Prove, second: Prove, left: set[str], transport: paramiko.Transport
) -> None:
    """After one proof the client hears what is left; after the other it is in."""
    assert set(first(transport)) == left
    assert not transport.is_authenticated()
    assert second(transport) == []
    assert transport.is_authenticated()
    sftp: Any = paramiko.SFTPClient.from_transport(transport)
    assert "hr" not in sftp.listdir("/")


@pytest.mark.parametrize("prove", [by_key, by_password, by_prompt])
def test_one_alone_opens_nothing(prove: Prove, transport: paramiko.Transport) -> None:
    """A channel is refused, and the same proof once more is no second one."""
    prove(transport)
    with pytest.raises(paramiko.SSHException):
        prove(transport)
    with pytest.raises(paramiko.SSHException):
        transport.open_session(timeout=10)


def test_a_wrong_second_proof_opens_nothing(transport: paramiko.Transport) -> None:
    """The key and a wrong password are refused; the right password still opens it then."""
    by_key(transport)
    for wrong in ("wrong", ""):
        with pytest.raises(paramiko.AuthenticationException):
            by_password(transport, wrong)
    assert not transport.is_authenticated()
    by_password(transport)
    assert transport.is_authenticated()


def test_a_wrong_key_with_the_password_opens_nothing(transport: paramiko.Transport) -> None:
    """The password and somebody else's key are refused."""
    by_password(transport)
    with pytest.raises(paramiko.AuthenticationException):
        by_key(transport, OTHER_KEY)
    assert not transport.is_authenticated()


def test_a_key_that_somebody_else_signs_for_is_no_proof(transport: paramiko.Transport) -> None:
    """The account's public key with a signature of another key leaves the account closed."""
    by_password(transport)
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_publickey(LOGIN, impostor(KEY, OTHER_KEY))
    assert not transport.is_authenticated()


def test_ftps_is_refused(both: Server) -> None:
    """The password alone would be half: FTPS refuses it like a wrong one."""
    context = ssl.create_default_context(cafile=both.settings.certificate_files[0])
    with ftplib.FTP_TLS(context=context, timeout=20) as ftp:  # noqa: S321 - in TLS
        ftp.connect("localhost", both.ftpes.port)
        with pytest.raises(ftplib.error_perm, match="530"):
            ftp.login(LOGIN, PASSWORD)


def test_an_account_has_to_have_what_it_requires(both: Server) -> None:
    """It cannot be made, or become, one that nobody could open."""
    with pytest.raises(InputInvalid, match="has to have both"):
        both.add_account("acme-half", client="acme", password=PASSWORD, required="key+password")
    with pytest.raises(InputInvalid, match="has to have both"):
        both._runtime.registry.edit_account(LOGIN, public_keys=())
