"""Connections of other protocols, sent here by an attacker, are told nothing (CVE-2021-3618)."""

from __future__ import annotations

import socket
import ssl

import pytest

from firm import PASSWORD
from ftp_wire import FtpWire, context
from wharfinger import Server

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: <script>alert(1)</script>\r\n\r\n"


@pytest.mark.parametrize(
    "offered", [["h2", "http/1.1"], ["http/1.1"], ["imap"], ["\x0a\x0a", "h2"]]
)
def test_a_client_of_another_protocol_is_refused(server: Server, offered: list[str]) -> None:
    """Whoever offers ALPN without `ftp` gets no reply, not even the greeting."""
    client = context()
    client.set_alpn_protocols(offered)
    with socket.create_connection((server.ftps.host, server.ftps.port), 15) as sock:
        secured = client.wrap_socket(sock, server_hostname="localhost")
        assert read_all(secured) == b""
        secured.close()


@pytest.mark.parametrize("offered", [["ftp"], ["h2", "ftp"], ["x-filezilla-ftp", "ftp"], []])
def test_a_client_that_offers_ftp_or_nothing_is_served(server: Server, offered: list[str]) -> None:
    """FileZilla offers `ftp`, most others nothing."""
    client = context()
    if offered:
        client.set_alpn_protocols(offered)
    with socket.create_connection((server.ftps.host, server.ftps.port), 15) as sock:
        secured = client.wrap_socket(sock, server_hostname="localhost")
        assert secured.recv(3) == b"220"
        assert secured.selected_alpn_protocol() == ("ftp" if offered else None)
        secured.close()


def test_alpn_is_asked_for_behind_auth_too(server: Server) -> None:
    """AUTH TLS with a browser's ALPN ends the connection."""
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.context.set_alpn_protocols(["http/1.1"])
        ftp.command("AUTH TLS")
        ftp.wrap()
        assert ftp.command("NOOP") == ""


@pytest.mark.parametrize("implicit", [False, True], ids=["ftpes", "ftps"])
@pytest.mark.parametrize("verb", ["GET", "POST", "post", "PRI", "OPTIONS"])
def test_an_http_request_is_dropped_at_its_first_line(
    server: Server, verb: str, implicit: bool
) -> None:
    """Nothing of the request is reflected, and none of its headers is taken for a command."""
    address = server.ftps if implicit else server.ftpes
    with FtpWire((address.host, address.port), implicit=implicit) as ftp:
        ftp.socket.sendall(REQUEST.replace(b"GET", verb.encode()))
        assert read_all(ftp.socket) == b""


def test_ten_lines_that_are_no_ftp_end_the_connection(server: Server) -> None:
    """Mail, chat and noise do not go on until a line happens to be a command."""
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        answers = [ftp.command(f"EHLO <b>{number}</b>") for number in range(10)]
        assert all(answer == "500 This command is not known." for answer in answers[:9])
        assert answers[9].startswith("421")
        assert ftp.reply() == ""


def read_all(sock: socket.socket) -> bytes:
    """What still comes until the end, however it ends."""
    content = b""
    try:
        while data := sock.recv(1000):
            content += data
    except (ConnectionError, ssl.SSLError):
        pass
    return content
