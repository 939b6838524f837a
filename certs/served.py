"""A certificate as it is served: in memory, so that its files can be replaced at any time."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

from .memory_file import MemoryFile
from .tls import check_pair, read_pair, server_context


class ServedCertificate:
    """A checked certificate with its key; what becomes of the files matters no more."""

    def __init__(self, chain: Path, key: Path, *, host: str | None = None) -> None:
        """Read and check. Raises as load_certificate does."""
        pair = read_pair(chain, key)
        self.certificate = check_pair(pair, host=host)
        self._chain = MemoryFile(pair.chain_pem)
        self._key = MemoryFile(pair.key_pem)

    def context(self) -> ssl.SSLContext:
        """A context for one connection (server_context)."""
        return server_context(replace(self.certificate, chain=self._chain.path, key=self._key.path))

    def close(self) -> None:
        """Forget the key; connections that have a context keep it."""
        self._chain.close()
        self._key.close()
