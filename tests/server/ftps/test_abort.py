"""Which ends of an FTPS upload count as complete (server/vfs/verdict.py)."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire, bare, finish, reset
from wharfinger import Server, Settings
from wharfinger.server.home import Home
from witness import Witness, until

NAME = "/hr/users/users.csv"
OLD = CSV.replace(b"Zo", b"Lo")
TLS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture
def witness() -> Witness:
    """What hooks are told."""
    return Witness()


@pytest.fixture
def served(start: Callable[..., Server], witness: Witness) -> Server:
    """A server with an earlier version of the file in its folder."""
    server = start(hooks=(witness,))
    provision(server)
    with wire(server) as ftp:
        assert ftp.store(NAME, OLD).startswith("226")
    witness.wait_for_upload()
    return server


def wire(server: Server, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> FtpWire:
    """A control connection that has logged in."""
    ftp = FtpWire((server.ftpes.host, server.ftpes.port), version=version)
    assert ftp.login("acme-payroll", PASSWORD).startswith("230")
    return ftp


def end_without_notify(ftp: FtpWire, data: ssl.SSLSocket) -> None:
    """The data connection ends by FIN, without close_notify."""
    bare(data).close()


def end_by_reset(ftp: FtpWire, data: ssl.SSLSocket) -> None:
    """The data connection is reset."""
    reset(bare(data))


def end_by_abor(ftp: FtpWire, data: ssl.SSLSocket) -> None:
    """The client says ABOR, then ends TLS properly: it is aborted all the same."""
    ftp.send("ABOR")


def end_by_telnet_abor(ftp: FtpWire, data: ssl.SSLSocket) -> None:
    """ABOR behind Telnet's interrupt, as RFC 959 wants it."""
    ftp.send(b"\xff\xf4\xff\xf2ABOR")


def lose_control(ftp: FtpWire, data: ssl.SSLSocket) -> None:
    """The control connection is lost first."""
    assert isinstance(ftp.socket, ssl.SSLSocket)
    reset(bare(ftp.socket))


ENDS = {
    "fin-without-close-notify": (end_without_notify, "no-close-notify", "426"),
    "reset": (end_by_reset, "no-close-notify", "426"),
    "abor": (end_by_abor, "aborted-by-client", "426"),
    "telnet-abor": (end_by_telnet_abor, "aborted-by-client", "426"),
    "control-lost": (lose_control, "connection-lost", ""),
}


@pytest.mark.parametrize("version", TLS, ids=lambda v: v.name)
@pytest.mark.parametrize("end", ENDS)
def test_a_cut_off_upload_is_nothing_but_a_partial(
    end: str, version: ssl.TLSVersion, served: Server, witness: Witness, home: Home
) -> None:
    """No receipt, no import, the version before untouched; sent again, it is complete."""
    cut, reason, reply = ENDS[end]
    with wire(served, version) as ftp:
        data = ftp.transfer(f"STOR {NAME}")
        data.sendall(CSV[:100])
        cut(ftp, data)
        assert witness.wait_for_abort().reason == reason
        assert ftp.reply()[:3] == reply
        data.close()
    published = home.client("acme").files / "acme-payroll" / "hr" / "users" / "users.csv"
    assert published.read_bytes() == OLD
    assert len(served.uploads()) == 1
    with wire(served, version) as ftp:
        assert ftp.store(NAME, CSV).startswith("226")
    assert witness.wait_for_upload().upload.size == len(CSV)
    assert published.read_bytes() == CSV


def test_abor_has_two_replies(served: Server, witness: Witness) -> None:
    """426 for the transfer, then 226 for ABOR (RFC 959 §4.1.3)."""
    with wire(served) as ftp:
        data = ftp.transfer(f"STOR {NAME}")
        data.sendall(CSV[:100])
        ftp.send("ABOR")
        assert ftp.reply().startswith("426")
        assert ftp.reply().startswith("226")
        assert ftp.command("NOOP").startswith("200")
        data.close()


def test_a_stopped_server_cuts_off(home: Home, no_leaks: None) -> None:
    """A stop in mid-upload leaves a partial, which REST resumes on the next server."""
    witness = Witness()
    settings = Settings(home=home.root, stop_timeout=2)
    spool = home.client("acme").spool
    big = CSV * 20_000
    with Server(settings, (witness,)) as server:
        provision(server)
        ftp = wire(server)
        data = ftp.transfer(f"STOR {NAME}")
        data.sendall(big[: 3 << 20])
        until(lambda: any(f.stat().st_size > 1 << 20 for f in spool.iterdir()))
    assert witness.wait_for_abort().reason == "shutdown"
    data.close()
    ftp.socket.close()
    with Server(settings, (witness,)) as server, wire(server) as ftp:
        size = int(ftp.command(f"SIZE {NAME}").split()[1])
        assert 1 << 20 < size < 3 << 20
        ftp.command(f"REST {size}")
        assert ftp.store(NAME, big[size:]).startswith("226")
        assert ftp.retrieve(NAME) == big


def test_quit_in_mid_transfer_waits_for_its_end(served: Server, witness: Witness) -> None:
    """QUIT does not cut a transfer off (RFC 959 §4.1.1)."""
    with wire(served) as ftp:
        data = ftp.transfer(f"STOR {NAME}")
        data.sendall(CSV[:100])
        ftp.send("QUIT")
        data.sendall(CSV[100:])
        finish(data)
        assert ftp.reply().startswith("226")
        assert ftp.reply().startswith("221")
    assert witness.wait_for_upload().upload.size == len(CSV)


def test_a_transfer_belongs_to_who_began_it(served: Server, witness: Witness) -> None:
    """USER in mid-transfer changes nothing about whose upload it is (F10)."""
    with wire(served) as ftp:
        data = ftp.transfer(f"STOR {NAME}")
        data.sendall(CSV[:100])
        ftp.send("USER evil")
        data.sendall(CSV[100:])
        finish(data)
        assert ftp.reply().startswith("226")
        assert ftp.reply().startswith("503")
    assert witness.wait_for_upload().upload.account == "acme-payroll"


def test_a_stalled_transfer_is_cut_off(start: Callable[..., Server], witness: Witness) -> None:
    """A data connection on which nothing comes is not waited for without end."""
    server = start(hooks=(witness,), stall_timeout=0.2)
    provision(server)
    with wire(server) as ftp:
        data = ftp.transfer(f"STOR {NAME}")
        data.sendall(CSV[:100])
        assert witness.wait_for_abort().reason == "stalled"
        assert ftp.reply().startswith("426")
        data.close()
