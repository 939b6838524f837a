"""Which files are taken as a client's certificate (server/accounts/certificate.py)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from authority import Issued, write
from wharfinger.server.accounts.certificate import read_client_certificate
from wharfinger.server.exceptions import InputInvalid


def made_for(usage: ObjectIdentifier) -> bytes:
    """A certificate with an extended key usage, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def test_a_certificate_is_known_by_its_fingerprint() -> None:
    """The first one of the file counts, and is shown as openssl shows it."""
    first, second = Issued("first", None).certificate, Issued("second", None).certificate
    found = read_client_certificate(
        first.public_bytes(Encoding.PEM) + second.public_bytes(Encoding.PEM)
    )
    assert found.fingerprint == first.fingerprint(hashes.SHA256()).hex(":").upper()
    assert x509.load_pem_x509_certificate(found.pem.encode()) == first


@pytest.mark.parametrize(
    ("usage", "taken"),
    [
        (ExtendedKeyUsageOID.CLIENT_AUTH, True),
        (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, True),
        (ExtendedKeyUsageOID.SERVER_AUTH, False),
    ],
)
def test_it_has_to_be_made_for_clients(usage: ObjectIdentifier, taken: bool) -> None:
    """A server's certificate would be refused in each handshake, so it is refused at once."""
    if taken:
        assert read_client_certificate(made_for(usage)).fingerprint
    else:
        with pytest.raises(InputInvalid, match="not made for clients"):
            read_client_certificate(made_for(usage))


@pytest.mark.parametrize(("first", "last"), [(-9, -1), (1, 9)], ids=["expired", "not yet"])
def test_it_has_to_be_valid_today(first: int, last: int) -> None:
    """Dates are checked when it is given, and in each handshake."""
    now = datetime.now(UTC)
    days = (now + timedelta(days=first), now + timedelta(days=last))
    with pytest.raises(InputInvalid, match="valid from"):
        read_client_certificate(Issued("x", None, days).certificate.public_bytes(Encoding.PEM))


def test_a_private_key_is_refused(tmp_path: Path) -> None:
    """A key should never have been sent here."""
    chain, key = write(tmp_path, [Issued("x", None)], None)
    for content in (key.read_bytes(), chain.read_bytes() + key.read_bytes()):
        with pytest.raises(InputInvalid, match="private key"):
            read_client_certificate(content)
    with pytest.raises(InputInvalid, match="no PEM certificate"):
        read_client_certificate(b"x")
