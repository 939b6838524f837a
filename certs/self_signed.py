"""A certificate that vouches for itself, which clients pin by its fingerprint."""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .exceptions import RotationRefused
from .private_file import write_private
from .tls import Certificate, describe, load_certificate, read_pair

#: self-signed certificates are pinned by people, so they live long
LIFETIME = timedelta(days=3650)


def create_certificate(chain: Path, key: Path, host_names: list[str]) -> Certificate:
    """Make a self-signed ECDSA P-256 certificate for `host_names`; never replaces a file.

    Raises FileExistsError.
    """
    private_key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host_names[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # clients' clocks run late
        .not_valid_after(now + LIFETIME)
        .add_extension(
            x509.SubjectAlternativeName(list(map(_alternative_name, host_names))), critical=False
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    write_private(
        key,
        private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return load_certificate(chain, key)


def renew_certificate(chain: Path, key: Path, host: str | None, now: datetime) -> Certificate:
    """Put a new self-signed certificate, with a new key, in place of an old one of the same names.

    The old files are kept aside. Raises RotationRefused when the old one is not self-signed.
    """
    old = describe(read_pair(chain, key))
    if not old.self_signed:
        raise RotationRefused(
            f"the certificate {chain} is {old.issuer}'s to renew",
            hint="put the renewed files in its place; a running server takes them",
        )
    names = list(old.names) if host is None or old.covers(host) else [host, *old.names]
    new_chain, new_key = (path.with_name(f"{path.name}.draft") for path in (chain, key))
    for draft in (new_chain, new_key):
        draft.unlink(missing_ok=True)
    create_certificate(new_chain, new_key, names)
    for path in (chain, key):
        os.link(path, path.with_name(f"{path.name}.retired-{now:%Y%m%dT%H%M%S}"))
    # the key first: a running server waits for the chain, and serves the old pair until then
    os.replace(new_key, key)
    os.replace(new_chain, chain)
    return load_certificate(chain, key)


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
