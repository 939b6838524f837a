"""TLS certificates and SSH host keys: create, load and check them."""

from .exceptions import CertificateUnusable, CertsError, KeyUnusable, PrivateFileExposed
from .host_keys import create_host_keys, host_key_fingerprints, load_host_keys
from .tls import Certificate, create_certificate, load_certificate, server_context

__all__ = [
    "Certificate",
    "CertificateUnusable",
    "CertsError",
    "KeyUnusable",
    "PrivateFileExposed",
    "create_certificate",
    "create_host_keys",
    "host_key_fingerprints",
    "load_certificate",
    "load_host_keys",
    "server_context",
]
