"""What client and server tell each other about themselves (RFC 2389, 7151, 2640)."""

from __future__ import annotations

from typing import Final

from .login import FtpLogin

#: the name in FTP (draft-ietf-ftpext2-hash-03): the name in hashlib; the first is the default
HASHES: Final = {"SHA-256": "sha256", "SHA-512": "sha512", "SHA-1": "sha1", "MD5": "md5"}

_FEATURES: Final = ("AUTH TLS", "AVBL", "CLNT", "HOST", "LANG EN*", "PBSZ", "PROT", "SITE UTIME")


class FtpNegotiation(FtpLogin):
    """Features, options, and names that are taken note of."""

    #: one of HASHES
    hash_name = "SHA-256"

    def ftp_HOST(self, argument: str) -> None:  # noqa: N802 - found by this name
        """HOST (RFC 7151): one server has all names, so any is right; it comes before USER."""
        if self.username or self.authenticated:
            return self.respond("503 HOST comes before USER.")
        return self.respond("220 wharfinger ready.")

    def ftp_CLNT(self, argument: str) -> None:  # noqa: N802 - found by this name
        """CLNT: what the client calls itself changes nothing."""
        self.respond("200 Noted.")

    def ftp_LANG(self, argument: str) -> None:  # noqa: N802 - found by this name
        """LANG (RFC 2640): replies are in English."""
        if argument and argument.upper().partition("-")[0] != "EN":
            return self.respond("504 Replies are in English (EN) only.")
        return self.respond("200 Replies are in English.")

    def ftp_FEAT(self, argument: str) -> None:  # noqa: N802 - found by this name
        """FEAT (RFC 2389); the hash and the facts that are chosen have a star."""
        hashes = ";".join(name + "*" * (name == self.hash_name) for name in HASHES)
        self._extra_feats = [*_FEATURES, f"HASH {hashes}"]
        super().ftp_FEAT(argument)

    def ftp_OPTS(self, argument: str) -> None:  # noqa: N802 - found by this name
        """OPTS (RFC 2389): HASH here; UTF8 and MLST by pyftpdlib."""
        command, _, option = argument.partition(" ")
        if command.upper() != "HASH":
            super().ftp_OPTS(argument)
        elif not option or option.upper() in HASHES:
            self.hash_name = option.upper() or self.hash_name
            self.respond(f"200 {self.hash_name}")
        else:
            self.respond(f"501 Choose from {', '.join(HASHES)}.")
