"""FTP commands as operations of the virtual file system, and nothing else."""

from __future__ import annotations

import calendar
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

from ..vfs import (
    VERDICTS,
    Ending,
    Entry,
    ReadHandle,
    Receipt,
    Refusal,
    Refused,
    UploadHandle,
    Verdict,
    VfsSession,
    VirtualPath,
    WriteFlags,
    canonical,
    display,
)
from .data import DataConnection, DataFailed, Take
from .library import PassivePortsUsedUp
from .listing import FACTS, facts_line, list_line, timestamp
from .login import FtpLogin
from .refusals import reply_of

#: seconds that a client has to open the data connection that it asked for
_ACCEPT_TIMEOUT = 30.0
#: entries of a listing that are sent together
_BATCH = 200
_READ = 1 << 18
_NO_PORT = "425 No passive port is free; try again."


class FtpSession(FtpLogin):
    """The commands of a client that has logged in (RFC 959, 3659, 2389)."""

    dtp_handler = DataConnection

    _rename_from: VirtualPath | None = None
    _abort_asked = False

    def begin(self) -> None:
        """Say hello."""
        self._available_facts = list(FACTS)
        self._current_facts = list(FACTS)
        super().begin()

    async def wait_ended(self) -> None:
        """Wait until the connection is closed, and end what it left."""
        await self.closed.wait()
        await self.wait_run()
        if self.files is not None:
            await self.files.close(Ending.CONNECTION_LOST)

    # folders

    def ftp_PWD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """PWD."""
        self.respond(f'257 "{_quoted(self.directory)}" is the current folder.')

    async def ftp_CWD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """CWD."""
        path = self._path(argument or "/")
        await self._vfs.check_folder(path)
        self.directory = path
        self.respond(f'250 "{_quoted(path)}" is the current folder.')

    async def ftp_CDUP(self, argument: str) -> None:  # noqa: N802 - found by this name
        """CDUP."""
        await self.ftp_CWD("..")

    async def ftp_MKD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MKD."""
        path = self._path(argument)
        await self._vfs.make_folder(path)
        self.respond(f'257 "{_quoted(path)}" created.')

    async def ftp_RMD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """RMD."""
        await self._vfs.remove_folder(self._path(argument))
        self.respond("250 Folder removed.")

    # names and attributes

    async def ftp_DELE(self, argument: str) -> None:  # noqa: N802 - found by this name
        """DELE."""
        await self._vfs.remove(self._path(argument))
        self.respond("250 File removed.")

    async def ftp_RNFR(self, argument: str) -> None:  # noqa: N802 - found by this name
        """RNFR."""
        path = self._path(argument)
        await self._vfs.stat(path)
        self._rename_from = path
        self.respond("350 Send RNTO with the new name.")

    async def ftp_RNTO(self, argument: str) -> None:  # noqa: N802 - found by this name
        """RNTO; it replaces, as FTP servers do."""
        source, self._rename_from = self._rename_from, None
        if source is None:
            return self.respond("503 Send RNFR first.")
        receipt = await self._vfs.rename(source, self._path(argument), replace=True)
        return self.respond(f"250 Renamed{_mention(receipt)}.")

    async def ftp_SIZE(self, argument: str) -> None:  # noqa: N802 - found by this name
        """SIZE: in bytes whatever the TYPE, because files are kept as they are sent."""
        self.respond(f"213 {(await self._file(argument)).size}")

    async def ftp_MDTM(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MDTM."""
        self.respond(f"213 {timestamp((await self._file(argument)).modified_at)}")

    async def ftp_MFMT(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MFMT YYYYMMDDHHMMSS path (draft-somers-ftp-mfxx)."""
        when, _, name = argument.partition(" ")
        try:
            moment = datetime.strptime(when, "%Y%m%d%H%M%S")  # noqa: DTZ007 - UTC by the draft
        except ValueError:
            return self.respond("501 Use MFMT YYYYMMDDHHMMSS path.")
        await self._vfs.set_times(self._path(name), calendar.timegm(moment.timetuple()))
        return self.respond(f"213 Modify={when}; {name}")

    async def ftp_MLST(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MLST."""
        path = self._path(argument)
        line = facts_line(await self._vfs.stat(path), self._current_facts, display(path))
        self.push(f"250-Facts:\r\n {line}\r\n")
        self.respond("250 End.")

    def ftp_SITE_CHMOD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """SITE CHMOD: clients send it after uploads, and would count a refusal as a failure."""
        self.respond("200 Permissions are the server's.")

    # listings

    async def ftp_LIST(self, argument: str) -> None:  # noqa: N802 - found by this name
        """LIST; options such as -la change nothing."""
        now = time.time()
        await self._list(_without_options(argument), lambda entry: list_line(entry, now))

    async def ftp_NLST(self, argument: str) -> None:  # noqa: N802 - found by this name
        """NLST."""
        await self._list(_without_options(argument), lambda entry: entry.name)

    async def ftp_MLSD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MLSD."""
        path = self._path(argument)
        await self._vfs.check_folder(path)
        facts = list(self._current_facts)
        await self._send(
            _lines(self._vfs.list_folder(path), lambda entry: facts_line(entry, facts, entry.name))
        )

    def ftp_STAT(self, argument: str) -> None:  # noqa: N802 - found by this name
        """STAT of the session; folders are listed by LIST and MLSD."""
        if argument:
            return self.respond("504 Use MLST or LIST.")
        state = "a transfer runs" if self.is_running else "idle"
        return self.respond(f"211 wharfinger: TLS is on, {state}.")

    # transfers

    async def ftp_RETR(self, argument: str) -> None:  # noqa: N802 - found by this name
        """RETR, from where REST said."""
        offset = self.take_restart()
        reader = await self._vfs.open_read(self._path(argument))
        try:
            if offset > reader.size:
                return self.respond(f"554 The file has {reader.size} bytes only.")
            await self._send(_blocks(reader, offset))
        finally:
            self._vfs.close_read(reader)
        return None

    async def ftp_STOR(self, argument: str) -> None:  # noqa: N802 - found by this name
        """STOR, from where REST said."""
        offset = self.take_restart()
        await self._store(self._path(argument), offset)

    async def ftp_APPE(self, argument: str) -> None:  # noqa: N802 - found by this name
        """APPE."""
        if self.take_restart():
            return self.respond("503 APPE needs no REST.")
        await self._store(self._path(argument), None)
        return None

    async def ftp_STOU(self, argument: str) -> None:  # noqa: N802 - found by this name
        """STOU: under a name of the server's choice (RFC 1123 §4.1.2.9)."""
        self.take_restart()
        name = f"{argument or 'upload'}.{time.time_ns()}"
        await self._store(self._path(name), 0, opening=f"150 FILE: {name}")

    def ftp_REST(self, argument: str) -> None:  # noqa: N802 - found by this name
        """REST, in any TYPE, because bytes are bytes here."""
        if not (argument.isascii() and argument.isdigit() and len(argument) < 20):
            return self.respond("501 REST needs a number of bytes.")
        self._restart_position = int(argument)
        return self.respond(f"350 The next transfer begins at {int(argument)}.")

    def ftp_PASV(self, argument: str) -> None:  # noqa: N802 - found by this name
        """PASV."""
        try:
            super().ftp_PASV(argument)
        except PassivePortsUsedUp:
            self.respond(_NO_PORT)

    def ftp_EPSV(self, argument: str) -> None:  # noqa: N802 - found by this name
        """EPSV (RFC 2428)."""
        try:
            super().ftp_EPSV(argument)
        except PassivePortsUsedUp:
            self.respond(_NO_PORT)

    def ftp_ABOR(self, argument: str) -> None:  # noqa: N802 - found by this name
        """ABOR with nothing to abort."""
        self.respond("225 No transfer runs.")

    def received_meanwhile(self, line: bytes) -> bool:
        """ABOR, with or without Telnet's interrupt before it, does not wait for the transfer."""
        if line[-4:].upper() != b"ABOR":
            return False
        self._abort_asked = True
        if self.data_channel is not None:
            self.data_channel.end(Ending.ABORTED_BY_CLIENT)
        return True

    # how transfers go

    async def _store(
        self, path: VirtualPath, offset: int | None, *, opening: str = "150 Send the file."
    ) -> None:
        """Receive a file; `offset` None appends. One upload, one reply."""
        flags = WriteFlags(truncate=offset == 0, append=offset is None, sequential=True)
        handle = await self._vfs.open_write(path, flags)
        ending = Ending.CONNECTION_LOST
        reply = None
        try:
            handle.begin(offset)
            data = await self._data(opening)
            ending = await data.receive(_taker(handle, offset), self.services.stall_timeout)
        except DataFailed as failure:
            reply = str(failure)
        except Refused as refused:
            reply = reply_of(refused)
        finally:
            self._close_data()
        self.respond(await self._end_upload(handle, ending, reply))
        self._answer_abort()

    async def _end_upload(self, handle: UploadHandle, ending: Ending, reply: str | None) -> str:
        """End an upload; returns the reply, which is `reply` if that is known already."""
        try:
            receipt = await self._vfs.end(handle, ending)
        except Refused as refused:
            if reply is None and VERDICTS[ending] is Verdict.ABORTED:
                reply = f"426 Transfer aborted: {ending.value}."
            return reply or reply_of(refused)
        return reply or f"226 Transfer complete{_mention(receipt)}."

    async def _send(self, blocks: AsyncIterator[bytes]) -> None:
        """Send a file or a listing."""
        try:
            data = await self._data("150 Here it comes.")
            await data.send(blocks, self.services.stall_timeout)
        except DataFailed as failure:
            self.respond(str(failure))
        else:
            self.respond("226 Transfer complete.")
        finally:
            self._close_data()
        self._answer_abort()

    async def _data(self, opening: str) -> DataConnection:
        """The data connection, in TLS. Raises DataFailed."""
        self.respond(opening)
        data: DataConnection | None = await self.accepted_data(_ACCEPT_TIMEOUT)
        if data is None:
            raise DataFailed("425 No data connection: send EPSV or PASV, and connect.")
        await data.secure(self.context)
        return data

    def _close_data(self) -> None:
        if self.data_channel is not None:
            self.data_channel.close()
            self.data_channel = None

    def _answer_abort(self) -> None:
        if self._abort_asked:
            self._abort_asked = False
            self.respond("226 ABOR done.")

    async def _list(self, argument: str, line: Callable[[Entry], str]) -> None:
        path = self._path(argument)
        entry = await self._vfs.stat(path)
        entries = self._vfs.list_folder(path) if entry.is_folder else _only(entry)
        await self._send(_lines(entries, line))

    async def _file(self, argument: str) -> Entry:
        entry = await self._vfs.stat(self._path(argument))
        if entry.is_folder:
            raise Refused(Refusal.IS_DIRECTORY)
        return entry

    def _path(self, argument: str) -> VirtualPath:
        return canonical(argument, self.directory)

    @property
    def _vfs(self) -> VfsSession:
        if self.files is None:
            raise Refused(Refusal.READ_ONLY)
        return self.files


def _taker(handle: UploadHandle, offset: int | None) -> Take:
    """Hands bytes to an upload, one after the other."""
    position = offset

    def take(data: bytes) -> Awaitable[None] | None:
        nonlocal position
        pause = handle.write(position, data)
        if position is not None:
            position += len(data)
        return pause

    return take


async def _blocks(reader: ReadHandle, offset: int) -> AsyncIterator[bytes]:
    while block := await reader.read(offset, _READ):
        yield block
        offset += len(block)


async def _lines(
    entries: AsyncIterator[Entry], line: Callable[[Entry], str]
) -> AsyncIterator[bytes]:
    batch: list[str] = []
    async for entry in entries:
        batch.append(line(entry) + "\r\n")
        if len(batch) == _BATCH:
            yield "".join(batch).encode()
            batch.clear()
    if batch:
        yield "".join(batch).encode()


async def _only(entry: Entry) -> AsyncIterator[Entry]:
    yield entry


def _without_options(argument: str) -> str:
    """The path of `LIST -la path`."""
    words = argument.split(" ")
    while words and words[0].startswith("-") and len(words[0]) > 1:
        del words[0]
    return " ".join(words)


def _quoted(path: VirtualPath) -> str:
    """A path within double quotes, which are doubled (RFC 959 appendix II)."""
    return display(path).replace('"', '""')


def _mention(receipt: Receipt | None) -> str:
    return "" if receipt is None else f"; receipt {receipt.id}"
