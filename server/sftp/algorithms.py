"""What a listener negotiates: one profile for the open internet, one for clients of ten years ago.

The client's order decides. So chacha20, which costs this server twice the CPU of AES-GCM, is left
out rather than put last, and what is weak is offered on a listener of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Algorithms in the server's order; `signatures` are for host keys and clients' keys alike."""

    kex: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    signatures: tuple[str, ...]


#: post-quantum first; no SHA-1, no CBC
MODERN: Final = Profile(
    kex=(
        "mlkem768x25519-sha256",
        "mlkem768nistp256-sha256",
        "mlkem1024nistp384-sha384",
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group14-sha256",
    ),
    ciphers=(
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "aes256-ctr",
        "aes128-ctr",
    ),
    macs=(
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
    ),
    signatures=(
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "rsa-sha2-256",
        "rsa-sha2-512",
    ),
)

#: and behind that what Java 6 and 7, JSch before 0.1.55 and appliances know. No 1024-bit group, no
#: 3DES, no RC4, no MD5: whoever needs those needs another way.
LEGACY: Final = Profile(
    kex=(*MODERN.kex, "diffie-hellman-group-exchange-sha256", "diffie-hellman-group14-sha1"),
    ciphers=(*MODERN.ciphers, "aes128-cbc", "aes256-cbc"),
    macs=(*MODERN.macs, "hmac-sha1"),
    signatures=(*MODERN.signatures, "ssh-rsa"),
)
