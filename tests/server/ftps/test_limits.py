"""Clients that are slow, silent or greedy: every wait has an end, and memory has a bound."""

from __future__ import annotations

import contextlib
import resource
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire, bare
from wharfinger import Server
from wharfinger.server.home import Home

NAME = "/hr/users/users.csv"
#: what a TLS client says first, cut off
HALF_HELLO = bytes.fromhex("160301020001")
#: seconds after which the machine, however busy, would have cut
PATIENCE = 30.0


@pytest.fixture
def impatient(start: Callable[..., Server]) -> Server:
    """A server that waits for nobody for long, once a client has logged in."""
    server = start(stall_timeout=0.5)
    provision(server)
    return server


@pytest.fixture
def wire(impatient: Server) -> Iterator[FtpWire]:
    """A control connection that has logged in."""
    with FtpWire((impatient.ftpes.host, impatient.ftpes.port)) as found:
        found.login("acme-payroll", PASSWORD)
        yield found


def test_a_data_connection_that_never_comes_is_not_waited_for(wire: FtpWire) -> None:
    """EPSV, then STOR, and nobody connects: 425, and the port is closed again."""
    port = int(wire.command("EPSV").split("|||")[1].split("|")[0])
    wire.send(f"STOR {NAME}")
    assert wire.reply().startswith("150")
    assert wire.reply().startswith("425")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 15)
    assert wire.command("NOOP").startswith("200")


def test_abor_ends_the_wait_for_a_data_connection(start: Callable[..., Server]) -> None:
    """Who has thought better of it need not wait for the deadline."""
    server = start(stall_timeout=600)
    provision(server)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        wire.command("EPSV")
        wire.send(f"STOR {NAME}")
        assert wire.reply().startswith("150")
        wire.send("ABOR")
        assert wire.reply().startswith("425")
        assert wire.reply().startswith("226")


@pytest.mark.parametrize("said", [b"", HALF_HELLO], ids=["nothing", "half-a-hello"])
def test_half_a_handshake_on_the_data_connection_is_cut_off(wire: FtpWire, said: bytes) -> None:
    """A data connection that does not get on with TLS is not waited for."""
    with wire.passive() as data:
        data.sendall(said)
        wire.send(f"STOR {NAME}")
        assert wire.reply().startswith("150")
        assert wire.reply().startswith("425")
        assert read_to_the_end(data) == b""
    assert wire.command("NOOP").startswith("200")


@pytest.mark.parametrize("implicit", [False, True], ids=["ftpes", "ftps"])
def test_half_a_handshake_on_the_control_connection_is_cut_off(
    start: Callable[..., Server], implicit: bool
) -> None:
    """The login deadline counts from the connection on, whatever drips in until then."""
    server = start(login_timeout=1)
    address = server.ftps if implicit else server.ftpes
    with socket.create_connection((address.host, address.port), PATIENCE) as sock:
        if not implicit:
            assert sock.recv(100).startswith(b"220")
            sock.sendall(b"AUTH TLS\r\n")
            assert sock.recv(100).startswith(b"234")
        drip(sock, HALF_HELLO + bytes(600))


def test_a_command_that_never_ends_does_not_keep_a_session(start: Callable[..., Server]) -> None:
    """Bytes that are no whole command line are no sign of life."""
    server = start(idle_timeout=1)
    provision(server)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        drip(wire.socket, b"x" * 600)


def test_a_data_connection_without_a_command_ends_with_its_session(
    start: Callable[..., Server],
) -> None:
    """Whoever connects and says nothing holds a descriptor for no longer than the idle time."""
    server = start(idle_timeout=1)
    provision(server)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        with wire.passive() as data:
            data.settimeout(PATIENCE)
            assert read_to_the_end(data) == b""
        assert wire.reply().startswith("421")


def test_a_download_that_is_not_read_is_cut_off(wire: FtpWire, home: Home) -> None:
    """426, and no close_notify that would say that the file was whole."""
    published = home.client("acme").files / "acme-payroll" / "hr" / "users" / "users.csv"
    with published.open("wb") as file:
        file.truncate(64 << 20)
    data = wire.transfer(f"RETR {NAME}")
    assert wire.reply().startswith("426")
    assert not ends_with_close_notify(data)
    assert wire.command("NOOP").startswith("200")


def test_a_download_that_is_aborted_does_not_end_like_a_whole_one(
    start: Callable[..., Server], home: Home
) -> None:
    """A client that goes by close_notify must not take the piece for the file."""
    server = start()
    provision(server)
    published = home.client("acme").files / "acme-payroll" / "hr" / "users" / "users.csv"
    with published.open("wb") as file:
        file.truncate(64 << 20)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        data = wire.transfer(f"RETR {NAME}")
        wire.send("ABOR")
        assert not ends_with_close_notify(data)
        assert [wire.reply()[:3], wire.reply()[:3]] == ["426", "226"]


@pytest.mark.parametrize("command", ["FEAT", "HELP", "STAT /hr/users"])
def test_replies_that_are_not_read_do_not_pile_up(
    start: Callable[..., Server], home: Home, command: str
) -> None:
    """Whoever sends commands and reads no reply is cut off; the server's memory stays bounded."""
    server = start()
    provision(server)
    folder = home.client("acme").files / "acme-payroll" / "hr" / "users"
    for number in range(900):
        (folder / f"{number:0200}.csv").touch()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        wire.socket.settimeout(PATIENCE)
        with pytest.raises(OSError, match=r"(?i)reset|broken pipe|eof|closed"):
            flood(wire.socket, f"{command}\r\n".encode())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10  # KiB


def test_a_huge_folder_is_streamed_beside_other_sessions(
    start: Callable[..., Server], home: Home
) -> None:
    """100,000 entries are listed whole, and meanwhile other clients are answered."""
    server = start()
    provision(server)
    folder = home.client("acme").files / "acme-payroll" / "hr" / "users"
    fill(folder, 100_000)
    address = (server.ftpes.host, server.ftpes.port)
    with FtpWire(address) as lister, FtpWire(address) as other:
        lister.login("acme-payroll", PASSWORD)
        data = lister.transfer("MLSD /hr/users")
        data.setblocking(False)
        lags, count = [], 0
        while True:
            began = time.monotonic()
            assert other.command("NOOP").startswith("200")
            lags.append(time.monotonic() - began)
            try:
                chunk = data.recv(1 << 20)
            except ssl.SSLWantReadError:
                continue
            if not chunk:
                break
            count += chunk.count(b"\n")
        data.close()
        assert count == 100_000
        assert lister.reply().startswith("226")
    # two trips and a turn of the loop; the bound leaves room for a machine that is busy
    assert sorted(lags)[int(len(lags) * 0.95)] < 0.1
    assert max(lags) < 2


def flood(sock: socket.socket, line: bytes) -> None:
    """Send a line again and again, and read nothing."""
    for _ in range(200_000):
        sock.sendall(line)


def fill(folder: Path, number: int) -> None:
    """Many files: names for one, which is quicker than many files."""
    first = folder / "0.csv"
    first.write_bytes(CSV)
    for index in range(1, number):
        if index % 60_000 == 0:  # links to one file are bounded
            first = folder / f"{index}.csv"
            first.write_bytes(CSV)
        else:
            (folder / f"{index}.csv").hardlink_to(first)


def drip(sock: socket.socket, content: bytes) -> None:
    """Send a byte at a time until the server has had enough."""
    deadline = time.monotonic() + PATIENCE
    sock.settimeout(0.05)
    for byte in content:
        with contextlib.suppress(TimeoutError):
            try:
                sock.sendall(bytes((byte,)))
                data = sock.recv(1000)
            except OSError as error:
                if isinstance(error, TimeoutError):
                    raise
                return
            if not data or b"421" in data:
                return
        assert time.monotonic() < deadline, "the server never cut the connection"
    pytest.fail("the server never cut the connection")


def read_to_the_end(sock: socket.socket) -> bytes:
    """What comes until the end, however it ends."""
    content = b""
    with contextlib.suppress(ConnectionError):
        while data := sock.recv(1000):
            content += data
    return content


def ends_with_close_notify(data: ssl.SSLSocket) -> bool:
    """Whether TLS says that all has been sent."""
    data.suppress_ragged_eofs = False  # type: ignore[attr-defined]  # as wrap_socket sets it
    try:
        while data.recv(1 << 20):
            pass
    except (ssl.SSLEOFError, ConnectionError):
        return False
    else:
        return True
    finally:
        bare(data).close()
