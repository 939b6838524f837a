"""The beginning of an FTPS session: nothing in clear, nothing before the login."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server


def plain(server: Server) -> FtpWire:
    """A control connection in clear, before AUTH."""
    return FtpWire((server.ftpes.host, server.ftpes.port))


def test_no_password_is_taken_in_clear(server: Server) -> None:
    """USER and PASS before AUTH TLS are refused."""
    with plain(server) as ftp:
        assert ftp.command("USER acme-payroll").startswith("530")
        assert ftp.command(f"PASS {PASSWORD}").startswith("530")


@pytest.mark.parametrize("pipelined", [b"AUTH TLS\r\nFEAT\r\n", b"AUTH TLS\r\nUSER evil"])
def test_nothing_sent_in_clear_behind_auth_is_heard_in_tls(
    server: Server, pipelined: bytes
) -> None:
    """Bytes that an attacker puts behind AUTH end the connection (F7)."""
    with plain(server) as ftp:
        ftp.socket.sendall(pipelined)
        assert ftp.reply().startswith("421")
        assert ftp.reply() == ""


def test_data_connections_cannot_be_made_clear(server: Server) -> None:
    """PROT C is refused, and so is a transfer before PROT P (F8)."""
    with plain(server) as ftp:
        ftp.command("AUTH TLS")
        ftp.wrap()
        ftp.command("USER acme-payroll")
        assert ftp.command(f"PASS {PASSWORD}").startswith("230")
        assert ftp.command("PROT C").startswith("534")
        assert ftp.command("STOR /hr/users/x.csv").startswith("521")
        assert ftp.command("PROT P").startswith("200")
        assert ftp.command("PROT C").startswith("534")


def test_a_clear_data_connection_uploads_nothing(server: Server) -> None:
    """Bytes in clear on the data connection are no file."""
    with plain(server) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        data = ftp.passive()
        ftp.send("STOR /hr/users/x.csv")
        assert ftp.reply().startswith("150")
        data.sendall(CSV)
        data.close()
        assert ftp.reply().startswith("425")
    assert server.uploads() == []


def test_unknown_and_wrong_are_one_answer(server: Server) -> None:
    """Whether a login exists cannot be told from the replies."""
    answers = []
    for login in ("acme-payroll", "nobody"):
        with plain(server) as ftp:
            ftp.command("AUTH TLS")
            ftp.wrap()
            answers.append((ftp.command(f"USER {login}"), ftp.command("PASS wrong")))
    assert answers[0] == answers[1]
    assert answers[0][1].startswith("530")


def test_guessing_ends_the_connection(server: Server) -> None:
    """After three wrong passwords the connection is closed."""
    with plain(server) as ftp:
        ftp.command("AUTH TLS")
        ftp.wrap()
        for expected in ("530", "530", "421"):
            ftp.command("USER acme-payroll")
            assert ftp.command("PASS wrong").startswith(expected)
        assert ftp.reply() == ""


def test_nothing_works_before_the_login(server: Server) -> None:
    """Every command that touches files answers 530."""
    with plain(server) as ftp:
        ftp.command("AUTH TLS")
        ftp.wrap()
        ftp.command("PROT P")
        for command in ("LIST", "MLSD", "STOR x", "RETR x", "DELE x", "MKD x", "EPSV", "SIZE x"):
            assert ftp.command(command).startswith("530"), command


@pytest.mark.parametrize(
    "line",
    [b"USER x\nLOG forged", b"USER a\x00b", b"USER \x1b[31m", b"MKD \xff\xfe"],
    ids=["newline", "nul", "escape", "not-utf-8"],
)
def test_control_characters_in_commands_are_refused(server: Server, line: bytes) -> None:
    """No command line can forge a log line or a reply (F12)."""
    with plain(server) as ftp:
        ftp.command("AUTH TLS")
        ftp.wrap()
        assert ftp.command(line).startswith("501")
        assert ftp.command("NOOP").startswith("200")


def test_a_command_line_without_end_is_cut_off(server: Server) -> None:
    """A line longer than any path ends the connection, and takes no memory."""
    with plain(server) as ftp:
        ftp.socket.sendall(b"x" * 10_000)
        assert ftp.reply().startswith("421")


def test_a_login_that_does_not_come_is_not_waited_for(start: Callable[..., Server]) -> None:
    """The login deadline holds in clear, in the handshake, and between USER and PASS."""
    server = start(login_timeout=0.2)
    provision(server)
    with plain(server) as ftp:
        assert ftp.reply().startswith("421")
    with plain(server) as ftp:
        ftp.command("AUTH TLS")
        assert ftp.socket.recv(1) == b""  # no handshake was made
    with socket.create_connection((server.ftps.host, server.ftps.port), 15) as silent:
        assert silent.recv(100) == b""


def test_old_tls_is_refused(server: Server) -> None:
    """TLS 1.1 and older cannot be negotiated."""
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname = False
    old.verify_mode = ssl.CERT_NONE
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with (
        socket.create_connection((server.ftps.host, server.ftps.port), 15) as sock,
        pytest.raises(OSError, match=r"(?i)version|alert|reset|EOF"),
    ):
        old.wrap_socket(sock)


def test_the_connection_types_of_an_account_hold(server: Server) -> None:
    """An account for SFTP only cannot log in by FTPS, though its password is right."""
    server.add_account("acme-sftp", client="acme", password=PASSWORD, protocols={"sftp"})
    with plain(server) as ftp:
        assert ftp.login("acme-sftp", PASSWORD).startswith("530")


def test_implicit_tls_greets_inside_tls(server: Server) -> None:
    """On the implicit port the handshake comes first, then the greeting and the login."""
    with FtpWire((server.ftps.host, server.ftps.port), implicit=True) as ftp:
        assert ftp.greeting.startswith("220")
        assert ftp.login("acme-payroll", PASSWORD, implicit=True).startswith("230")
        assert ftp.store("/hr/users/x.csv", CSV).startswith("226")
