"""An account: one login of a client."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import asyncssh

from ..exceptions import InputInvalid
from .address import is_within
from .certificate import ClientCertificate
from .limits import NO_LIMITS, Limits

#: connection types: `ftps` is implicit TLS, `ftpes` explicit TLS (RFC 4217)
PROTOCOLS = ("sftp", "ftps", "ftpes")
#: the listener for SFTP with the algorithms of old clients
SFTP_LEGACY = "sftp_legacy"
#: what has to be proved at a login: any of what the account has, or its password and a second thing
REQUIREMENTS = ("any", "key+password", "certificate+password")
#: the second thing: on which connection types it can be proved
_PROVED_ON = {"key": frozenset({"sftp"}), "certificate": frozenset({"ftps", "ftpes"})}

#: the login is a folder of the home too
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,62}[A-Za-z0-9])?")
_KEY_ALGORITHMS = re.compile(r"ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp(256|384|521)")
_SMALLEST_RSA = 2048


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that opens an account."""

    algorithm: str
    #: `SHA256:` and base64, as ssh-keygen -l prints it
    fingerprint: str
    #: one line in OpenSSH's authorized_keys format
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One login of a client: how it may connect, from where, and what proves it."""

    id: int
    login: str
    client: str
    host: str
    protocols: frozenset[str]
    #: argon2id in PHC format, None where only keys open the account
    password_hash: str | None
    public_keys: tuple[PublicKey, ...]
    #: networks in CIDR notation; empty = from anywhere
    allowed_ips: tuple[str, ...]
    enabled: bool
    created_at: datetime
    #: one of REQUIREMENTS
    required: str = "any"
    #: whether the account may use the listener for old clients
    legacy: bool = False
    client_certificates: tuple[ClientCertificate, ...] = ()
    limits: Limits = NO_LIMITS

    @property
    def second_factor(self) -> str | None:
        """What a login takes besides the password: `key`, `certificate` or nothing."""
        return None if self.required == "any" else self.required.partition("+")[0]

    def admits(self, listener: str, peer: str) -> bool:
        """Whether the account may log in there (a connection type, or SFTP_LEGACY) from `peer`."""
        return self.enabled and self.reaches(listener) and self._allows(peer)

    def opened_by(self, proofs: frozenset[str]) -> bool:
        """Whether what was proved, of `key`, `certificate` and `password`, is enough."""
        if self.second_factor is None:
            return bool(proofs)
        return proofs >= {self.second_factor, "password"}

    def reaches(self, listener: str) -> bool:
        """Whether the account can log in on a listener at all."""
        if listener == SFTP_LEGACY:
            return self.legacy and self.reaches("sftp")
        second = self.second_factor
        return listener in self.protocols and (second is None or listener in _PROVED_ON[second])

    def _allows(self, peer: str) -> bool:
        networks = map(ipaddress.ip_network, self.allowed_ips)
        return not self.allowed_ips or is_within(peer, networks)


def check_login(login: str) -> str:
    """`login` if an account can have it. Raises InputInvalid."""
    if not _LOGIN.fullmatch(login):
        raise InputInvalid(
            f"{login!r} cannot be a login: use 1 to 64 of a-z A-Z 0-9 . _ @ + -,"
            " beginning and ending with a letter or digit",
            hint="for example: acme-payroll",
        )
    return login


def check_protocols(protocols: Iterable[str]) -> frozenset[str]:
    """The connection types as a set. Raises InputInvalid for one that there is not, or for none."""
    chosen = frozenset(protocols)
    unknown = sorted(chosen - set(PROTOCOLS))
    if unknown or not chosen:
        raise InputInvalid(
            f"{unknown[0]!r} is no connection type" if unknown else "no connection type is given",
            hint=f"choose from {', '.join(PROTOCOLS)}",
        )
    return chosen


def check_required(required: str, *, password: bool, key: bool, certificate: bool) -> str:
    """`required` if an account that has these can be asked for it. Raises InputInvalid."""
    if required not in REQUIREMENTS:
        raise InputInvalid(
            f"{required!r} cannot be required", hint=f"choose from {', '.join(REQUIREMENTS)}"
        )
    if required == "key+password" and not (password and key):
        raise InputInvalid(
            "an account that requires key and password has to have both",
            hint="give --public-key FILE, and --generate-password or --password-stdin",
        )
    if required == "certificate+password" and not (password and certificate):
        raise InputInvalid(
            "an account that requires certificate and password has to have both",
            hint="give --client-certificate FILE, and --generate-password or --password-stdin",
        )
    return required


def check_network(text: str) -> str:
    """An address or network in CIDR notation, normalised. Raises InputInvalid."""
    try:
        return str(ipaddress.ip_network(text.strip()))
    except ValueError as error:
        raise InputInvalid(
            f"{text!r} is no IP address or network: {error}",
            hint="write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32",
        ) from None


def read_public_key(data: bytes) -> PublicKey:
    """A public key from an OpenSSH or RFC 4716 file: RSA of at least 2048 bits, ECDSA or ed25519.

    Raises InputInvalid.
    """
    if b"PRIVATE KEY" in data:
        raise InputInvalid(
            "this is a private key, and it should not leave its owner",
            hint="give the public half: the .pub file, or `ssh-keygen -y -f KEY`",
        )
    try:
        key = asyncssh.import_public_key(data)
    except asyncssh.KeyImportError as error:
        raise InputInvalid(
            f"this is no public key: {error}",
            hint="give an OpenSSH .pub file or an RFC 4716 file (PuTTYgen: Save public key)",
        ) from None
    algorithm = key.get_algorithm()
    if not _KEY_ALGORITHMS.fullmatch(algorithm):
        raise InputInvalid(
            f"{algorithm} keys are not accepted", hint="make an ed25519, ECDSA or RSA key"
        )
    bits = getattr(key.pyca_key, "key_size", None)
    if algorithm == "ssh-rsa" and bits is not None and bits < _SMALLEST_RSA:
        raise InputInvalid(
            f"an RSA key of {bits} bits is too weak",
            hint=f"make one of at least {_SMALLEST_RSA} bits, or an ed25519 key",
        )
    line = key.export_public_key().decode("utf-8").strip()
    return PublicKey(algorithm, key.get_fingerprint(), line)
