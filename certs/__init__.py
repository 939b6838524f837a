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
from .served import ServedCertificate
from .tls import Certificate, create_certificate, load_certificate, server_context

__all__ = [
    "Certificate",
    "CertificateUnusable",
    "CertsError",
    "HostKeys",
    "KeyDoesNotFit",
    "KeyUnusable",
    "PrivateFileExposed",
    "RotationRefused",
    "ServedCertificate",
    "create_certificate",
    "create_host_keys",
    "expiry_warning",
    "host_key_fingerprints",
    "load_certificate",
    "load_host_keys",
    "read_host_keys",
    "server_context",
]
