"""Accounts that require certificate and password over FTPS: both, and nothing less."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from authority import Authority, Issued, write
from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server
from wharfinger.server.accounts import ClientCertificate, Registry, fingerprint_of
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.migrations import migrations

LOGIN = "acme-certified"
NAME = "/hr/users/users.csv"
TLS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture
def own() -> Issued:
    """The certificate of the account."""
    return Issued("acme", None)


@pytest.fixture
def certified(start: Callable[..., Server], own: Issued) -> Server:
    """A server with an account that requires its certificate, and one that has none."""
    server = start()
    provision(server)
    add(server, LOGIN, own)
    server.add_folder(LOGIN, "/hr/users", name="Users")
    return server


def add(server: Server, login: str, certificate: Issued) -> None:
    """An account that requires a certificate."""
    server.add_account(
        login,
        client="acme",
        password=PASSWORD,
        required="certificate+password",
        client_certificates=[certificate.certificate.public_bytes(Encoding.PEM)],
    )


def enter(
    server: Server,
    folder: Path,
    login: str,
    certificate: Issued | None,
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    password: str = PASSWORD,
) -> str:
    """The reply to a login with a certificate; empty where the handshake was refused."""
    with FtpWire((server.ftpes.host, server.ftpes.port), version=version) as ftp:
        if certificate is not None:
            ftp.context.load_cert_chain(*write(folder, [certificate], None))
        try:
            answer = ftp.login(login, password)
        except OSError:
            return ""
        if answer.startswith("230"):
            assert ftp.store(f"/hr/users/{version.name}.csv", CSV).startswith("226")
        return answer


@pytest.mark.parametrize("version", TLS, ids=lambda v: v.name)
def test_certificate_and_password_open_the_account(
    certified: Server, own: Issued, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    """Both together do, and the data connections of that login work."""
    assert enter(certified, tmp_path, LOGIN, own, version).startswith("230")


@pytest.mark.parametrize("version", TLS, ids=lambda v: v.name)
def test_neither_alone_opens_it(
    certified: Server, own: Issued, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    """The password without the certificate is answered like a wrong password."""
    wrong = enter(certified, tmp_path, LOGIN, own, version, password="wrong")
    assert wrong.startswith("530")
    assert enter(certified, tmp_path, LOGIN, None, version) == wrong


def test_another_accounts_certificate_is_not_enough(
    certified: Server, own: Issued, tmp_path: Path
) -> None:
    """A certificate opens the account that it is of."""
    other = Issued("other", None)
    add(certified, "acme-other", other)
    assert enter(certified, tmp_path, LOGIN, other).startswith("530")
    assert enter(certified, tmp_path, "acme-other", own).startswith("530")


@pytest.mark.parametrize("version", TLS, ids=lambda v: v.name)
def test_a_certificate_of_nobody_is_refused_in_the_handshake(
    certified: Server, tmp_path: Path, version: ssl.TLSVersion
) -> None:
    """What a client shows is checked before it can say anything."""
    assert enter(certified, tmp_path, LOGIN, Issued("acme", None), version) == ""


def test_a_pinned_certificate_vouches_for_no_other(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    """An account whose certificate is an authority's is not opened by what that issued."""
    server = start()
    provision(server)
    authority = Authority("acme")
    add(server, LOGIN, authority)
    assert enter(server, tmp_path, LOGIN, authority.issue("leaf")).startswith("530")


def test_a_certificate_that_has_expired_is_refused(
    certified: Server, home: Home, tmp_path: Path
) -> None:
    """A pinned certificate opens nothing after its last day."""
    now = datetime.now(UTC)
    expired = Issued("old", None, (now - timedelta(days=9), now - timedelta(days=1)))
    kept = ClientCertificate(
        fingerprint_of(expired.certificate.public_bytes(Encoding.DER)),
        expired.certificate.public_bytes(Encoding.PEM).decode(),
    )
    database = Database(home.database, migrations)
    Registry(database).edit_account(LOGIN, client_certificates=[kept])
    database.close()
    assert enter(certified, tmp_path, LOGIN, expired) == ""


def test_other_accounts_need_none(certified: Server, tmp_path: Path) -> None:
    """A client that has no certificate is served as before."""
    assert enter(certified, tmp_path, "acme-payroll", None).startswith("230")


def test_nobody_is_asked_where_no_account_has_one(server: Server, tmp_path: Path) -> None:
    """A client whose software shows its certificate to everybody can log in."""
    assert enter(server, tmp_path, "acme-payroll", Issued("any", None)).startswith("230")


def real(home: Home, folder: Path, own: Issued) -> tuple[Path, Path, Path, Path]:
    """A file to send, and the trusted certificate, own certificate and key as files."""
    file = folder / "users.csv"
    file.write_bytes(CSV)
    return file, home.keys / "tls.crt", *write(folder, [own], None)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_proves_its_certificate(
    certified: Server, home: Home, own: Issued, tmp_path: Path
) -> None:
    """curl --cert logs in, and without it does not."""
    file, trusted, certificate, key = real(home, tmp_path, own)
    run = [
        *("curl", "-sS", "--ssl-reqd", "--cacert", str(trusted), "-u", f"{LOGIN}:{PASSWORD}"),
        *("-T", str(file), f"ftp://localhost:{certified.ftpes.port}{NAME}"),
    ]
    proof = ("--cert", str(certificate), "--key", str(key))
    assert subprocess.run(run, check=False, timeout=60).returncode == 67  # login denied
    subprocess.run([*run, *proof], check=True, timeout=60)
    assert [upload.account for upload in certified.uploads()] == [LOGIN]


@pytest.mark.skipif(shutil.which("lftp") is None, reason="lftp is not installed")
def test_lftp_proves_its_certificate(
    certified: Server, home: Home, own: Issued, tmp_path: Path
) -> None:
    """lftp with ssl:cert-file and ssl:key-file logs in."""
    file, trusted, certificate, key = real(home, tmp_path, own)
    script = (
        "set cmd:fail-exit yes; set net:max-retries 1; set ftp:ssl-force yes;"
        f" set ftp:ssl-protect-data yes; set ssl:ca-file {trusted};"
        f" set ssl:cert-file {certificate}; set ssl:key-file {key};"
        f" open -p {certified.ftpes.port} -u {LOGIN},'{PASSWORD}' localhost;"
        f" put {file} -o {NAME}"
    )
    subprocess.run(["lftp", "-c", script], check=True, timeout=60)
    assert [upload.account for upload in certified.uploads()] == [LOGIN]
