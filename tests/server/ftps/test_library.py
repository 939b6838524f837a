"""What server/ftps/library.py relies on in pyftpdlib: fails when an upgrade changes it."""

from __future__ import annotations

import inspect
import socket
from collections.abc import Callable

import pytest
from pyftpdlib import ioloop
from pyftpdlib.handlers.ftp.control import FTPHandler
from pyftpdlib.handlers.ftp.dispatchers import PassiveDTP

from firm import PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server


def test_the_private_names_are_there() -> None:
    """Every name that is overridden, set or read exists, and is used as it is here."""
    control = inspect.getsource(FTPHandler)
    for name in (
        *("_in_buffer", "_in_buffer_len", "_restart_position", "_dtp_acceptor", "_extra_feats"),
        *("_available_facts", "_current_facts", "_on_dtp_connection", "_shutdown_connecting_dtp"),
    ):
        assert name in control, name
    chat = inspect.getsource(ioloop.AsyncChat)
    for name in ("_closed", "_wanted_io_events", "_fileno", "modify_ioloop_events"):
        assert name in chat, name
    assert {"register", "unregister", "modify", "call_later"} <= set(dir(ioloop._IOLoop))
    assert callable(ioloop._read)
    assert callable(ioloop._write)


def test_the_library_asks_the_listener_for_little() -> None:
    """FtpsEdge provides what pyftpdlib uses of its server object: no more has come."""
    sources = inspect.getsource(FTPHandler) + inspect.getsource(PassiveDTP)
    used = {word.split("(")[0].split(".")[0] for word in _after(sources, "self.server.")}
    used |= {word.split(".")[0] for word in _after(sources, "cmd_channel.server.")}
    assert {name.rstrip(",:)") for name in used} == {
        *("_accept_new_cons", "ip_map", "backlog", "socket"),
    }


def test_a_used_up_passive_range_is_said_so(start: Callable[..., Server]) -> None:
    """425, never a port outside the range that the firewall knows (protocols.md §2.3)."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = start(passive_ports=f"{port}-{port}")
        provision(server)
        with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
            ftp.login("acme-payroll", PASSWORD)
            assert ftp.command("EPSV").startswith("425")
            assert ftp.command("PASV").startswith("425")
            assert ftp.command("NOOP").startswith("200")


def test_a_passive_port_is_within_the_range(start: Callable[..., Server]) -> None:
    """EPSV names a port of the configured range."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = start(passive_ports=f"{port}-{port}")
    provision(server)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        assert f"|||{port}|" in ftp.command("EPSV")


@pytest.mark.parametrize("host", ["127.0.0.2"])
def test_a_data_connection_from_elsewhere_is_dropped(server: Server, host: str) -> None:
    """Whoever guesses the port cannot take the transfer, nor make it fail (RFC 2577 §3)."""
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        answer = ftp.command("EPSV")
        port = int(answer.split("|||")[1].split("|")[0])
        with socket.create_connection(("127.0.0.1", port), 15, source_address=(host, 0)) as thief:
            assert thief.recv(10) == b""
        mine = socket.create_connection(("127.0.0.1", port), 15)
        ftp.send("MLSD /hr")
        assert ftp.reply().startswith("150")
        data = ftp.context.wrap_socket(mine, server_hostname="localhost")
        assert b"users" in data.recv(1000)
        data.close()
        assert ftp.reply().startswith("226")


def test_commands_run_one_after_the_other(server: Server) -> None:
    """What is pipelined is answered in order, each after its own work is done."""
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        commands = ("MKD /hr/users/a", "CWD /hr/users/a", "PWD", "RMD /hr/users/b", "CWD /")
        ftp.socket.sendall("".join(f"{command}\r\n" for command in commands).encode())
        answers = [ftp.reply()[:3] for _ in commands]
        assert answers == ["257", "250", "257", "550", "250"]


def test_too_many_commands_at_once_end_the_connection(server: Server) -> None:
    """A flood of commands is bounded: it does not grow a queue in memory."""
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        ftp.socket.sendall(b"MLST /hr/users\r\n" * 500)
        answers = [ftp.reply() for _ in range(500)]
        assert any(answer.startswith("421") for answer in answers)


def _after(text: str, prefix: str) -> list[str]:
    """The words that follow a prefix."""
    return [part.split()[0] for part in text.split(prefix)[1:]]
