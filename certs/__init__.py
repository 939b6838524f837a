"""TLS certificates and SSH host keys: create, load and check them."""

from .exceptions import (
    CertificateUnusable,
    CertsError,
    KeyDoesNotFit,
    KeyUnusable,
    PrivateFileExposed,
    RotationRefused,
)
from .expiry import expiry_warning
from .host_keys import (
    HostKeys,
    create_host_keys,
    host_key_fingerprints,
    load_host_keys,
    read_host_keys,
)
from .rotation import ALGORITHMS, retire_host_key, rotate_host_key
from .self_signed import create_certificate, renew_certificate
from .served import ServedCertificate
from .tls import (
    Certificate,
    check_pair,
    describe,
    load_certificate,
    read_pair,
    server_context,
)

__all__ = [
    "ALGORITHMS",
    "Certificate",
    "CertificateUnusable",
    "CertsError",
    "HostKeys",
    "KeyDoesNotFit",
    "KeyUnusable",
    "PrivateFileExposed",
    "RotationRefused",
    "ServedCertificate",
    "check_pair",
    "create_certificate",
    "create_host_keys",
    "describe",
    "expiry_warning",
    "host_key_fingerprints",
    "load_certificate",
    "load_host_keys",
    "read_host_keys",
    "read_pair",
    "renew_certificate",
    "retire_host_key",
    "rotate_host_key",
    "server_context",
]
