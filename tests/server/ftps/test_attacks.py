"""What an attacker says, sends and asks for on a control connection, and does not get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server

NAME = "/hr/users/users.csv"


@pytest.fixture
def wire(server: Server) -> Iterator[FtpWire]:
    """A control connection that has logged in."""
    with FtpWire((server.ftpes.host, server.ftpes.port)) as found:
        found.login("acme-payroll", PASSWORD)
        yield found


@pytest.mark.parametrize(
    "command",
    [
        "PORT 127,0,0,1,0,22",
        "PORT 192,0,2,1,200,200",
        "EPRT |1|127.0.0.1|22|",
        "EPRT |2|::1|5000|",
        "REIN",
    ],
)
def test_the_server_opens_no_connection_for_anybody(wire: FtpWire, command: str) -> None:
    """Bounce attacks (RFC 2577 §3): active mode is not known, to no address and no port."""
    assert wire.command(command).startswith("500")
    wire.send(f"RETR {NAME}")
    assert wire.reply()[:1] in "45"


@pytest.mark.parametrize("command", ["MKD", "DELE", "RNTO", "CWD", "SIZE", "USER", "HASH", "CLNT"])
def test_no_byte_in_an_argument_breaks_the_dialogue(wire: FtpWire, command: str) -> None:
    """Each of the 256 bytes gives one reply, and the next command its own; LF and NUL are none."""
    wire.command("CWD /hr/users")
    for byte in range(256):
        if byte in b"\r\n":
            continue  # what ends the line: see test_login
        wire.command("RNFR nothing")
        line = f"{command} a".encode() + bytes((byte,)) + b"b"
        assert wire.command(line)[:1] in "12345", byte
        assert wire.command("SYST").startswith("215"), byte


def test_control_characters_are_in_no_name(wire: FtpWire, server: Server) -> None:
    """What would break a listing, a reply or a log line is refused in every place of a name."""
    for byte in (*range(32), 127):
        if byte in b"\r\n":
            continue
        for name in (bytes((byte,)), b"a" + bytes((byte,)), b"a" + bytes((byte,)) + b"b"):
            assert wire.command(b"MKD /hr/users/" + name).startswith("501"), name
    assert wire.listing("NLST /hr/users") == []


def test_nothing_that_a_client_types_is_in_a_log(server: Server, log_lines: list[Any]) -> None:
    """Neither logins that failed, nor passwords, nor names, with or without control characters."""
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.command("AUTH TLS")
        wire.wrap()
        for line in (b"USER forged\nevent=login", b"USER \x1b[31mforged", b"USER forged"):
            wire.command(line)
        wire.command("PASS forged")
        wire.command("CLNT forged")
        wire.command("XFORGED forged")
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        wire.command("MKD /hr/users/forged")
    told = repr(log_lines)
    assert "login refused" in told
    assert "forged" not in told.lower()
    assert PASSWORD not in told


def test_nothing_of_another_client_is_seen_or_touched(wire: FtpWire, server: Server) -> None:
    """However a path climbs, it stays in the account's own folders."""
    provision(server, "other")
    with FtpWire((server.ftpes.host, server.ftpes.port)) as other:
        other.login("other-payroll", PASSWORD)
        assert other.store("/hr/users/secret.csv", CSV).startswith("226")
    for climb in ("..", "../..", "/..", "/hr/users/../../..", "./../hr/../.."):
        wire.command("CWD /hr/users")
        assert wire.listing(f"NLST {climb}") in (["hr", "reports"], ["users"]), climb
        for path in (f"{climb}/other-payroll/hr/users/secret.csv", f"{climb}/secret.csv"):
            assert wire.command(f"SIZE {path}").startswith("550")
            assert wire.command(f"DELE {path}").startswith("550")
            assert wire.command(f"HASH {path}").startswith("550")
