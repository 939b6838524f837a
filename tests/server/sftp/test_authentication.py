"""Who gets in, and what is said to whoever does not: the state machine of RFC 4252 from outside."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from typing import Any

import asyncssh
import paramiko
import pytest

from firm import PASSWORD, provision
from process import ServeProcess
from wharfinger import Server, Settings
from wharfinger.certs import HostKeys
from wharfinger.server.home import Home
from wharfinger.server.sftp.edge import SftpEdge, _Client
from witness import until

KEY = asyncssh.generate_private_key("ssh-ed25519")
OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519")
#: what SASLprep (RFC 4013) makes one of: a ligature, a soft hyphen, a decomposed é
TYPED, KEPT = "ﬁle\u00adre\u0301sume\u0301 ok", "filerésumé ok"


@pytest.fixture
def transport(server: Server) -> Iterator[paramiko.Transport]:
    """A connection that has proved nothing yet; `acme-key` is opened by a key alone."""
    server.add_account("acme-key", client="acme", public_keys=[KEY.export_public_key()])
    server.add_account("acme-off", client="acme", password=PASSWORD)
    server._runtime.registry.edit_account("acme-off", enabled=0)
    server.add_account("acme-letters", client="acme", password=KEPT)
    found = paramiko.Transport((server.sftp.host, server.sftp.port))
    found.start_client(timeout=20)
    yield found
    found.close()
    found.join(10)


def loaded(key: asyncssh.SSHKey) -> Any:
    """A key as paramiko has it."""
    return paramiko.Ed25519Key(file_obj=io.StringIO(key.export_private_key().decode()))


def test_no_channel_before_a_login(transport: paramiko.Transport) -> None:
    """A channel that is opened before anything is proved ends the connection."""
    with pytest.raises(paramiko.SSHException):
        transport.open_session(timeout=10)
    until(lambda: not transport.is_active())


def test_the_method_none_opens_nothing(transport: paramiko.Transport) -> None:
    """It is answered by the methods that there are."""
    with pytest.raises(paramiko.BadAuthenticationType) as refused:
        transport.auth_none("acme-payroll")
    assert set(refused.value.allowed_types) == {"publickey", "keyboard-interactive", "password"}


@pytest.mark.parametrize("login", ["acme-payroll", "nobody", "acme-off", "acme-key", ""])
@pytest.mark.parametrize("password", ["", "wrong"])
def test_everybody_hears_the_same_no(
    login: str, password: str, transport: paramiko.Transport
) -> None:
    """Known, unknown, disabled, without a password: refused, with the same methods left."""
    with pytest.raises(paramiko.AuthenticationException) as refused:
        transport.auth_password(login, password, fallback=False)
    assert type(refused.value) is paramiko.AuthenticationException
    assert not transport.is_authenticated()


@pytest.mark.parametrize("login", ["acme-off", "acme-key", "nobody"])
def test_the_right_password_of_another_opens_nothing(
    login: str, transport: paramiko.Transport
) -> None:
    """A disabled account stays closed to its own password too."""
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password(login, PASSWORD, fallback=False)


def test_the_user_name_cannot_change(transport: paramiko.Transport) -> None:
    """A second name on the same connection ends it, whatever its password."""
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password("nobody", PASSWORD, fallback=False)
    with pytest.raises(paramiko.SSHException):
        transport.auth_password("acme-payroll", PASSWORD, fallback=False)
    assert not transport.is_authenticated()
    until(lambda: not transport.is_active())


def test_the_server_never_lets_in_without_a_proof() -> None:
    """A false value of begin_auth would: asyncssh takes it for "no authentication needed"."""
    for login in ("", "nobody", "acme-payroll"):
        client = _Client("sftp", None, None, 1)  # type: ignore[arg-type]  # neither is asked
        assert client.begin_auth(login) is True
        assert client.proved(login, "password") is False


def test_a_key_that_somebody_else_signs_for_opens_nothing(transport: paramiko.Transport) -> None:
    """The account's key is public: naming it without signing as it proves nothing."""
    key = loaded(KEY)
    key.sign_ssh_data = loaded(OTHER_KEY).sign_ssh_data
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_publickey("acme-key", key)
    assert not transport.is_authenticated()
    transport.auth_publickey("acme-key", loaded(KEY))
    assert transport.is_authenticated()


def test_a_password_is_not_changed_by_its_user(transport: paramiko.Transport) -> None:
    """A request to change it, with the right old one, is refused, and opens nothing."""
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password("acme-payroll", "first", fallback=False)
    message = paramiko.Message()
    message.add_byte(b"\x32")  # SSH_MSG_USERAUTH_REQUEST (RFC 4252 §8)
    for text in ("acme-payroll", "ssh-connection", "password"):
        message.add_string(text)
    message.add_boolean(True)
    message.add_string(PASSWORD)
    message.add_string("another")
    wire: Any = transport
    wire._send_message(message)
    for _ in range(2):  # whichever request the answers belong to
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_password("acme-payroll", "wrong", fallback=False)
    assert not transport.is_authenticated()


@pytest.mark.parametrize("typed", [KEPT, TYPED])
def test_answers_to_a_prompt_are_normalised_like_passwords(
    typed: str, transport: paramiko.Transport
) -> None:
    """Keyboard-interactive and password take the same letters, however they are composed."""
    prompts: list[Any] = []

    def answer(title: str, instructions: str, asked: list[Any]) -> list[str]:
        prompts.extend(asked)
        return [typed for _ in asked]

    assert transport.auth_interactive("acme-letters", answer) == []
    assert transport.is_authenticated()
    assert prompts == [("Password:", False)]


@pytest.mark.parametrize("answers", [[], ["wrong"], [""], [PASSWORD, PASSWORD]])
def test_other_answers_to_a_prompt_open_nothing(
    answers: list[str], transport: paramiko.Transport
) -> None:
    """Too few, too many, wrong: refused."""
    with pytest.raises(paramiko.SSHException):
        transport.auth_interactive("acme-payroll", lambda *_: answers)
    assert not transport.is_authenticated()


EVIL = 'x"}\n{"event": "login", "account": "admin\x1b[2J'


def test_every_event_is_one_line_of_json(home: Home) -> None:
    """What a client sends cannot forge a line: newlines and escapes in names, paths, commands."""
    with Server(Settings(home=home.root)) as server:
        provision(server, mapping=None)
    with ServeProcess(home.root) as process:
        transport = paramiko.Transport(process.address("sftp"))
        transport.local_version = f"SSH-2.0-evil\x1b[2J{EVIL.split(chr(10), maxsplit=1)[0]}"
        transport.connect(username="acme-payroll", password=PASSWORD)
        with pytest.raises(paramiko.SSHException):
            transport.open_session().exec_command(EVIL)
        sftp: Any = paramiko.SFTPClient.from_transport(transport)
        with pytest.raises(OSError, match=r"\w"):
            sftp.open(f"/hr/users/{EVIL}", "wb")
        transport.close()
        transport.join(10)
        with pytest.raises((paramiko.SSHException, EOFError)):
            paramiko.Transport(process.address("sftp")).connect(username=EVIL, password="x")
        with socket.create_connection(process.address("sftp"), 10) as sock:
            sock.sendall(b'SSH-2.0-a"}\r{"event": "login"}\x1b\r\n' + b"\xff" * 100)
            sock.settimeout(10)
            while sock.recv(4096):
                pass
        process.stop()
        lines = process.log().splitlines()
    events = [json.loads(line) for line in lines if not line.startswith("wharfinger serves")]
    assert {"login", "command refused"} <= {event["event"] for event in events}
    assert not [event for event in events if event.get("account") == "admin\x1b[2J"]
    assert "\x1b" not in "".join(lines)


def test_nothing_is_read_from_configuration_files() -> None:
    """A user name is never put into a path (%u): keys come from the registry alone."""
    edge = SftpEdge(None, None, HostKeys((KEY,)), login_timeout=1, stall_timeout=1)  # type: ignore[arg-type]  # idem
    assert not edge._options.authorized_client_keys
    assert not edge._options.config.loaded
