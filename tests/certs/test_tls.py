"""TLS certificates: made, taken over, and checked by everything that needs no network."""

from __future__ import annotations

import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from authority import Authority, Issued, write
from wharfinger.certs import (
    CertificateUnusable,
    CertsError,
    KeyDoesNotFit,
    KeyUnusable,
    PrivateFileExposed,
    create_certificate,
    load_certificate,
    server_context,
)

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    """An authority with one below it, as public ones are built."""
    return Authority("root").sub_authority("intermediate")


def loaded(folder: Path, *chain: Issued, key: Issued | None = None) -> CertsError:
    """What loading this chain, with the key of its first certificate or another, is refused by."""
    chain_file, key_file = write(folder, chain, key or chain[0])
    with pytest.raises(CertsError) as refused:
        load_certificate(chain_file, key_file)
    assert refused.value.hint
    assert "\n" not in str(refused.value)
    return refused.value


def test_a_self_signed_certificate_shows_the_fingerprint_that_openssl_prints(
    tmp_path: Path,
) -> None:
    """`openssl x509 -fingerprint -sha256` prints the same; the names are those that were asked."""
    chain, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    certificate = create_certificate(chain, key, ["files.acme.example", "localhost"])
    out = subprocess.run(
        ["openssl", "x509", "-in", chain, "-noout", "-fingerprint", "-sha256"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert out.strip().partition("=")[2] == certificate.fingerprint
    assert certificate.subject == "CN=files.acme.example"
    assert certificate.not_after > NOW + timedelta(days=3640)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_client_that_pins_the_self_signed_certificate_accepts_the_server(tmp_path: Path) -> None:
    """OpenSSL verifies it for each of its names, and for no other."""
    chain, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    server = server_context(create_certificate(chain, key, ["files.acme.example", "localhost"]))
    client = ssl.create_default_context(cafile=chain)
    assert handshake(server, client, "localhost") == "TLSv1.3"
    assert handshake(server, client, "files.acme.example") == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(server, client, "other.example")


def test_an_end_without_close_notify_is_never_a_clean_end(tmp_path: Path) -> None:
    """Also where Python's default is otherwise, as in Debian 12: files would be cut in silence."""
    chain, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    context = server_context(create_certificate(chain, key, ["localhost"]))
    assert not context.options & ssl.OP_IGNORE_UNEXPECTED_EOF
    with pytest.raises(ssl.SSLError, match=r"(?i)eof"):
        handshake(context, ssl.create_default_context(cafile=chain), "localhost", cut_off=True)


def test_old_versions_of_tls_find_no_server(tmp_path: Path) -> None:
    """TLS 1.1 is refused, TLS 1.2 is not."""
    chain, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    server = server_context(create_certificate(chain, key, ["localhost"]))
    assert server.minimum_version == ssl.TLSVersion.TLSv1_2
    client = ssl.create_default_context(cafile=chain)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    assert handshake(server, client, "localhost") == "TLSv1.2"


def test_a_certificate_is_never_replaced(tmp_path: Path) -> None:
    """Clients have pinned the old one."""
    chain, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    first = create_certificate(chain, key, ["localhost"])
    with pytest.raises(FileExistsError):
        create_certificate(chain, key, ["localhost"])
    assert load_certificate(chain, key) == first


def test_a_chain_of_an_authority_is_taken(tmp_path: Path, authority: Authority) -> None:
    """The server's certificate, then the intermediate; with the root or without."""
    server = authority.issue("files.acme.example")
    for chain in ((server, authority), (server, authority, authority.issuer)):
        found = load_certificate(*write(tmp_path, chain, server))
        assert found.subject == "CN=files.acme.example"


def test_a_chain_in_the_wrong_order_is_refused(tmp_path: Path, authority: Authority) -> None:
    """The sentence names the certificate after which it breaks."""
    server = authority.issue("files.acme.example")
    refused = loaded(tmp_path, server, authority.issuer, authority)
    assert isinstance(refused, CertificateUnusable)
    assert "broken after CN=files.acme.example" in str(refused)


def test_a_chain_of_another_authority_of_that_name_is_refused(
    tmp_path: Path, authority: Authority
) -> None:
    """Names alone vouch for nobody; signatures do."""
    server = authority.issue("files.acme.example")
    namesake = Authority("root").sub_authority("intermediate")
    refused = loaded(tmp_path, server, namesake)
    assert isinstance(refused, CertificateUnusable)


def test_the_key_of_another_certificate_is_refused(tmp_path: Path, authority: Authority) -> None:
    """Also where the authority's certificate comes first in the file."""
    server, other = authority.issue("a.example"), authority.issue("b.example")
    for chain, key in (((server, authority), other), ((authority, server), server)):
        refused = loaded(tmp_path, *chain, key=key)
        assert "does not belong to the first certificate" in str(refused)


@pytest.mark.parametrize("kind", ["rsa:2048", "ed25519"])
def test_the_key_of_a_certificate_of_another_kind_is_told_alike(
    tmp_path: Path, authority: Authority, kind: str
) -> None:
    """So does a renewal look that goes from RSA to ECDSA, while it is half done."""
    chain, key = write(tmp_path, (authority.issue("a.example"),), None)
    key.unlink()
    self_sign(tmp_path / "other.pem", key, kind)
    with pytest.raises(KeyDoesNotFit, match="does not belong to the first certificate"):
        load_certificate(chain, key)
    with pytest.raises(KeyDoesNotFit):
        load_certificate(tmp_path / "other.pem", write(tmp_path, (authority,), None)[1])


def test_a_certificate_that_openssl_finds_too_weak_is_refused(tmp_path: Path) -> None:
    """As weak, not as damaged."""
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    self_sign(chain, key, "rsa:1024")
    with pytest.raises(CertificateUnusable, match="too weak for TLS today: ee key too small"):
        load_certificate(chain, key)


def test_a_certificate_out_of_its_dates_is_refused(tmp_path: Path, authority: Authority) -> None:
    """The sentence names the day."""
    past = authority.issue("a.example", NOW - timedelta(days=90), NOW - timedelta(days=1))
    assert f"expired on {NOW - timedelta(days=1):%Y-%m-%d}" in str(loaded(tmp_path, past))
    coming = authority.issue("a.example", NOW + timedelta(days=2), NOW + timedelta(days=90))
    assert f"valid only from {NOW + timedelta(days=2):%Y-%m-%d}" in str(loaded(tmp_path, coming))


def test_a_key_that_others_can_read_is_refused(tmp_path: Path, authority: Authority) -> None:
    """Before anything of it is used."""
    chain, key = write(tmp_path, (authority.issue("a.example"),), None)
    key.chmod(0o640)
    with pytest.raises(PrivateFileExposed, match="others can read"):
        load_certificate(chain, key)


def test_a_key_with_a_passphrase_is_refused_without_asking(
    tmp_path: Path, authority: Authority
) -> None:
    """A server that starts at night has nobody to ask."""
    chain, key = write(tmp_path, (authority.issue("a.example"),), None)
    locked = tmp_path / "locked.pem"
    subprocess.run(
        ["openssl", "pkey", "-aes256", "-passout", "pass:secret", "-in", key, "-out", locked],
        check=True,
    )
    locked.chmod(0o600)
    with pytest.raises(KeyUnusable, match="without a passphrase") as refused:
        load_certificate(chain, locked)
    assert "openssl pkey" in refused.value.hint


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\0\xff" * 50])
def test_what_is_no_certificate_is_refused(
    tmp_path: Path, authority: Authority, content: bytes
) -> None:
    """A damaged chain and a damaged key are each named."""
    chain, key = write(tmp_path, (authority.issue("a.example"),), None)
    sound = chain.read_bytes()
    chain.write_bytes(content)
    with pytest.raises(CertificateUnusable, match="no PEM certificate"):
        load_certificate(chain, key)
    chain.write_bytes(sound)
    key.write_bytes(content)
    with pytest.raises(KeyUnusable, match="no PEM private key"):
        load_certificate(chain, key)


def test_a_missing_file_is_named(tmp_path: Path, authority: Authority) -> None:
    """With the system's reason."""
    chain, key = write(tmp_path, (authority.issue("a.example"),), None)
    with pytest.raises(CertificateUnusable, match="No such file"):
        load_certificate(tmp_path / "none", key)
    with pytest.raises(KeyUnusable, match="No such file"):
        load_certificate(chain, tmp_path / "none")


def self_sign(chain: Path, key: Path, kind: str) -> None:
    """A certificate as openssl makes it."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", kind, "-nodes", "-subj", "/CN=a.example"),
            *("-keyout", key, "-out", chain),
        ],
        check=True,
        capture_output=True,
    )
    key.chmod(0o600)


def handshake(
    server: ssl.SSLContext, client: ssl.SSLContext, name: str, *, cut_off: bool = False
) -> str | None:
    """A handshake in memory; returns the version that was agreed on.

    With `cut_off`, the client then vanishes, and the server reads on.
    """
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server, server_hostname=name)
    there = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(5):
        for side in (here, there):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    if cut_off:
        to_server.write_eof()
        there.read()
    return here.version()


@pytest.mark.parametrize(
    ("host", "covered"),
    [
        ("files.acme.example", True),
        ("FILES.acme.example.", True),
        ("a.wild.example", True),
        ("wild.example", False),
        ("a.b.wild.example", False),
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("acme.example", False),
    ],
)
def test_a_certificate_covers_its_names(tmp_path: Path, host: str, covered: bool) -> None:
    """Whole names, addresses, and one label in place of a star."""
    names = ["files.acme.example", "*.wild.example", "192.0.2.7"]
    found = create_certificate(tmp_path / "tls.crt", tmp_path / "tls.key", names)
    assert set(found.names) == set(names)
    assert found.covers(host) is covered
