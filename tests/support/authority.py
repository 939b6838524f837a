"""A certificate authority for tests: it issues what good and bad chains are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Issued:
    """A certificate with its private key."""

    def __init__(
        self,
        name: str,
        issuer: Issued | None,
        days: tuple[datetime, datetime] | None = None,
        *,
        authority: bool = False,
    ) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.issuer = issuer or self
        now = datetime.now(UTC)
        first, last = days or (now - timedelta(days=1), now + timedelta(days=365))
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(self.issuer.name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(first)
            .not_valid_after(last)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .sign(self.issuer.key, hashes.SHA256())
        )


class Authority(Issued):
    """An authority; self-signed unless another one issued it."""

    def __init__(self, name: str, issuer: Issued | None = None) -> None:
        super().__init__(name, issuer, authority=True)

    def sub_authority(self, name: str) -> Authority:
        """An authority below this one."""
        return Authority(name, self)

    def issue(
        self, name: str, first: datetime | None = None, last: datetime | None = None
    ) -> Issued:
        """A server's certificate, by default for a year."""
        return Issued(name, self, (first, last) if first and last else None)


def write(folder: Path, chain: Sequence[Issued], key: Issued | None) -> tuple[Path, Path]:
    """Write a chain and a key, by default of its first certificate, as PEM files."""
    chain_file, key_file = folder / "chain.pem", folder / "key.pem"
    chain_file.write_bytes(
        b"".join(one.certificate.public_bytes(serialization.Encoding.PEM) for one in chain)
    )
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        (key or chain[0]).key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain_file, key_file
