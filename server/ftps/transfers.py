"""Files on their way: one transfer at a time, each with one reply."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable

from ..vfs import (
    VERDICTS,
    Ending,
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
)
from .data import DataConnection, DataFailed, Take
from .library import PassivePortsUsedUp
from .negotiation import FtpNegotiation
from .refusals import reply_of

#: seconds that a client has to open the data connection that it asked for
_ACCEPT_TIMEOUT = 30.0
_READ = 1 << 18
_NO_PORT = "425 No passive port is free; try again."


class FtpTransfers(FtpNegotiation):
    """RETR, STOR, APPE and STOU, and what prepares and aborts them."""

    dtp_handler = DataConnection

    _abort_asked = False
    #: bytes that ALLO announced for the next upload
    _announced: int | None = None

    async def ftp_RETR(self, argument: str) -> None:  # noqa: N802 - found by this name
        """RETR, from where REST said."""
        offset = self.take_restart()
        reader = await self.vfs.open_read(self.path(argument))
        try:
            if offset > reader.size:
                return self.respond(f"554 The file has {reader.size} bytes only.")
            await self.send_blocks(_blocks(reader, offset))
        finally:
            self.vfs.close_read(reader)
        return None

    async def ftp_STOR(self, argument: str) -> None:  # noqa: N802 - found by this name
        """STOR, from where REST said."""
        offset = self.take_restart()
        await self._store(self.path(argument), offset)

    async def ftp_APPE(self, argument: str) -> None:  # noqa: N802 - found by this name
        """APPE."""
        if self.take_restart():
            return self.respond("503 APPE needs no REST.")
        await self._store(self.path(argument), None)
        return None

    async def ftp_STOU(self, argument: str) -> None:  # noqa: N802 - found by this name
        """STOU: under a name of the server's choice (RFC 1123 §4.1.2.9)."""
        self.take_restart()
        name = f"{argument or 'upload'}.{time.time_ns()}"
        await self._store(self.path(name), 0, opening=f"150 FILE: {name}")

    def ftp_REST(self, argument: str) -> None:  # noqa: N802 - found by this name
        """REST, in any TYPE, because bytes are bytes here."""
        if not _is_number(argument):
            return self.respond("501 REST needs a number of bytes.")
        self._restart_position = int(argument)
        return self.respond(f"350 The next transfer begins at {int(argument)}.")

    def ftp_ALLO(self, argument: str) -> None:  # noqa: N802 - found by this name
        """ALLO n (lftp sends it by default): the next file has n bytes, or it is cut off.

        More are taken: who converts line ends on the way states the size before that.
        """
        size = argument.partition(" ")[0]
        if not _is_number(size):
            return self.respond("501 ALLO needs a number of bytes.")
        self._announced = int(size)
        return self.respond("200 The next file is to have that size.")

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
        else:
            self.give_up_data()
        return True

    # how transfers go

    async def _store(
        self, path: VirtualPath, offset: int | None, *, opening: str = "150 Send the file."
    ) -> None:
        """Receive a file; `offset` None appends. One upload, one reply."""
        announced, self._announced = self._announced, None
        flags = WriteFlags(truncate=offset == 0, append=offset is None, sequential=True)
        handle = await self.vfs.open_write(path, flags)
        ending = Ending.CONNECTION_LOST
        reply = None
        try:
            handle.begin(offset)
            if announced is not None:
                handle.expect(announced)
            data = await self._data(opening, sends=False)
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
            receipt = await self.vfs.end(handle, ending)
        except Refused as refused:
            if reply is None and VERDICTS[ending] is Verdict.ABORTED:
                reply = f"426 Transfer aborted: {ending.value}."
            return reply or reply_of(refused)
        return reply or f"226 Transfer complete{mention(receipt)}."

    async def send_blocks(self, blocks: AsyncIterator[bytes]) -> None:
        """Send a file or a listing."""
        try:
            data = await self._data("150 Here it comes.", sends=True)
            await data.send(blocks, self.services.stall_timeout)
        except DataFailed as failure:
            self.respond(str(failure))
        else:
            self.respond("226 Transfer complete.")
        finally:
            self._close_data()
        self._answer_abort()

    async def _data(self, opening: str, *, sends: bool) -> DataConnection:
        """The data connection, in TLS. Raises DataFailed."""
        self.respond(opening)
        timeout = self.services.stall_timeout
        data: DataConnection | None = await self.accepted_data(min(_ACCEPT_TIMEOUT, timeout))
        if data is None:
            raise DataFailed("425 No data connection: send EPSV or PASV, and connect.")
        await data.secure(self.context, timeout, reuse=self.services.session_reuse, sends=sends)
        return data

    def _close_data(self) -> None:
        if self.data_channel is not None:
            self.data_channel.close()
            self.data_channel = None

    def _answer_abort(self) -> None:
        if self._abort_asked:
            self._abort_asked = False
            self.respond("226 ABOR done.")

    def path(self, argument: str) -> VirtualPath:
        """The path that an argument means. Raises Refused."""
        return canonical(argument, self.directory)

    @property
    def vfs(self) -> VfsSession:
        """The files of the account. Raises Refused before the login."""
        if self.files is None:
            raise Refused(Refusal.READ_ONLY)
        return self.files


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


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


def mention(receipt: Receipt | None) -> str:
    """What a reply says of a receipt."""
    return "" if receipt is None else f"; receipt {receipt.id}"
