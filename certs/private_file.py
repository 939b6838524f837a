"""Files that only their owner may read: how they are written, and refused when they are exposed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .exceptions import KeyUnusable, PrivateFileExposed


def write_private(path: Path, data: bytes) -> None:
    """Write `data` to a new file of mode 0600; never replaces one.

    Raises FileExistsError. A crash leaves no half file under `path`: the name appears with the
    whole content.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        os.unlink(draft)


def read_private(path: Path) -> bytes:
    """The content of a private file, after a look at who else could read it.

    Raises PrivateFileExposed when group or others have any permission on it, KeyUnusable when it
    cannot be read.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise PrivateFileExposed(
                    f"{path} is a private key that others can read (mode {stat.S_IMODE(mode):04o})",
                    hint=f"chmod 600 {path}; replace the key if somebody may have read it",
                )
            return file.read()
    except OSError as error:
        raise KeyUnusable(
            f"{path} cannot be read: {error.strerror}",
            hint="check the path, and that the server's user owns the file",
        ) from error
