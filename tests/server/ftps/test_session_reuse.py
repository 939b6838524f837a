"""Data connections that have to resume the TLS session of their control connection."""

from __future__ import annotations

import ftplib
import io
import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire, context, finish
from wharfinger import Server
from wharfinger.server.home import Home
from witness import Witness

NAME = "/hr/users/users.csv"
TLS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


class Reusing(ftplib.FTP_TLS):
    """ftplib, which resumes no session by itself."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket.socket, int]:
        """Open a data connection that resumes the control connection's session."""
        conn, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - in TLS
        assert isinstance(self.sock, ssl.SSLSocket)
        secured = self.context.wrap_socket(conn, session=self.sock.session)
        return secured, size  # type: ignore[return-value]  # size may be None, as in ftplib


@pytest.fixture
def witness() -> Witness:
    """What hooks are told."""
    return Witness()


@pytest.fixture
def strict(start: Callable[..., Server], witness: Witness) -> Server:
    """A server that asks for the resumption."""
    server = start(hooks=(witness,), ftps_session_reuse="require")
    provision(server)
    return server


@pytest.mark.parametrize("version", TLS, ids=lambda v: v.name)
def test_a_data_connection_of_its_own_session_is_refused(
    strict: Server, witness: Witness, version: ssl.TLSVersion
) -> None:
    """One reply, 522; nothing is received, and the session goes on."""
    with FtpWire((strict.ftpes.host, strict.ftpes.port), version=version) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        data = ftp.passive()
        ftp.send(f"STOR {NAME}")
        assert ftp.reply().startswith("150")
        stolen = ftp.secured_data(data)
        try:
            stolen.sendall(CSV)
            finish(stolen)
        except OSError:
            stolen.close()
        assert ftp.reply().startswith("522")
        assert ftp.command("NOOP").startswith("200")
        assert witness.wait_for_abort().size == 0
        assert strict.uploads() == []
        assert ftp.command(f"SIZE {NAME}").startswith("550")


@pytest.mark.parametrize("version", TLS, ids=lambda v: v.name)
def test_whoever_resumes_the_session_is_served(strict: Server, version: ssl.TLSVersion) -> None:
    """Many transfers of one login resume its session, in either version of TLS."""
    with FtpWire((strict.ftpes.host, strict.ftpes.port), version=version) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        for number in range(4):
            data = ftp.passive()
            ftp.send(f"STOR /hr/users/{number}.csv")
            assert ftp.reply().startswith("150")
            secured = ftp.secured_data(data, resume=True)
            assert secured.session_reused
            secured.sendall(CSV)
            finish(secured)
            assert ftp.reply().startswith("226")


@pytest.mark.parametrize("version", TLS, ids=lambda v: v.name)
def test_the_session_of_another_login_is_not_enough(
    strict: Server, version: ssl.TLSVersion
) -> None:
    """A thief who has logged in too, from the same address, cannot take a transfer either."""
    address = (strict.ftpes.host, strict.ftpes.port)
    with FtpWire(address, version=version) as ftp, FtpWire(address, version=version) as thief:
        ftp.login("acme-payroll", PASSWORD)
        thief.login("acme-payroll", PASSWORD)
        thief.context = ftp.context  # sessions are of one context
        data = ftp.passive()
        ftp.send("MLSD /hr")
        assert ftp.reply().startswith("150")
        other = context(version)
        with socket.create_connection(address) as control:
            control.recv(100)
            control.sendall(b"AUTH TLS\r\n")
            control.recv(100)
            with other.wrap_socket(control, server_hostname="localhost") as secured:
                secured.sendall(b"NOOP\r\n")
                secured.recv(100)
                stolen = other.wrap_socket(
                    data, server_hostname="localhost", session=secured.session
                )
                assert not stolen.session_reused
        stolen.close()
        assert ftp.reply().startswith("522")


def test_ftplib_needs_to_be_told(strict: Server, home: Home) -> None:
    """ftplib fails by itself, and works when it is given the session."""
    trusting = ssl.create_default_context(cafile=home.keys / "tls.crt")
    trusting.check_hostname = False
    for kind in (Reusing, ftplib.FTP_TLS):
        with closing(kind(context=trusting, timeout=30)) as ftp:
            ftp.connect("localhost", strict.ftpes.port)
            ftp.login("acme-payroll", PASSWORD)
            ftp.prot_p()
            if kind is Reusing:
                ftp.storbinary(f"STOR {NAME}", io.BytesIO(CSV))
            else:
                with pytest.raises((ftplib.Error, OSError)):
                    ftp.storbinary(f"STOR {NAME}.2", io.BytesIO(CSV))
    assert [upload.path for upload in strict.uploads()] == [NAME]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_resumes_by_itself(strict: Server, home: Home, tmp_path: Path) -> None:
    """curl uploads, and then downloads and lists several times in one login."""
    file = tmp_path / "users.csv"
    file.write_bytes(CSV)
    url = f"ftp://localhost:{strict.ftpes.port}/hr/users/"
    run = ("curl", "-sS", "--ssl-reqd", "--cacert", str(home.keys / "tls.crt"))
    user = ("-u", f"acme-payroll:{PASSWORD}")
    subprocess.run([*run, *user, "-T", str(file), url], check=True, timeout=60)
    urls = (f"{url}users.csv", f"{url}users.csv", url)
    got = subprocess.run([*run, *user, *urls], check=True, timeout=60, capture_output=True)
    assert got.stdout.startswith(CSV + CSV + b"-rw-r--r--")
    # OpenSSL uses a ticket of TLS 1.3 once, and an uploader gets no other one
    several = ("--tls-max", "1.2", "-T", str(file), f"{url}2.csv", "-T", str(file), f"{url}3.csv")
    subprocess.run([*run, *user, *several], check=True, timeout=60)
    assert len(strict.uploads()) == 3


@pytest.mark.skipif(shutil.which("lftp") is None, reason="lftp is not installed")
def test_lftp_resumes_by_itself(strict: Server, home: Home, tmp_path: Path) -> None:
    """lftp sends several files in one login."""
    file = tmp_path / "users.csv"
    file.write_bytes(CSV)
    puts = "; ".join(f"put {file} -o /hr/users/{number}.csv" for number in range(4))
    script = (
        "set cmd:fail-exit yes; set net:max-retries 1; set ftp:ssl-force yes;"
        f" set ftp:ssl-protect-data yes; set ssl:ca-file {home.keys / 'tls.crt'};"
        f" open -p {strict.ftpes.port} -u acme-payroll,'{PASSWORD}' localhost; {puts}"
    )
    subprocess.run(["lftp", "-c", script], check=True, timeout=60)
    assert len(strict.uploads()) == 4
