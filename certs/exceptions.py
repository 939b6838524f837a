"""What can be wrong with keys and certificates.

CertsError
├── PrivateFileExposed   others can read a private key
├── KeyUnusable          a key file is missing, damaged or of a kind that is not served
├── RotationRefused      a host key cannot be rotated or retired as asked
└── CertificateUnusable  a certificate is missing, damaged, expired, or not this host's
    └── KeyDoesNotFit    the key is another certificate's, as in the middle of a renewal
"""

from __future__ import annotations


class CertsError(Exception):
    """A key or certificate cannot be used; `hint` says how to mend it."""

    code = "certs-error"

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class PrivateFileExposed(CertsError):
    """Others can read a private key."""

    code = "private-key-exposed"


class KeyUnusable(CertsError):
    """A key file is missing, damaged or of a kind that is not served."""

    code = "key-unusable"


class RotationRefused(CertsError):
    """A host key cannot be rotated or retired as asked."""

    code = "rotation-refused"


class CertificateUnusable(CertsError):
    """A certificate is missing, damaged, expired, or not this host's."""

    code = "certificate-unusable"


class KeyDoesNotFit(CertificateUnusable):
    """The key is another certificate's, as in the middle of a renewal."""

    code = "key-does-not-fit"
