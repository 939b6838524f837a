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

    Raises PrivateFileExposed (is_exposed), and KeyUnusable when it cannot be read.
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            mode = stat.S_IMODE(found.st_mode)
            if is_exposed(mode, owner=found.st_uid, user=os.geteuid()):
                raise PrivateFileExposed(
                    f"{path} is a private key that others can read (mode {mode:04o})",
                    hint=f"chmod 600 {path}; replace the key if somebody may have read it",
                )
            return file.read()
    except OSError as error:
        raise KeyUnusable(
            f"{path} cannot be read: {error.strerror}",
            hint="check the path, and that the server's user owns the file",
        ) from error


def is_exposed(mode: int, *, owner: int, user: int) -> bool:
    """Whether others than the user may have a private file.

    A file of root's may be readable by its group: so do ACME clients, who are root, share a key
    with a service. PostgreSQL has the same rule.
    """
    allowed = 0o640 if owner == 0 != user else 0o700
    return bool(mode & 0o077 & ~allowed)
