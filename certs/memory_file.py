"""Files that have a path and lie on no disk: OpenSSL loads certificates from paths alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self


class MemoryFile:
    """Bytes under a path of this process, until it is closed."""

    def __init__(self, data: bytes) -> None:
        self._descriptor = os.memfd_create("wharfinger", os.MFD_CLOEXEC)
        with open(self._descriptor, "wb", closefd=False) as file:
            file.write(data)

    @property
    def path(self) -> Path:
        """Where it can be opened, any number of times."""
        return Path(f"/proc/self/fd/{self._descriptor}")

    def close(self) -> None:
        """Forget the bytes."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
