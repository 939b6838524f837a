"""The TLS certificate of the FTPS listeners, checked before it is used."""

from __future__ import annotations

import base64
import hashlib
import itertools
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID
from OpenSSL import crypto

from .exceptions import CertificateUnusable, KeyDoesNotFit, KeyUnusable
from .memory_file import MemoryFile
from .private_file import read_private

#: what OpenSSL says of a key of another certificate; the last if it is of another kind, too
_OTHER_KEY = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")
#: how OpenSSL's words for short keys and old digests end
_WEAK = ("_TOO_SMALL", "_TOO_WEAK")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate chain and its private key, as files that fit each other."""

    chain: Path
    key: Path
    subject: str
    issuer: str
    #: host names and addresses that it stands for
    names: tuple[str, ...]
    not_after: datetime
    #: SHA-256 over the DER of the first certificate, `AB:CD:…`, as clients show it
    fingerprint: str
    #: whether it vouches for itself, so that clients have to pin it
    self_signed: bool
    #: SHA-1 in the same form: what lftp pins a certificate by
    sha1: str
    #: SHA-256 over its public key in base64: what curl pins a certificate by
    key_pin: str

    def covers(self, host: str) -> bool:
        """Whether it stands for this host, also by a wildcard in place of the first label."""
        wanted = host.lower().rstrip(".")
        _, _, parent = wanted.partition(".")
        wildcard = f"*.{parent}"
        return any(name.lower() in (wanted, wildcard) for name in self.names)


@dataclass(frozen=True, slots=True)
class Pair:
    """A chain and a key as they were read, not checked yet."""

    chain: Path
    key: Path
    chain_pem: bytes
    key_pem: bytes = field(repr=False)


def load_certificate(chain: Path, key: Path, *, host: str | None = None) -> Certificate:
    """The certificate in `chain` with its key, after every check that needs no network.

    Raises as read_pair and check_pair do.
    """
    return check_pair(read_pair(chain, key), host=host)


def read_pair(chain: Path, key: Path) -> Pair:
    """Both files, each read once. Raises CertificateUnusable, PrivateFileExposed, KeyUnusable."""
    try:
        chain_pem = chain.read_bytes()
    except OSError as error:
        raise CertificateUnusable(
            f"the certificate {chain} cannot be read: {error.strerror}",
            hint="check the path, or run `wharfinger init` to make a self-signed one",
        ) from error
    return Pair(chain, key, chain_pem, read_private(key))


def check_pair(pair: Pair, *, host: str | None = None) -> Certificate:
    """The certificate, once it is fit to be served.

    Raises KeyUnusable and CertificateUnusable unless the key fits the first certificate, each
    certificate is signed by the next one, today is within its dates, and it stands for `host`. The
    last does not matter where it vouches for itself, because clients pin it.
    """
    certificates = _read_chain(pair)
    _check_key(pair)
    _check_dates(pair.chain, certificates[0])
    _check_order(pair.chain, certificates)
    certificate = describe(pair)
    if host is not None and not certificate.self_signed:
        _check_host(certificate, host)
    return certificate


def describe(pair: Pair) -> Certificate:
    """What the first certificate says of itself; nothing is checked. Raises CertificateUnusable."""
    first = _read_chain(pair)[0]
    return Certificate(
        chain=pair.chain,
        key=pair.key,
        subject=first.subject.rfc4514_string(),
        issuer=first.issuer.rfc4514_string(),
        names=_names(first),
        not_after=first.not_valid_after_utc,
        fingerprint=first.fingerprint(hashes.SHA256()).hex(":").upper(),
        self_signed=first.issuer == first.subject,
        sha1=first.fingerprint(hashes.SHA1()).hex(":").upper(),  # noqa: S303 - as lftp wants it
        key_pin=_key_pin(first),
    )


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """A server context for one connection: TLS 1.2 or newer, no compression, no renegotiation.

    One context a control connection: its ticket keys are fresh, so that a resumed data connection
    proves to come from the same client (RFC 5077; issue giampaolo/pyftpdlib#602 for why tickets
    matter here at all).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    # Python before 3.11.4 (Debian 12 has 3.11.2) sets it, and then a connection that was cut off
    # ends like one that was closed: a piece of a file would be taken for the whole (gh-95494)
    context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context


def _key_pin(certificate: x509.Certificate) -> str:
    public_key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(public_key).digest()).decode("ascii")


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """What it says under Subject Alternative Name, and its common name where it says nothing."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(str(attribute.value) for attribute in common)
    addresses = found.get_values_for_type(x509.IPAddress)
    return (*found.get_values_for_type(x509.DNSName), *map(str, addresses))


def _read_chain(pair: Pair) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pair.chain_pem)
    except ValueError as error:
        raise CertificateUnusable(
            f"{pair.chain} holds no PEM certificate",
            hint="give the chain as PEM: the server's certificate first, then the intermediates",
        ) from error


def _check_key(pair: Pair) -> None:
    try:
        with MemoryFile(pair.chain_pem) as chain, MemoryFile(pair.key_pem) as key:
            # an empty passphrase, or OpenSSL would ask for one at the terminal
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                chain.path, key.path, password=""
            )
    except ssl.SSLError as error:
        reason = error.reason or ""  # None for what is no PEM
        if reason in _OTHER_KEY:
            raise KeyDoesNotFit(
                f"the key {pair.key} does not belong to the first certificate in {pair.chain}",
                hint="put the server's own certificate first in the chain file, or give its key",
            ) from error
        if reason.endswith(_WEAK):
            raise CertificateUnusable(
                f"the certificate {pair.chain} is too weak for TLS today:"
                f" {reason.lower().replace('_', ' ')}",
                hint="have one issued for an ECDSA P-256 or RSA 3072 key, signed with SHA-256",
            ) from error
        raise KeyUnusable(
            f"{pair.key} is no PEM private key without a passphrase",
            hint=f"take the passphrase off: openssl pkey -in {pair.key} -out new.key",
        ) from error


def _check_host(certificate: Certificate, host: str) -> None:
    if not certificate.covers(host):
        raise CertificateUnusable(
            f"the certificate {certificate.chain} does not stand for {host},"
            f" but for {', '.join(certificate.names) or 'no name at all'}",
            hint=f"have it issued for {host}, or mend public_host in wharfinger.toml",
        )


def _check_dates(chain: Path, certificate: x509.Certificate) -> None:
    now = datetime.now(UTC)
    if now > certificate.not_valid_after_utc:
        raise CertificateUnusable(
            f"the certificate {chain} expired on {certificate.not_valid_after_utc:%Y-%m-%d}",
            hint="renew it, or move it away and run `wharfinger init` for a self-signed one",
        )
    if now < certificate.not_valid_before_utc:
        raise CertificateUnusable(
            f"the certificate {chain} is valid only from"
            f" {certificate.not_valid_before_utc:%Y-%m-%d}",
            hint="check the clock of this machine, or wait for that day",
        )


def _check_order(chain: Path, certificates: list[x509.Certificate]) -> None:
    """Each certificate is vouched for by the next one; who vouches for the last is left open."""
    for certificate, issuer in itertools.pairwise(certificates):
        store = crypto.X509Store()
        store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
        store.add_cert(crypto.X509.from_cryptography(issuer))
        try:
            crypto.X509StoreContext(
                store, crypto.X509.from_cryptography(certificate)
            ).verify_certificate()
        except crypto.X509StoreContextError as error:
            raise CertificateUnusable(
                f"the chain in {chain} is broken after"
                f" {certificate.subject.rfc4514_string()}: {error}",
                hint="order it: the server's certificate, then each issuer; leave others out",
            ) from error
