"""Watches for files that do not come: tells hooks and, through the outbox, mail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog

from .engine import OutboxEntry, post
from .events import FileMissing
from .expectation import Expectation, find_missing, next_deadline

_log = structlog.get_logger()

#: how often it is looked whether another process, such as a command, changed what is expected
_SWEEP = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFolder:
    """A folder that a file is expected in, and what is known of it."""

    client: str
    #: file of the client's directory
    directory: Path
    account: str
    folder: str
    expectation: Expectation
    last_received: datetime | None
    #: the last day that was told of, ISO 8601
    told: str | None

    def missing(self, now: datetime) -> str | None:
        """The day whose file is missing, ISO 8601."""
        day = find_missing(self.expectation, self.last_received, now)
        return day.isoformat() if day else None


class Expectations(Protocol):
    """What is expected where; what blocks is called in a thread."""

    def folders(self) -> list[ExpectedFolder]:
        """All folders that a file is expected in."""

    def note_told(self, folder: ExpectedFolder, day: str) -> None:
        """Keep that the missing file of a day was told."""


class Watch:
    """A job of the timetable."""

    def __init__(
        self,
        expectations: Expectations,
        announce: Callable[[FileMissing], Awaitable[None]],
        wake_mail: Callable[[], None] = lambda: None,
    ) -> None:
        self._expectations = expectations
        self._announce = announce
        self._wake_mail = wake_mail

    async def run(self, now: datetime) -> datetime:
        """Tell of what is missing, once for each folder and day; says when to look again."""
        folders = await asyncio.to_thread(self._expectations.folders)
        for folder in folders:
            day = folder.missing(now)
            if day is not None and day != folder.told:
                await self._tell(folder, day, now)
        dues = (next_deadline(folder.expectation, now) for folder in folders)
        return min([now + _SWEEP, *dues])

    async def _tell(self, folder: ExpectedFolder, day: str, now: datetime) -> None:
        """A failure is tried again with the next look, and is no other folder's trouble."""
        by = folder.expectation.by.isoformat("minutes")
        event = FileMissing(
            client=folder.client,
            account=folder.account,
            folder=folder.folder,
            day=day,
            by=by,
            timezone=folder.expectation.timezone,
            last_received_at=folder.last_received,
        )
        try:
            await asyncio.to_thread(post, folder.directory, _entry(folder, day, by, now))
            await self._announce(event)
            await asyncio.to_thread(self._expectations.note_told, folder, day)
        except Exception:  # noqa: BLE001 - a hook may raise anything
            _log.exception("a missing file could not be told; tried again", client=folder.client)
        else:
            _log.warning("a file is missing", client=folder.client, folder=folder.folder, day=day)
            self._wake_mail()


def _entry(folder: ExpectedFolder, day: str, by: str, now: datetime) -> OutboxEntry:
    feed = f"{folder.account}:{folder.folder}"
    return OutboxEntry(
        id=f"missing:{feed}:{day}",
        at=now.isoformat(),
        kind="missing",
        import_id=None,
        body={
            "feed": feed,
            "account": folder.account,
            "folder": folder.folder,
            "day": day,
            "by": by,
        },
    )
