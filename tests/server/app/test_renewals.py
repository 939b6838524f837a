"""A renewed certificate and changed host keys: checked, then given to new connections alone."""

from __future__ import annotations

import asyncio
import ftplib
import shutil
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import asyncssh
import pytest
import structlog
from cryptography.hazmat.primitives import hashes
from structlog.testing import capture_logs

from authority import Authority, Issued, write
from firm import PASSWORD, provision
from process import ServeProcess
from wharfinger import Server, Settings
from wharfinger.certs import (
    CertificateUnusable,
    create_host_keys,
    load_host_keys,
    renew_certificate,
)
from wharfinger.server.app.renewals import CertificateRenewal, Renewals
from wharfinger.server.home import Home
from wharfinger.server.settings import Address
from witness import until

NOW = datetime.now(UTC)
TRANSFERS = 50
WARNING = "the certificate has to be renewed"


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Who issues the certificates."""
    return Authority("root")


@pytest.fixture
def files(tmp_path: Path, authority: Authority) -> tuple[Path, Path]:
    """A chain and its key, as an ACME client leaves them."""
    first = authority.issue("files.acme.example")
    return write(tmp_path, (first, authority), first)


@pytest.fixture(autouse=True)
def informative() -> Iterator[None]:
    """Log from info on, for `look`."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("info"))
    with capture_logs():
        yield
    structlog.configure(wrapper_class=before)


@pytest.fixture
def renewal(files: tuple[Path, Path]) -> Iterator[CertificateRenewal]:
    """The certificate, followed in its files."""
    renewal = CertificateRenewal(*files, "files.acme.example")
    yield renewal
    renewal.close()


def look(renewal: CertificateRenewal, now: datetime = NOW) -> list[str]:
    """What one look at the files logs."""
    with capture_logs() as logs:
        asyncio.run(renewal.look(now, told=False))
    return [entry["event"] for entry in logs]


def place(folder: Path, *chain: Issued, key: Issued | None = None) -> None:
    """Renew as ACME clients do: new files, which take the old ones' place at once."""
    draft = folder / "draft"
    draft.mkdir()
    for path in write(draft, chain, key or chain[0]):
        path.replace(folder / path.name)
    draft.rmdir()


def shown(at: Address) -> str:
    """The SHA-256 of the certificate that FTPS shows to a new connection."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((at.host, at.port), 20) as sock,
        context.wrap_socket(sock) as tls,
    ):
        der = tls.getpeercert(binary_form=True)
    assert der is not None
    return digest(der)


def digest(der: bytes) -> str:
    """SHA-256 in hexadecimal."""
    found = hashes.Hash(hashes.SHA256())
    found.update(der)
    return found.finalize().hex()


def sha256(issued: Issued) -> str:
    """The same of a certificate that was issued here."""
    return issued.certificate.fingerprint(hashes.SHA256()).hex()


def test_a_certificate_is_swapped_in_the_middle_of_fifty_uploads(
    start: Callable[..., Server], tmp_path: Path, files: tuple[Path, Path], authority: Authority
) -> None:
    """None breaks, also not one that opens its data connection later; the next one has the new."""
    server = start(tls_certificate=files[0], tls_key=files[1])
    provision(server)
    old, renewed = shown(server.ftps), authority.issue("files.acme.example")
    halfway, swapped = Barrier(TRANSFERS + 1, timeout=20), Barrier(TRANSFERS + 1, timeout=20)

    def upload(number: int) -> str:
        ftp = ftplib.FTP_TLS(timeout=20)  # noqa: S321 - FTPES is what is tested
        with ftp:
            ftp.connect(server.ftpes.host, server.ftpes.port)
            ftp.login("acme-payroll", PASSWORD)
            ftp.prot_p()
            data = ftp.transfercmd(f"STOR /hr/users/{number}.bin")
            assert isinstance(data, ssl.SSLSocket)
            data.sendall(b"a" * 100_000)
            halfway.wait()
            swapped.wait()
            data.sendall(b"b" * 100_000)
            data.unwrap().close()
            answer = ftp.voidresp()
            assert ftp.size(f"/hr/users/{number}.bin") == 200_000
            assert len(ftp.nlst("/hr/users")) >= 1
        return answer[:3]

    with ThreadPoolExecutor(TRANSFERS) as threads:
        running = [threads.submit(upload, number) for number in range(TRANSFERS)]
        halfway.wait()
        place(tmp_path, renewed, authority)
        server.reload()
        until(lambda: shown(server.ftps) != old)
        assert shown(server.ftps) == sha256(renewed)
        swapped.wait()
        assert {upload.result() for upload in running} == {"226"}


def test_a_renewed_certificate_is_noticed_without_being_told(
    renewal: CertificateRenewal, tmp_path: Path, authority: Authority
) -> None:
    """Once; what is unchanged says nothing."""
    assert look(renewal) == []
    place(tmp_path, authority.issue("files.acme.example"), authority)
    assert look(renewal) == ["a renewed certificate is served"]
    assert look(renewal) == []


def test_links_that_are_turned_to_new_files_are_noticed(
    tmp_path: Path, authority: Authority
) -> None:
    """As certbot keeps them: live/NAME/fullchain.pem is a link into archive/NAME."""
    for number in ("1", "2"):
        (tmp_path / number).mkdir()
        write(tmp_path / number, (authority.issue("a.example"), authority), None)
    links = (tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    names = ("chain.pem", "key.pem")
    for link, name in zip(links, names, strict=True):
        link.symlink_to(Path("1", name))
    renewal = CertificateRenewal(*links, "a.example")
    logged = []
    for link, name in reversed(list(zip(links, names, strict=True))):
        (tmp_path / "draft").symlink_to(Path("2", name))
        (tmp_path / "draft").replace(link)
        logged.append(look(renewal))
    renewal.close()
    assert logged == [
        ["a certificate is half renewed: its other half is awaited"],
        ["a renewed certificate is served"],
    ]


def test_a_renewal_that_stays_half_is_warned_of_once(
    renewal: CertificateRenewal, tmp_path: Path, authority: Authority
) -> None:
    """After a time in which every ACME client would have been done."""
    first = renewal._served.certificate.fingerprint
    place(tmp_path, authority.issue("files.acme.example"), key=authority.issue("other"))
    assert look(renewal) == ["a certificate is half renewed: its other half is awaited"]
    assert look(renewal, NOW + timedelta(minutes=9)) == []
    (warning,) = look(renewal, NOW + timedelta(minutes=11))
    assert "never completed" in warning
    assert look(renewal, NOW + timedelta(minutes=30)) == []
    assert renewal._served.certificate.fingerprint == first


@pytest.mark.parametrize("flaw", ["host", "date", "order", "damaged", "gone"])
def test_what_is_unfit_is_refused_and_the_old_one_is_served_on(
    renewal: CertificateRenewal, tmp_path: Path, authority: Authority, flaw: str
) -> None:
    """The log says why, and whoever connects meanwhile notices nothing."""
    first = renewal._served.certificate.fingerprint
    past = (NOW - timedelta(days=9), NOW - timedelta(days=1))
    good = authority.issue("files.acme.example")
    match flaw:
        case "host":
            place(tmp_path, authority.issue("other.example"), authority)
        case "date":
            place(tmp_path, authority.issue("files.acme.example", *past), authority)
        case "order":
            place(tmp_path, good, Authority("other"), authority)
        case "damaged":
            (tmp_path / "chain.pem").write_bytes(b"-----BEGIN CERT")
        case "gone":
            (tmp_path / "chain.pem").unlink()
    assert look(renewal) == ["a renewed certificate is refused: the old one is served on"]
    assert renewal._served.certificate.fingerprint == first
    renewal.context()
    place(tmp_path, good, authority)
    assert look(renewal) == ["a renewed certificate is served"]


def test_a_server_does_not_start_with_a_certificate_of_another_host(
    home: Home, files: tuple[Path, Path]
) -> None:
    """Both names are told, for whoever has mistaken the file."""
    settings = Settings(
        home=home.root, public_host="b.example", tls_certificate=files[0], tls_key=files[1]
    )
    with pytest.raises(CertificateUnusable, match=r"for b\.example, but for files\.acme\.example"):
        Renewals(settings)


def test_the_end_of_a_certificate_is_warned_of_once_a_day(
    renewal: CertificateRenewal, tmp_path: Path, authority: Authority
) -> None:
    """From 21 days before; and after it, too."""
    end = NOW + timedelta(days=21, hours=-1)
    place(tmp_path, authority.issue("files.acme.example", NOW - timedelta(days=1), end), authority)
    assert look(renewal) == ["a renewed certificate is served", WARNING]
    assert look(renewal) == []
    assert look(renewal, NOW + timedelta(days=1)) == [WARNING]
    assert look(renewal, end + timedelta(days=1)) == [WARNING]


def test_a_server_that_is_told_by_sighup_takes_what_certs_renew_made(home: Home) -> None:
    """At once, and it ends in order afterwards."""
    with ServeProcess(home.root) as process:
        host, port = process.address("ftps")
        at = Address(host=host, port=port)
        old = shown(at)
        new = renew_certificate(home.keys / "tls.crt", home.keys / "tls.key", None, NOW)
        process.process.send_signal(signal.SIGHUP)
        until(lambda: shown(at) != old, patience=15)  # by itself it would take twice that
        assert shown(at) == new.fingerprint.replace(":", "").lower()
        process.stop()
        assert "a renewed certificate is served" in process.log()


def test_changed_host_keys_are_served_to_new_connections(
    server: Server, home: Home, tmp_path: Path
) -> None:
    """A session that runs goes on."""

    async def scenario() -> None:
        at = (server.sftp.host, server.sftp.port)
        async with asyncssh.connect(
            *at, username="acme-payroll", password=PASSWORD, known_hosts=None, config=None
        ) as running:
            sftp = await running.start_sftp_client()
            for path in create_host_keys(tmp_path):
                shutil.move(path, home.keys / path.name)
            server.reload()
            new = {key.public_data for key in load_host_keys(home.keys)}
            async with asyncio.timeout(20):
                while (await host_key(*at)) not in new:  # noqa: ASYNC110 - the server tells nobody
                    await asyncio.sleep(0.02)
            assert await sftp.exists("/hr/users")

    asyncio.run(scenario())


async def host_key(*at: Any) -> bytes:
    """What the server proves itself by."""
    key = await asyncssh.get_server_host_key(*at, config=None)
    assert key is not None
    return key.public_data
