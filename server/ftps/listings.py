"""Folders told to clients: LIST, NLST, MLSD, MLST and STAT."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

from ..vfs import Entry, display
from .listing import FACTS, facts_line, list_line
from .transfers import FtpTransfers

#: entries of a listing that are sent together
_BATCH = 200
#: entries that STAT lists: they wait in memory for the control connection
_MOST_IN_STAT = 1000


class FtpListings(FtpTransfers):
    """Listings: streamed in batches, and never by a pattern."""

    def begin(self) -> None:
        """Say hello."""
        self._available_facts = list(FACTS)
        self._current_facts = list(FACTS)
        super().begin()

    async def ftp_LIST(self, argument: str) -> None:  # noqa: N802 - found by this name
        """LIST; options such as -la change nothing."""
        now = time.time()
        await self._list(_without_options(argument), lambda entry: list_line(entry, now))

    async def ftp_NLST(self, argument: str) -> None:  # noqa: N802 - found by this name
        """NLST."""
        await self._list(_without_options(argument), lambda entry: entry.name)

    async def ftp_MLSD(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MLSD."""
        path = self.path(argument)
        if not (await self.vfs.stat(path)).is_folder:
            return self.respond("501 MLSD lists folders; for a file send MLST.")  # RFC 3659 §7.2.1
        facts = list(self._current_facts)
        entries = self.vfs.list_folder(path)
        await self.send_blocks(_lines(entries, lambda entry: facts_line(entry, facts, entry.name)))
        return None

    def ftp_STAT(self, argument: str) -> None:  # noqa: N802 - found by this name
        """STAT of the session, or of a path as LIST tells it (RFC 959 §4.1.3)."""
        if argument:
            return self.run_answered(self._stat(argument))
        state = "a transfer runs" if self.is_running else "idle"
        return self.respond(f"211 wharfinger: TLS is on, {state}.")

    async def ftp_MLST(self, argument: str) -> None:  # noqa: N802 - found by this name
        """MLST."""
        path = self.path(argument)
        line = facts_line(await self.vfs.stat(path), self._current_facts, display(path))
        self.push(f"250-Facts:\r\n {line}\r\n")
        self.respond("250 End.")

    async def _stat(self, argument: str) -> None:
        now = time.time()
        lines = []
        async for entry in await self._entries(_without_options(argument)):
            lines.append(f" {list_line(entry, now)}\r\n")
            if len(lines) > _MOST_IN_STAT:
                return self.respond("504 This folder is too large for STAT; use MLSD.")
        self.push(f"213-Status:\r\n{''.join(lines)}")
        return self.respond("213 End.")

    async def _list(self, argument: str, line: Callable[[Entry], str]) -> None:
        await self.send_blocks(_lines(await self._entries(argument), line))

    async def _entries(self, argument: str) -> AsyncIterator[Entry]:
        """The entries of a folder, or a file's own."""
        path = self.path(argument)
        entry = await self.vfs.stat(path)
        return self.vfs.list_folder(path) if entry.is_folder else _only(entry)


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
