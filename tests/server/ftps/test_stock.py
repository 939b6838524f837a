"""What pyftpdlib does wrong by itself: why the edge has its own TLS, data connections and checks.

Each test shows the fault in the library as it is, and fails when a release of it has mended that:
then something of server/ftps may go. The tests that hold the same of our edge are named.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firm import CSV, PASSWORD
from ftp_wire import FtpWire, bare, finish, reset
from stock_ftp import LOGIN, StockServer
from wharfinger.server.home import Home
from witness import until

NAME = "users.csv"


@pytest.fixture
def serve(home: Home, tmp_path: Path, no_leaks: None) -> Callable[..., StockServer]:
    """Make a stock server."""
    folder = tmp_path / "stock"
    folder.mkdir()

    def make(**options: object) -> StockServer:
        return StockServer(folder, home.keys / "tls.crt", home.keys / "tls.key", **options)

    return make


@pytest.fixture
def stock(serve: Callable[..., StockServer]) -> Iterator[StockServer]:
    """A stock server."""
    with serve() as server:
        yield server


def wire(server: StockServer) -> FtpWire:
    """A control connection that has logged in, by TLS 1.2: in 1.3 tickets add faults (F6)."""
    ftp = FtpWire(server.address, version=ssl.TLSVersion.TLSv1_2)
    assert ftp.login(LOGIN, PASSWORD).startswith("230")
    return ftp


@pytest.mark.parametrize("end", ["fin", "reset"])
def test_a_cut_off_upload_is_taken_for_a_whole_one(stock: StockServer, end: str) -> None:
    """Fault: 226 without close_notify (F5). Ours: test_abort.test_a_cut_off_upload_is…."""
    with wire(stock) as ftp:
        data = ftp.transfer(f"STOR {NAME}")
        data.sendall(CSV[:100])
        until((stock.folder / NAME).exists)
        if end == "fin":
            bare(data).close()
        else:
            reset(bare(data))
        assert ftp.reply().startswith("226")
    assert [name for name, _, _ in stock.received] == [NAME]
    assert stock.incomplete == []


def test_what_is_pipelined_behind_auth_is_heard_in_tls(stock: StockServer) -> None:
    """Fault: clear text is taken into TLS (F7). Ours: test_login.test_nothing_sent_in_clear…."""
    with FtpWire(stock.address) as ftp:
        ftp.socket.sendall(b"AUTH TLS\r\nUSER evil")
        assert ftp.reply().startswith("234")
        ftp.wrap()
        assert ftp.command("USER bob").startswith("331")  # for `evilUSER bob`


def test_a_transfer_in_clear_gets_past_the_demand_for_tls(
    serve: Callable[..., StockServer],
) -> None:
    """Fault: PROT C after EPSV is heeded (F8). Ours: test_login.test_data_connections_cannot…."""
    with serve(tls_control_required=True, tls_data_required=True) as stock, wire(stock) as ftp:
        port = int(ftp.command("EPSV").split("|||")[1].split("|")[0])
        assert ftp.command("PROT C").startswith("200")
        with socket.create_connection(("127.0.0.1", port), 15) as data:
            ftp.send(f"STOR {NAME}")
            assert ftp.reply()[:3] in ("125", "150")
            data.sendall(CSV)
        assert ftp.reply().startswith("226")
        assert (stock.folder / NAME).read_bytes() == CSV


def test_an_upload_is_told_of_under_another_login(stock: StockServer) -> None:
    """Fault: USER in mid-transfer renames its owner (F10). Ours: test_abort.test_a_transfer_be…."""
    with wire(stock) as ftp:
        data = ftp.transfer(f"STOR {NAME}")
        data.sendall(CSV[:100])
        assert ftp.command("USER evil").startswith("331")
        data.sendall(CSV[100:])
        finish(data)
        ftp.reply()
    until(lambda: bool(stock.received))
    assert stock.received[0][2] == "evil"


def test_ascii_loses_bytes(stock: StockServer) -> None:
    """Fault: TYPE A, the default, changes the file (F11). Ours: test_session.test_ascii_type…."""
    content = b"line1\r\nlast\r"
    with wire(stock) as ftp:
        ftp.command("TYPE A")
        assert ftp.store(NAME, content).startswith("226")
    assert (stock.folder / NAME).read_bytes() != content


def test_a_name_can_hold_a_newline(stock: StockServer) -> None:
    """Fault: bare LF is taken, and breaks the reply (F12). Ours: test_login.test_control_char…."""
    with wire(stock) as ftp:
        assert ftp.command("MKD a\nb")[:3] == "257"
    assert (stock.folder / "a\nb").is_dir()


def test_a_used_up_passive_range_is_left(serve: Callable[..., StockServer]) -> None:
    """Fault: a port outside the range is used. Ours: test_library.test_a_used_up_passive_range…."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with serve(passive_ports=[port]) as stock, wire(stock) as ftp:
            told = ftp.command("EPSV")
            assert told.startswith("229")
            assert f"|||{port}|" not in told


def test_a_browser_is_answered(stock: StockServer) -> None:
    """Fault: an HTTP request is read on, and reflected. Ours: test_alpaca.test_an_http_request…."""
    with FtpWire(stock.address) as ftp:
        ftp.socket.sendall(b"GET /<script> HTTP/1.1\r\n<b>x</b>: y\r\n\r\n")
        assert ftp.reply().startswith("500")
        assert "<B>X</B>" in ftp.reply()


def test_replies_pile_up_without_a_bound(stock: StockServer) -> None:
    """Fault: a client may leave megabytes of replies unread. Ours: test_limits.test_replies…."""
    with FtpWire(stock.address) as ftp:
        ftp.socket.settimeout(0.5)
        sent = 0
        try:
            while sent < 40_000:
                ftp.socket.sendall(b"HELP\r\n")
                sent += 1
        except TimeoutError:
            pass
        assert sent == 40_000  # 20 MB of replies, and the connection is still served
