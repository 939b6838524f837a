"""SFTP requests as operations of the virtual file system, and nothing else."""

from __future__ import annotations

import functools
import stat
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import ParamSpec, TypeVar, cast

import asyncssh
import structlog
from asyncssh.channel import SSHServerChannel
from asyncssh.constants import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_TRUNC, FXF_WRITE
from asyncssh.sftp import SFTPVFSAttrs

from ..vfs import (
    LONGEST_READ,
    Ending,
    Entry,
    ReadHandle,
    Refusal,
    Refused,
    UploadHandle,
    VfsSession,
    VirtualPath,
    WriteFlags,
    canonical,
    display,
)
from .check_file import CheckRequest, hash_blocks
from .refusals import status_of

_log = structlog.get_logger()
#: bytes of the longest name (server/vfs/path.py)
_LONGEST_NAME = 255

P = ParamSpec("P")
T = TypeVar("T")

Handle = ReadHandle | UploadHandle


def _translated(method: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Turn a refusal into a status, and anything unforeseen into one that tells nothing."""

    @functools.wraps(method)
    async def translate(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await method(*args, **kwargs)
        except Refused as refused:
            raise status_of(refused) from refused
        except asyncssh.SFTPError:
            raise
        except Exception as error:
            _log.exception("an SFTP request failed", request=method.__name__)
            raise status_of(Refused(Refusal.FAILED)) from error

    return translate


class SftpSession(asyncssh.SFTPServer):
    """One SFTP session; paths are bytes as the client sent them."""

    aborting = False
    longest_read = LONGEST_READ

    def __init__(self, channel: SSHServerChannel[bytes], files: VfsSession) -> None:
        super().__init__(channel)
        self._files = files

    # files

    @_translated
    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Handle:
        """OPEN; permissions in `attrs` mean nothing here."""
        place = canonical(path)
        if not pflags & FXF_WRITE:
            return await self._files.open_read(place)
        return await self._files.open_write(
            place,
            WriteFlags(
                create=bool(pflags & FXF_CREAT),
                exclusive=bool(pflags & FXF_EXCL),
                truncate=bool(pflags & FXF_TRUNC),
                append=bool(pflags & FXF_APPEND),
            ),
        )

    @_translated
    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """READ; a short answer is legal."""
        return await _handle(file_obj).read(offset, size)

    def write(self, file_obj: object, offset: int, data: bytes) -> Awaitable[int] | int:
        """WRITE; most are taken at once, without a task switch."""
        handle = _handle(file_obj)
        if isinstance(handle, ReadHandle):
            raise status_of(Refused(Refusal.READ_ONLY, "the file is open for reading only"))
        try:
            pause = handle.write(offset, data)
        except Refused as refused:
            raise status_of(refused) from refused
        return len(data) if pause is None else self._after(pause, len(data))

    @_translated
    async def close(self, file_obj: object) -> None:
        """CLOSE by the client, or the end of a session that had the file open."""
        handle = _handle(file_obj)
        if isinstance(handle, ReadHandle):
            self._files.close_read(handle)
        elif not self.aborting:
            await self._files.end(handle, Ending.CLOSE)

    async def exit(self) -> None:
        """The session has ended; what is still open was cut off."""
        await self._files.close(Ending.CONNECTION_LOST)
        if not self.channel.is_closing():
            # scp takes a session without an exit status for a failed one
            self.channel.exit(0)

    @_translated
    async def fsync(self, file_obj: object) -> None:
        """fsync@openssh.com: what is acknowledged at CLOSE is on the disk anyway."""

    @_translated
    async def check_name(self, path: bytes, request: CheckRequest) -> tuple[str, bytes]:
        """check-file-name: hashes of a file that is there."""
        reader = await self._files.open_read(canonical(path))
        try:
            return await hash_blocks(request, reader.read, reader.size)
        finally:
            self._files.close_read(reader)

    @_translated
    async def check_handle(self, file_obj: object, request: CheckRequest) -> tuple[str, bytes]:
        """check-file-handle: hashes of an open file, as far as it is written."""
        handle = _handle(file_obj)
        return await hash_blocks(request, handle.read, handle.size)

    # attributes

    @_translated
    async def stat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """STAT."""
        return await self._attributes(canonical(path))

    @_translated
    async def lstat(self, path: bytes) -> asyncssh.SFTPAttrs:
        """LSTAT: there are no links."""
        return await self._attributes(canonical(path))

    def fstat(self, file_obj: object) -> asyncssh.SFTPAttrs:
        """FSTAT."""
        handle = _handle(file_obj)
        modified_at = handle.modified_at or time.time()
        return _attributes(Entry("", handle.size, modified_at, stat.S_IFREG | 0o644))

    @_translated
    async def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """SETSTAT; owners and permissions are taken and ignored, as clients set them routinely."""
        place = canonical(path)
        if attrs.size is not None:
            await self._cut(place, attrs.size)
        if attrs.mtime is not None:
            await self._files.set_times(place, float(attrs.mtime), _time(attrs.atime))

    @_translated
    async def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """FSETSTAT."""
        handle = _handle(file_obj)
        if isinstance(handle, ReadHandle):
            raise Refused(Refusal.READ_ONLY)
        if attrs.size is not None:
            await handle.cut(attrs.size)
        if attrs.mtime is not None:
            handle.modified_at = float(attrs.mtime)

    # folders

    def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """READDIR, as far as the client asks."""
        return self._names(path)

    @_translated
    async def check_folder(self, path: bytes) -> None:
        """Raise SFTPError unless the path is a folder."""
        await self._files.check_folder(canonical(path))

    @_translated
    async def mkdir(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """MKDIR."""
        await self._files.make_folder(canonical(path))

    @_translated
    async def rmdir(self, path: bytes) -> None:
        """RMDIR."""
        await self._files.remove_folder(canonical(path))

    # names

    @_translated
    async def realpath(self, path: bytes) -> bytes:
        """REALPATH."""
        return display(canonical(path)).encode()

    @_translated
    async def remove(self, path: bytes) -> None:
        """REMOVE."""
        await self._files.remove(canonical(path))

    @_translated
    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """RENAME, which in SFTP 3 does not replace."""
        await self._files.rename(canonical(oldpath), canonical(newpath), replace=False)

    @_translated
    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """posix-rename@openssh.com, which replaces."""
        await self._files.rename(canonical(oldpath), canonical(newpath), replace=True)

    # space

    @_translated
    async def statvfs(self, path: bytes) -> SFTPVFSAttrs:
        """statvfs@openssh.com: what is free for the client; the rest of the machine is not told."""
        space = await self._files.space(canonical(path))
        free, names = space.f_bavail, space.f_favail
        return SFTPVFSAttrs(
            bsize=space.f_bsize,
            frsize=space.f_frsize,
            blocks=free,
            bfree=free,
            bavail=free,
            files=names,
            ffree=names,
            favail=names,
            namemax=_LONGEST_NAME,
        )

    async def fstatvfs(self, file_obj: object) -> SFTPVFSAttrs:
        """fstatvfs@openssh.com: all folders of a client are on one file system."""
        return await self.statvfs(b"/")

    async def _after(self, pause: Awaitable[None], size: int) -> int:
        await pause
        return size

    async def _attributes(self, path: VirtualPath) -> asyncssh.SFTPAttrs:
        return _attributes(await self._files.stat(path))

    async def _names(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        try:
            async for entry in self._files.list_folder(canonical(path)):
                yield asyncssh.SFTPName(
                    entry.name.encode(), _long_name(entry).encode(), _attributes(entry)
                )
        except Refused as refused:
            raise status_of(refused) from refused

    async def _cut(self, path: VirtualPath, size: int) -> None:
        """Change a file's size by its path: an upload on its way, or as an upload of its own."""
        handle = self._files.upload_to(path)
        if handle is not None:
            await handle.cut(size)
            return
        entry = await self._files.stat(path)
        if entry.size == size:
            return
        if entry.size < size:
            raise Refused(Refusal.UNSUPPORTED, "a file cannot be made longer without its content")
        handle = await self._files.open_write(path, WriteFlags(create=False))
        await handle.cut(size)
        await self._files.end(handle, Ending.CLOSE)


def _handle(file_obj: object) -> Handle:
    """What `open` returned, which asyncssh hands back as an object."""
    return cast("Handle", file_obj)


def _attributes(entry: Entry) -> asyncssh.SFTPAttrs:
    modified_at = int(entry.modified_at)
    return asyncssh.SFTPAttrs(
        size=entry.size,
        uid=0,
        gid=0,
        permissions=entry.mode,
        atime=modified_at,
        mtime=modified_at,
    )


def _long_name(entry: Entry) -> str:
    """A line as `ls -l` prints it, which is what clients show."""
    day = time.strftime("%b %d  %Y", time.gmtime(entry.modified_at))
    mode = stat.filemode(entry.mode)
    return f"{mode}    1 client   client   {entry.size:>12} {day} {entry.name}"


def _time(value: float | None) -> float | None:
    return None if value is None else float(value)
