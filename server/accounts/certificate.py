"""A certificate that a client proves to have: pinned, so that no authority has to be trusted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ..exceptions import InputInvalid


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate that opens an account together with its password."""

    #: SHA-256 of the DER, `AB:CD:…`, as `openssl x509 -fingerprint -sha256` prints it
    fingerprint: str
    pem: str


def fingerprint_of(der: bytes) -> str:
    """The fingerprint of a certificate."""
    return hashlib.sha256(der).digest().hex(":").upper()


def read_client_certificate(data: bytes) -> ClientCertificate:
    """The certificate in a PEM file: its first, if it is valid today and may be a client's.

    Raises InputInvalid.
    """
    if b"PRIVATE KEY" in data:
        raise InputInvalid(
            "there is a private key in this file, and it should not leave its owner",
            hint="give the certificate alone: openssl x509 -in FILE -out CERTIFICATE",
        )
    try:
        certificate = x509.load_pem_x509_certificates(data)[0]
    except ValueError:
        raise InputInvalid(
            "there is no PEM certificate in this file",
            hint="convert it: openssl x509 -inform der -in FILE -out CERTIFICATE",
        ) from None
    _check_dates(certificate)
    _check_purpose(certificate)
    return ClientCertificate(
        fingerprint_of(certificate.public_bytes(Encoding.DER)),
        certificate.public_bytes(Encoding.PEM).decode("ascii"),
    )


def _check_dates(certificate: x509.Certificate) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= datetime.now(UTC) <= last:
        raise InputInvalid(
            f"this certificate is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d} only",
            hint="ask its owner for one that is valid today",
        )


def _check_purpose(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(
        usage
    ):
        raise InputInvalid(
            "this certificate is not made for clients (its extended key usage)",
            hint="ask its owner for one with the usage clientAuth, or with none",
        )
