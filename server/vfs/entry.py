"""What a client is shown of a file or folder."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass

_FOLDER = stat.S_IFDIR | 0o755
_FIXED_FOLDER = stat.S_IFDIR | 0o555
_FILE = stat.S_IFREG | 0o644
_READ_ONLY_FILE = stat.S_IFREG | 0o444
#: a cut-off upload can be written on, and not read
_PARTIAL = stat.S_IFREG | 0o200


@dataclass(frozen=True, slots=True)
class Entry:
    """A name with its attributes. The modes are what the client may do, not what is on the disk."""

    name: str
    #: bytes
    size: int
    #: POSIX time
    modified_at: float
    #: type and permission bits, as in stat(2)
    mode: int

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.mode)


def entry_of(name: str, status: os.stat_result, *, writable: bool) -> Entry | None:
    """The entry for a file or folder on the disk; None for a link, a device or a pipe."""
    if stat.S_ISDIR(status.st_mode):
        return Entry(name, 0, status.st_mtime, _FOLDER if writable else _FIXED_FOLDER)
    if stat.S_ISREG(status.st_mode):
        mode = _FILE if writable else _READ_ONLY_FILE
        return Entry(name, status.st_size, status.st_mtime, mode)
    return None


def partial_entry(name: str, status: os.stat_result) -> Entry:
    """The entry for a cut-off upload: its size says where to resume."""
    return Entry(name, status.st_size, status.st_mtime, _PARTIAL)


def new_entry(name: str, size: int) -> Entry:
    """The entry for a file that is being written for the first time."""
    return Entry(name, size, time.time(), _FILE)


def virtual_folder(name: str) -> Entry:
    """The entry for a folder that only leads to others."""
    return Entry(name, 0, 0.0, _FIXED_FOLDER)
