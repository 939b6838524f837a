"""Client certificates on a control connection: asked for where some account has one.

They are pinned: the accounts' own certificates are what is trusted, so no authority is. A client
that has none is served as before; one whose certificate no account has, or that is out of its
dates, is refused in the handshake.
"""

from __future__ import annotations

import ssl
from collections.abc import Sequence

from ..accounts import ClientCertificate, fingerprint_of


def ask_for(context: ssl.SSLContext, certificates: Sequence[ClientCertificate]) -> None:
    """Let a server's context ask its clients for one of these, where there are any."""
    if certificates:
        context.load_verify_locations(cadata="".join(one.pem for one in certificates))
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        context.verify_mode = ssl.CERT_OPTIONAL


def proved_by(secured: ssl.SSLSocket) -> str | None:
    """The fingerprint of the certificate that the client of a connection has proved."""
    der = secured.getpeercert(binary_form=True)
    return None if der is None else fingerprint_of(der)
