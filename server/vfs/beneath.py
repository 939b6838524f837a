"""Opening files beneath a folder, and nowhere else.

Rules:
1. A path is resolved from a descriptor of its folder, in one system call that follows no link and
   cannot leave (openat2 with RESOLVE_BENEATH), or, where the kernel or a sandbox has no openat2,
   component by component with O_NOFOLLOW.
2. What changes a name works on the descriptor of the parent and a single component.
3. Only regular files and folders are opened; a FIFO or device that somebody put there is refused
   without waiting for it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from .path import VirtualPath

_SYS_OPENAT2 = 437  # the same number on every Linux architecture
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_NO_SYMLINKS = 0x04
_RESOLVE_BENEATH = 0x08
_RENAME_NOREPLACE = 1
_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
#: the kernel gives up on a path that keeps moving; so do we, after this many tries
_TRIES = 16

_libc = ctypes.CDLL(None, use_errno=True)
_syscall = _libc.syscall
_syscall.restype = ctypes.c_long


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def open_root(path: str | os.PathLike[str]) -> int:
    """A descriptor of a folder to open others beneath."""
    return os.open(path, _DIRECTORY)


def open_beneath(root: int, path: VirtualPath, flags: int, mode: int = 0) -> int:
    """Open `path` beneath the folder `root`; returns a descriptor.

    Raises OSError: ELOOP for a link anywhere on the way, EXDEV for a way out.
    """
    name = "/".join(path) or "."
    try:
        return _openat2(root, name.encode(), flags, mode)
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EPERM):
            raise
    return _walk(root, path, flags, mode)


@contextmanager
def parent_of(root: int, path: VirtualPath) -> Iterator[tuple[int, str]]:
    """The descriptor of the folder that holds `path`, and the last component."""
    parent = open_beneath(root, path[:-1], _DIRECTORY)
    try:
        yield parent, path[-1]
    finally:
        os.close(parent)


def open_regular(root: int, path: VirtualPath) -> int:
    """Open a regular file for reading.

    Raises OSError: EISDIR for a folder, EACCES for anything else that is not a file.
    """
    descriptor = open_beneath(root, path, os.O_RDONLY | os.O_NONBLOCK)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EACCES
    raise OSError(code, os.strerror(code))


def stat_beneath(root: int, path: VirtualPath) -> os.stat_result:
    """The status of `path` itself."""
    descriptor = open_beneath(root, path, os.O_PATH | os.O_NOFOLLOW)
    try:
        return os.fstat(descriptor)
    finally:
        os.close(descriptor)


def make_parents(root: int, path: VirtualPath) -> None:
    """Make the folders that lead to `path`, where they are missing."""
    for end in range(1, len(path)):
        with parent_of(root, path[:end]) as (parent, name), suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=parent)


def rename_without_replacing(parent: int, name: str, new_parent: int, new_name: str) -> None:
    """Rename, unless the new name is taken. Raises FileExistsError and other OSErrors."""
    if _libc.renameat2(parent, name.encode(), new_parent, new_name.encode(), _RENAME_NOREPLACE):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _openat2(root: int, name: bytes, flags: int, mode: int) -> int:
    creates = bool(flags & os.O_CREAT)
    how = _OpenHow(
        flags | os.O_CLOEXEC,
        mode if creates else 0,
        _RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS,
    )
    for _ in range(_TRIES):
        descriptor = _syscall(
            ctypes.c_long(_SYS_OPENAT2),
            ctypes.c_int(root),
            ctypes.c_char_p(name),
            ctypes.byref(how),
            ctypes.c_size_t(ctypes.sizeof(how)),
        )
        if descriptor >= 0:
            return int(descriptor)
        code = ctypes.get_errno()
        if code not in (errno.EAGAIN, errno.EINTR):
            raise OSError(code, os.strerror(code))
    raise OSError(errno.EAGAIN, "the path kept changing")


def _walk(root: int, path: VirtualPath, flags: int, mode: int) -> int:
    if any(component in ("", "..") or "/" in component for component in path):
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))  # no canonical path: a way out
    here = os.dup(root)
    try:
        for component in path[:-1]:
            below = os.open(component, _DIRECTORY, dir_fd=here)
            os.close(here)
            here = below
        last = path[-1] if path else "."
        return os.open(last, flags | os.O_NOFOLLOW | os.O_CLOEXEC, mode, dir_fd=here)
    finally:
        os.close(here)
