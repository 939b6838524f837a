"""What one client that has logged in can make the server's memory grow by, whatever it asks for."""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko
import pytest
from paramiko.common import cMSG_CHANNEL_DATA
from paramiko.sftp import CMD_OPENDIR, CMD_READ, CMD_READDIR, int64

from firm import PASSWORD, provision
from process import ServeProcess
from wharfinger import Server, Settings
from wharfinger.server.home import Home

#: bytes by which one connection may make the server grow: 4 channels with 16 files of a block of
#: 1 MiB each, their windows, and what the interpreter keeps of it
BOUND = 128 << 20
#: the same for patterns that hold nothing open; about 20 MiB are the two logins' password hashes
FLOOD_BOUND = 48 << 20
MIB = 1 << 20
CHANNELS, FILES = 4, 16
FOLDER = "/hr/users"


class Attacker:
    """A paramiko client that asks for much and takes little."""

    def __init__(self, process: ServeProcess) -> None:
        self.transport: Any = paramiko.Transport(process.address("sftp"))
        self.transport.connect(username="acme-payroll", password=PASSWORD)
        #: Any, because attacks use requests that paramiko keeps to itself
        self.client: Any = self.another()
        self._over = threading.Event()

    def another(self) -> Any:
        """One more session on the same connection."""
        return paramiko.SFTPClient.from_transport(self.transport, window_size=(1 << 31) - 1)

    def opened(self) -> bytes:
        """The handle of the large file; paramiko closes one that nobody holds."""
        self._file = self.client.open(f"{FOLDER}/big", "rb")
        return bytes(self._file.handle)

    def stop_taking(self) -> None:
        """Read nothing more from the connection."""

        def wait() -> None:
            self._over.wait()
            raise EOFError

        self.transport.packetizer.read_message = wait

    def close(self) -> None:
        """End the connection, and paramiko's thread with it."""
        self._over.set()
        self.transport.close()
        self.transport.join(10)

    def ask(self, kind: int, *arguments: Any) -> None:
        """Send a request whose answer nobody takes."""
        self.client._async_request(type(None), kind, *arguments)


def read_flood(it: Attacker) -> None:
    """READs of 4 MiB, thousands of them, with no answer taken."""
    handle = it.opened()
    it.stop_taking()
    for _ in range(3000):
        it.ask(CMD_READ, handle, int64(0), 4 * MIB)


def listing_flood(it: Attacker) -> None:
    """READDIRs of a folder with 10,000 entries, opened as often as can be."""
    for _ in range(8):
        _, answer = it.client._request(CMD_OPENDIR, FOLDER)
        handle = answer.get_binary()
        for _ in range(20):
            it.ask(CMD_READDIR, handle)


def held_writes(it: Attacker) -> None:
    """Every file that can be open, each with just less than what would be written to the disk."""
    held = []
    for session in [it.client, *(it.another() for _ in range(CHANNELS - 1))]:
        for number in range(FILES):
            file = session.open(f"{FOLDER}/{id(session)}-{number}.part", "wb")
            file.set_pipelined(True)
            for start in range(0, MIB - 32768, 32768):
                file.seek(start)
                file.write(bytes(32768))
            held.append(file)


def held_reads(it: Attacker) -> None:
    """Every file that can be open, and one byte read of each."""
    held = []
    for session in [it.client, *(it.another() for _ in range(CHANNELS - 1))]:
        for _ in range(FILES):
            held.append(session.open(f"{FOLDER}/big", "rb"))
            assert held[-1].read(1)


def channel_flood(it: Attacker) -> None:
    """Ten thousand channels, all but three of which are refused, and no answer taken."""
    it.stop_taking()
    for number in range(10_000):
        message = paramiko.Message()
        message.add_byte(b"\x5a")  # SSH_MSG_CHANNEL_OPEN (RFC 4254 §5.1)
        message.add_string("session")
        message.add_int(1000 + number)
        message.add_int(1 << 31)
        message.add_int(1 << 15)
        it.transport._send_user_message(message)


def environment_flood(it: Attacker) -> None:
    """Ten thousand variables of 4 KiB."""
    channel = it.transport.open_session()
    it.stop_taking()
    for number in range(10_000):
        channel.set_environment_variable(f"NAME{number}", "x" * 4096)


def unfinished_key_exchange(it: Attacker) -> None:
    """A key exchange that the client begins and never ends, with requests in the middle of it."""
    handle = it.opened()
    it.transport._handler_table = {**it.transport._handler_table, 20: lambda _: None}
    it.transport._send_kex_init()
    request = struct.pack(">BII", CMD_READ, 7, len(handle)) + handle
    request += struct.pack(">QI", 0, 262144)
    data = struct.pack(">I", len(request)) + request
    for _ in range(2000):
        message = paramiko.Message()
        message.add_byte(cMSG_CHANNEL_DATA)
        message.add_int(it.client.get_channel().remote_chanid)
        message.add_string(data)
        it.transport._send_message(message)
    for number in range(20_000):  # each refused by an answer that waits for the new keys
        message = paramiko.Message()
        message.add_byte(b"\x5a")
        message.add_string("none")
        message.add_int(1000 + number)
        message.add_int(1 << 31)
        message.add_int(1 << 15)
        it.transport._send_message(message)


ATTACKS: dict[str, Callable[[Attacker], None]] = {
    attack.__name__: attack
    for attack in (
        read_flood,
        listing_flood,
        held_writes,
        held_reads,
        channel_flood,
        environment_flood,
        unfinished_key_exchange,
    )
}


@pytest.fixture
def process(home: Home) -> Iterator[ServeProcess]:
    """`wharfinger serve` with a large file and a folder of 10,000 entries."""
    with Server(Settings(home=home.root)) as server:
        provision(server, mapping=None)
    folder = home.client("acme").files / "acme-payroll" / FOLDER[1:]
    (folder / "big").write_bytes(os.urandom(4 * MIB))
    for number in range(10_000):
        (folder / f"{number:08}").touch()
    with ServeProcess(home.root) as process:
        yield process


@contextmanager
def growth(process: ServeProcess) -> Iterator[list[int]]:
    """Bytes by which a process has been larger meanwhile than it was before."""
    clear = Path(f"/proc/{process.process.pid}/clear_refs")
    clear.write_text("5")  # the peak begins anew (proc(5))
    before, grown = peak(process), [0]
    yield grown
    grown[0] = peak(process) - before


def peak(process: ServeProcess) -> int:
    """The most memory that a process has had at once, in bytes."""
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


@pytest.mark.parametrize("name", ATTACKS)
def test_memory_has_a_bound(name: str, process: ServeProcess) -> None:
    """Whatever the pattern, the server grows by less than that, and serves others meanwhile."""
    with growth(process) as grown:
        attacker = Attacker(process)
        try:
            ATTACKS[name](attacker)
        except (OSError, EOFError, paramiko.SSHException):
            assert not attacker.transport.is_active()  # it was cut off, which is an answer too
        other = Attacker(process)
        assert other.client.stat(f"{FOLDER}/big").st_size == 4 * MIB
    for it in (attacker, other):
        it.close()
    assert grown[0] < (BOUND if name.startswith("held") else FLOOD_BOUND)
