"""FTP commands as operations of the virtual file system, and nothing else."""

from __future__ import annotations

import calendar
from datetime import datetime

from ..vfs import Ending, Entry, Refusal, Refused, VirtualPath, digest, display
from .listing import timestamp
from .listings import FtpListings
from .negotiation import HASHES
from .transfers import mention


class FtpSession(FtpListings):
    """The commands of a client that has logged in (RFC 959, 3659, 2389)."""

    _rename_from: VirtualPath | None = None

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
        path = self.path(argument or "/")
        await self.vfs.check_folder(path)
        self.directory = path
        self.respond(f'250 "{_quoted(path)}" is the current folder.')

    async def ftp_CDUP(self, argument: str) -> None:  # noqa: N802 - found by this name
        """CDUP."""
        await self.ftp_CWD("..")

    async def ftp_MKD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MKD."""
        path = self.path(argument)
        await self.vfs.make_folder(path)
        self.respond(f'257 "{_quoted(path)}" created.')

    async def ftp_RMD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """RMD."""
        await self.vfs.remove_folder(self.path(argument))
        self.respond("250 Folder removed.")

    # names and attributes

    async def ftp_DELE(self, argument: str) -> None:  # noqa: N802 - found by this name
        """DELE."""
        await self.vfs.remove(self.path(argument))
        self.respond("250 File removed.")

    async def ftp_RNFR(self, argument: str) -> None:  # noqa: N802 - found by this name
        """RNFR."""
        path = self.path(argument)
        await self.vfs.stat(path)
        self._rename_from = path
        self.respond("350 Send RNTO with the new name.")

    async def ftp_RNTO(self, argument: str) -> None:  # noqa: N802 - found by this name
        """RNTO; it replaces, as FTP servers do."""
        source, self._rename_from = self._rename_from, None
        if source is None:
            return self.respond("503 Send RNFR first.")
        receipt = await self.vfs.rename(source, self.path(argument), replace=True)
        return self.respond(f"250 Renamed{mention(receipt)}.")

    async def ftp_SIZE(self, argument: str) -> None:  # noqa: N802 - found by this name
        """SIZE: in bytes whatever the TYPE, because files are kept as they are sent."""
        self.respond(f"213 {(await self._file(argument)).size}")

    async def ftp_MDTM(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MDTM."""
        self.respond(f"213 {timestamp((await self._file(argument)).modified_at)}")

    async def ftp_MFMT(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MFMT YYYYMMDDHHMMSS path (draft-somers-ftp-mfxx)."""
        when, _, name = argument.partition(" ")
        moment = _read_time(when) if len(when) == 14 else None
        if moment is None or not name:
            return self.respond("501 Use MFMT YYYYMMDDHHMMSS path.")
        await self.vfs.set_times(self.path(name), moment)
        return self.respond(f"213 Modify={when}; {name}")

    async def ftp_HASH(self, argument: str) -> None:  # noqa: N802 - found by this name
        """HASH (draft-ietf-ftpext2-hash-03), by the algorithm that OPTS HASH has chosen."""
        name = self.hash_name
        reader = await self.vfs.open_read(self.path(argument))
        try:
            found = await digest(HASHES[name], reader.read, 0, reader.size)
        finally:
            self.vfs.close_read(reader)
        self.respond(f"213 {name} 0-{reader.size} {found.hex()} {argument}")

    async def ftp_AVBL(self, argument: str) -> None:  # noqa: N802 - found by this name
        """AVBL: bytes that a file may have there; of the host's disk nothing else is told."""
        path = self.path(argument)
        await self.vfs.check_folder(path)
        self.respond(f"213 {await self.vfs.available(path)}")

    async def ftp_SITE_UTIME(self, argument: str) -> None:  # noqa: N802 - found by this name
        """SITE UTIME, in both forms that clients know: only the time of change is kept."""
        found = _read_utime(argument)
        if found is None:
            return self.respond("501 Use SITE UTIME YYYYMMDDHHMMSS path.")
        modified_at, name = found
        await self.vfs.set_times(self.path(name), modified_at)
        return self.respond("200 The time is set.")

    def ftp_SITE_CHMOD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """SITE CHMOD: clients send it after uploads, and would count a refusal as a failure."""
        self.respond("200 Permissions are the server's.")

    async def _file(self, argument: str) -> Entry:
        entry = await self.vfs.stat(self.path(argument))
        if entry.is_folder:
            raise Refused(Refusal.IS_DIRECTORY)
        return entry


def _read_utime(argument: str) -> tuple[int, str] | None:
    """The time and the name of `YYYYMMDDHHMM[SS] name` or `name accessed modified created UTC`."""
    words = argument.rsplit(" ", 4)
    if len(words) == 5 and words[4].upper() == "UTC":
        moment, name = _read_time(words[2]), words[0]
    else:
        when, _, name = argument.partition(" ")
        moment = _read_time(when)
    return None if moment is None or not name else (moment, name)


def _read_time(text: str) -> int | None:
    """`YYYYMMDDHHMMSS`, UTC, as a POSIX time; the seconds may be missing."""
    try:
        moment = datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - UTC
    except ValueError:
        return None
    return calendar.timegm(moment.timetuple()) if len(text) in (12, 14) else None


def _quoted(path: VirtualPath) -> str:
    """A path within double quotes, which are doubled (RFC 959 appendix II)."""
    return display(path).replace('"', '""')
