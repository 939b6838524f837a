"""ALPN: whoever says in the TLS handshake that it speaks another protocol is no FTP client.

An attacker who can send a browser's connection here would else have FTP's replies read as a page of
the host with the same certificate (ALPACA, CVE-2021-3618). Clients that say nothing are served, as
most FTP clients do.

The standard library lets a server choose from what it knows, and tells nothing of a client that
offers only what it does not; so it knows the others too, and ends the connection when it is one of
them.
"""

from __future__ import annotations

import ssl
from typing import Final

_FTP: Final = "ftp"
#: the registered names (IANA, TLS ALPN Protocol IDs) of what a browser or another client of a
#: server with the same certificate could speak
_OTHERS: Final = (
    *("h2", "http/1.1", "http/1.0", "http/0.9", "h3", "h2c", "spdy/3", "spdy/2", "spdy/1"),
    *("imap", "pop3", "managesieve", "nntp", "nnsp", "irc", "sip/2", "xmpp-client", "xmpp-server"),
    *("acme-tls/1", "coap", "co", "dicom", "doq", "dot", "mqtt", "ntske/1", "postgresql"),
    *("radius/1.0", "radius/1.1", "smb", "stun.turn", "stun.nat-discovery", "sunrpc", "tds/8.0"),
    *("webrtc", "c-webrtc"),
)


def offer_ftp(context: ssl.SSLContext) -> None:
    """Let a server's context recognise what its clients speak."""
    context.set_alpn_protocols([_FTP, *_OTHERS])


def speaks_ftp(secured: ssl.SSLSocket) -> bool:
    """Whether a client, after its handshake, may speak FTP."""
    return secured.selected_alpn_protocol() in (None, _FTP)
