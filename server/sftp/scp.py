"""SCP as `scp -O`, pscp and old libraries speak it: file by file, with no shell and no folders.

An upload is complete when as many bytes have arrived as the client had stated, and it has then said
by a zero byte that it could read all of them. No other end is one.

The protocol in short: each side answers a line, or the end of a file, by 0 (go on), by 1 and a line
of text (this file failed; go on with the next) or by 2 and a line of text (the end).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final, Protocol

import structlog

from ..vfs import (
    LONGEST_READ,
    Ending,
    Entry,
    Refusal,
    Refused,
    UploadHandle,
    VfsSession,
    VirtualPath,
    WriteFlags,
    canonical,
)
from .scp_record import FileLine, ScpRequest, read_file_line, read_request, read_times

_log = structlog.get_logger()

_OK: Final = b"\0"
_FAILED: Final = b"\x01"
_FATAL: Final = b"\x02"
#: a path of 4096 bytes, with its mode and size
_LONGEST_LINE = 8192


class Pipe(Protocol):
    """The bytes of a channel; every method raises EOFError when the other side has gone."""

    async def read(self, most: int) -> bytes:
        """At least one byte."""

    async def read_line(self, longest: int) -> bytes:
        """A line without its newline. Raises ValueError for a longer one."""

    async def write(self, data: bytes) -> None:
        """Wait until the other side takes it."""


class _Broken(Exception):
    """The client said something that SCP has not, or that it gives up: nothing more can be done."""


class ScpSession:
    """One scp command of a client, from its first line to its exit status."""

    def __init__(self, pipe: Pipe, files: VfsSession, *, stall_timeout: float) -> None:
        self._pipe = pipe
        self._files = files
        self._stall_timeout = stall_timeout
        #: what scp of the client ends with
        self._status = 0

    async def run(self, command: str) -> int:
        """Do what the command asks for; returns the exit status."""
        try:
            await self._obey(command)
        except (_Broken, EOFError):
            self._status = 1
        except Exception:  # noqa: BLE001 - the client hears that it failed, and no more
            _log.exception("an scp command failed")
            self._status = 1
            await self._tell_the_end(Refused(Refusal.FAILED))
        finally:
            await self._files.close(Ending.CONNECTION_LOST)
        return self._status

    async def _obey(self, command: str) -> None:
        try:
            request = read_request(command)
            path = canonical(request.path)
            if request.upload:
                await self._receive(request, path)
            else:
                await self._send(request, path)
        except Refused as refused:
            self._status = 1
            await self._tell_the_end(refused)
        except TimeoutError:
            self._status = 1
            await self._tell_the_end(Refused(Refusal.FAILED, "nothing arrived for too long"))

    # a client that uploads

    async def _receive(self, request: ScpRequest, path: VirtualPath) -> None:
        folder = await self._is_folder(path)
        if request.folder and not folder:
            raise Refused(Refusal.NOT_DIRECTORY)
        await self._write(_OK)
        modified_at = None
        async for line in self._lines():
            kind = line[:1]
            if kind == b"T":
                modified_at = read_times(line)
                await self._write(_OK)
            elif kind == b"D":
                text = "folders cannot be sent by scp here; send the files, or use sftp"
                await self._refuse(Refused(Refusal.UNSUPPORTED, text))
            else:
                await self._receive_file(line, path, modified_at, folder=folder)
                modified_at = None

    async def _lines(self) -> AsyncIterator[bytes]:
        """The lines between files, until the client has no more."""
        while True:
            try:
                line = await self._read_line()
            except EOFError:
                return
            if line[:1] == _FATAL:
                raise _Broken
            if line[:1] == _FAILED:  # the client could not open one of its files
                self._status = 1
                continue
            yield line

    async def _receive_file(
        self, line: bytes, path: VirtualPath, modified_at: float | None, *, folder: bool
    ) -> None:
        file = read_file_line(line)
        try:
            handle = await self._open(file, canonical(file.name, path) if folder else path)
        except Refused as refused:
            await self._refuse(refused)
            return
        handle.modified_at = modified_at
        await self._write(_OK)
        try:
            ending = await self._take(handle, file.size)
        except EOFError:
            ending = Ending.CONNECTION_LOST
        except TimeoutError:
            ending = Ending.STALLED
        await self._end(handle, ending)

    async def _open(self, file: FileLine, path: VirtualPath) -> UploadHandle:
        flags = WriteFlags(truncate=True, sequential=True)
        handle = await self._files.open_write(path, flags)
        if file.size > handle.destination.largest:
            # nothing has been sent yet, so nothing is kept
            await self._abandon(handle)
            raise Refused(Refusal.TOO_LARGE)
        return handle

    async def _abandon(self, handle: UploadHandle) -> None:
        try:
            await self._files.end(handle, Ending.TOO_LARGE)
        except Refused:
            return  # which is what an aborting ending always is

    async def _take(self, handle: UploadHandle, size: int) -> Ending:
        """Write so many bytes, and hear how the client's side of it ended.

        After a refusal the rest is read all the same: clients look for the reason only behind it.
        """
        left, offset = size, 0
        refused = False
        while left:
            data = await self._read(min(left, LONGEST_READ))
            left -= len(data)
            if refused:
                continue
            try:
                pause = handle.write(offset, data)
            except Refused:
                refused = True
                continue
            offset += len(data)
            if pause is not None:
                await pause
        status = await self._read(1)
        if status == _OK:
            return Ending.SIZE_REACHED
        if status in (_FAILED, _FATAL):
            with contextlib.suppress(EOFError, TimeoutError):
                await self._read_line()  # the client's reason, which it has printed
        return Ending.SOURCE_FAILED

    async def _end(self, handle: UploadHandle, ending: Ending) -> None:
        try:
            await self._files.end(handle, ending)
        except Refused as refused:
            if ending in (Ending.CONNECTION_LOST, Ending.STALLED):
                raise
            await self._refuse(refused)
        else:
            await self._write(_OK)

    # a client that downloads

    async def _send(self, request: ScpRequest, path: VirtualPath) -> None:
        await self._expect_ok()
        entry = await self._files.stat(path)
        if entry.is_folder:
            raise Refused(
                Refusal.IS_DIRECTORY, "folders cannot be fetched by scp here; use sftp get -r"
            )
        reader = await self._files.open_read(path)
        try:
            if request.times:
                second = int(entry.modified_at)
                await self._write(f"T{second} 0 {second} 0\n".encode())
                await self._expect_ok()
            await self._write(_file_line(entry, reader.size))
            await self._expect_ok()
            await self._send_content(reader.read, reader.size)
        finally:
            self._files.close_read(reader)
        await self._write(_OK)
        await self._expect_ok()

    async def _send_content(self, read: _Read, size: int) -> None:
        offset = 0
        while offset < size:
            data = await read(offset, min(size - offset, LONGEST_READ))
            if not data:
                raise _Broken  # the file ends before its size: only cutting off tells the client
            await self._write(data)
            offset += len(data)

    async def _expect_ok(self) -> None:
        answer = await self._read(1)
        if answer != _OK:
            raise _Broken

    # both

    async def _is_folder(self, path: VirtualPath) -> bool:
        try:
            return (await self._files.stat(path)).is_folder
        except Refused as refused:
            if refused.kind is Refusal.NO_SUCH_FILE:
                return False
            raise

    async def _read(self, most: int) -> bytes:
        async with asyncio.timeout(self._stall_timeout):
            return await self._pipe.read(most)

    async def _read_line(self) -> bytes:
        async with asyncio.timeout(self._stall_timeout):
            try:
                return await self._pipe.read_line(_LONGEST_LINE)
            except ValueError:
                raise Refused(Refusal.INVALID_NAME, "the line is too long") from None

    async def _write(self, data: bytes) -> None:
        async with asyncio.timeout(self._stall_timeout):
            await self._pipe.write(data)

    async def _refuse(self, refused: Refused) -> None:
        """Refuse one file; the client may go on with the next."""
        self._status = 1
        await self._write(_FAILED + _text(refused))

    async def _tell_the_end(self, refused: Refused) -> None:
        try:
            await self._write(_FATAL + _text(refused))
        except EOFError:
            return


class _Read(Protocol):
    """How a file is read."""

    async def __call__(self, offset: int, size: int) -> bytes: ...


def _file_line(entry: Entry, size: int) -> bytes:
    return f"C{entry.mode & 0o7777:04o} {size} {entry.name}\n".encode()


def _text(refused: Refused) -> bytes:
    """A line that clients print; what comes from a name in it holds no control character."""
    text = " ".join(str(refused).split())
    return f"scp: {text}\n".encode()
