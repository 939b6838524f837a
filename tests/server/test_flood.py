"""Floods of connections that never log in: what runs goes on, and the service is there after it."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from firm import PASSWORD, provision
from ftp_wire import FtpWire, finish
from process import ServeProcess
from wharfinger import Server, Settings
from wharfinger.server.home import Home
from witness import until

CONNECTIONS = 5_000
CHUNK = os.urandom(10_000)


@pytest.fixture
def process(home: Home) -> Iterator[ServeProcess]:
    """A server in a process of its own, with an account."""
    with Server(Settings(home=home.root), import_processes=0) as server:
        provision(server, mapping=None)
    with ServeProcess(home.root) as process:
        yield process


class Flood:
    """Connections from many addresses of this machine; those that the server keeps are held."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._held: list[socket.socket] = []
        self.sent = 0

    def send(self, count: int) -> None:
        """Connect so many times more."""
        for _ in range(count):
            self.sent += 1
            sock = socket.socket()
            sock.bind((f"127.1.{self.sent % 200}.1", 0))
            sock.settimeout(10)
            # a full backlog refuses, which is as good for the server
            with contextlib.suppress(OSError):
                sock.connect(self._address)
            sock.setblocking(False)
            self._held.append(sock)
        self._held = [sock for sock in self._held if not _is_closed(sock)]

    def end(self) -> None:
        """Hang up."""
        for sock in self._held:
            sock.close()


def _is_closed(sock: socket.socket) -> bool:
    try:
        over = sock.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        over = True
    if over:
        sock.close()
    return over


def logs_in(process: ServeProcess) -> bool:
    """Whether somebody new is let in."""
    try:
        with FtpWire(process.address("ftpes")) as ftp:
            return ftp.login("acme-payroll", PASSWORD).startswith("230")
    except (OSError, AssertionError):
        return False


def upload_during(process: ServeProcess, flood: Flood, *, rounds: int, per_round: int) -> str:
    """Begin an upload, let the flood come, and end the upload; returns the reply."""
    with FtpWire(process.address("ftpes")) as ftp:
        assert ftp.login("acme-payroll", PASSWORD).startswith("230")
        data = ftp.transfer("STOR /hr/users/long.bin")
        for _ in range(rounds):
            data.sendall(CHUNK)
            flood.send(per_round)
        finish(data)
        return ftp.reply()


def uploaded(home: Home) -> Path:
    """Where the upload lies."""
    return home.client("acme").files / "acme-payroll" / "hr" / "users" / "long.bin"


@pytest.mark.parametrize("protocol", ["sftp", "ftpes"])
def test_five_thousand_connections_do_not_disturb_a_transfer(
    process: ServeProcess, home: Home, protocol: str
) -> None:
    """The upload ends well in the midst of them, and the next client is let in after them."""
    flood = Flood(process.address(protocol))
    reply = upload_during(process, flood, rounds=50, per_round=CONNECTIONS // 50)
    assert reply.startswith("226")
    assert uploaded(home).read_bytes() == CHUNK * 50
    flood.end()
    until(lambda: logs_in(process))


def test_descriptors_that_run_out_are_kept_for_what_runs(process: ServeProcess, home: Home) -> None:
    """With few left, newcomers are hung up on; the upload can still be ended and kept."""
    flood = Flood(process.address("sftp"))
    pid = process.process.pid
    used = len(os.listdir(f"/proc/{pid}/fd"))
    hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 40, hard))
    reply = upload_during(process, flood, rounds=10, per_round=30)
    assert reply.startswith("226")
    assert uploaded(home).read_bytes() == CHUNK * 10
    flood.end()
    until(lambda: logs_in(process))
    assert "descriptors" in process.log()
