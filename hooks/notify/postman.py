"""Takes letters from the outboxes of directories to the people who want them.

Rules:
1. Each recipient is a target of its own in the outbox: one who is refused holds nobody else up.
2. What cannot be sent now is tried again for a day, at longer and longer intervals. What is refused
   for good is noted with the server's words, and not tried again.
3. A stop between sending and noting sends a letter twice, with the same Message-ID.
4. What an import has moved on from is not told any more, nor what is older than three days: who is
   added to a folder does not get its history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from ..engine import ImportNotFound, OutboxEntry, get_import, next_send, note_had, note_sent, unsent
from ..events import ImportFinished
from ..spec import hookimpl
from .letter import Letter, make_message, tell_import, tell_missing
from .mail_server import MailDelayed, MailRefused, MailServer, MailSession
from .subscription import Subscription, is_wanted

_log = structlog.get_logger()

#: how long to wait before each further attempt: a day in all
RETRY_AFTER = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 120, 240, 480, 480))
_TOO_OLD = timedelta(days=3)
#: how often it is looked whether another process, such as a command, has something to tell
_SWEEP = timedelta(seconds=30)
#: mailboxes that are served at the same time
_AT_ONCE = 4


class Mailbox(NamedTuple):
    """One recipient of letters from one directory."""

    directory: Path
    recipient: str

    @property
    def target(self) -> str:
        """The recipient as the outbox knows it."""
        return f"mail:{self.recipient}"


class Postman:
    """A job of the timetable, and the hook that wakes it."""

    def __init__(
        self,
        server: MailServer,
        subscriptions: Callable[[], Iterable[Subscription]],
        wake: Callable[[], None] = lambda: None,
        *,
        run: Callable[..., Awaitable[Any]] = asyncio.to_thread,
    ) -> None:
        """`subscriptions` may block, and is called in a thread; `wake` has the job run now.

        `run` is where letters are written: better in another process, because reading a long report
        holds up every thread of this one.
        """
        self._run = run
        self._server = server
        self._subscriptions = subscriptions
        #: what a directory was like when a mailbox was found to wait for nothing before a time
        self._quiet: dict[Mailbox, tuple[object, datetime | None]] = {}
        self._wake = wake

    @hookimpl
    async def import_finished(self, event: ImportFinished) -> None:
        """An import has posted something."""
        self._wake()

    async def run(self, now: datetime) -> datetime:
        """Send what is due; says when to look again."""
        boxes: dict[Mailbox, list[Subscription]] = {}
        for found in await asyncio.to_thread(lambda: list(self._subscriptions())):
            for recipient in found.recipients:
                boxes.setdefault(Mailbox(found.directory, recipient), []).append(found)
        self._quiet = {box: quiet for box, quiet in self._quiet.items() if box in boxes}
        turns = asyncio.Semaphore(_AT_ONCE)

        async def serve(box: Mailbox, subscriptions: Sequence[Subscription]) -> datetime | None:
            async with turns:
                return await self._serve(box, subscriptions, now)

        dues = await asyncio.gather(*(serve(*item) for item in boxes.items()))
        return min([now + _SWEEP, *(due for due in dues if due is not None)])

    async def _serve(
        self, box: Mailbox, subscriptions: Sequence[Subscription], now: datetime
    ) -> datetime | None:
        """Serve one mailbox; another one does not notice what fails here."""
        stamp = await asyncio.to_thread(_stamp, box.directory)
        seen, due = self._quiet.get(box, (None, None))
        if stamp == seen and (due is None or due > now):
            return due
        try:
            await self._send_due(box, subscriptions, now)
            due = await asyncio.to_thread(next_send, box.directory, box.target)
        except Exception:  # noqa: BLE001 - a directory that cannot be read is one client's trouble
            _log.exception("mail of a client failed", client=subscriptions[0].client)
            self._quiet.pop(box, None)
            return None
        self._quiet[box] = stamp, due
        return due

    async def _send_due(
        self, box: Mailbox, subscriptions: Sequence[Subscription], now: datetime
    ) -> None:
        letters, needless = await self._run(_sort, box, subscriptions, now)
        if needless:
            await asyncio.to_thread(note_had, box.directory, needless, box.target)
        if not letters:
            return
        try:
            async with self._server.connect() as session:
                for entry, letter in letters:
                    await self._send(session, box, entry, letter, now)
        except MailDelayed as delay:
            for entry, _ in letters:
                await self._delay(box, entry, str(delay), now)

    async def _send(
        self, session: MailSession, box: Mailbox, entry: OutboxEntry, letter: Letter, now: datetime
    ) -> None:
        at = datetime.fromisoformat(entry.at)
        try:
            message = make_message(
                letter, entry.id, at, sender=self._server.sender, recipient=box.recipient
            )
            await session.send(message, box.recipient)
        except MailDelayed as delay:
            await self._delay(box, entry, str(delay), now)
        except MailRefused as refusal:
            _log.warning("mail refused", entry=entry.id)
            await _note(box, entry, error=str(refusal))
        else:
            _log.info("mail sent", entry=entry.id)
            await _note(box, entry)

    async def _delay(self, box: Mailbox, entry: OutboxEntry, error: str, now: datetime) -> None:
        due = retry_at(entry.attempts, now)
        _log.warning("mail delayed", entry=entry.id, given_up=due is None)
        await _note(box, entry, due=due, error=error)


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many failed attempts before this one; None for no more."""
    return now + RETRY_AFTER[attempts] if attempts < len(RETRY_AFTER) else None


def _sort(
    box: Mailbox, subscriptions: Sequence[Subscription], now: datetime
) -> tuple[list[tuple[OutboxEntry, Letter]], list[str]]:
    """What is to be sent to a mailbox, and the ids of what is not."""
    letters, needless = [], []
    by_feed = {it.feed: it for it in subscriptions}
    for entry in unsent(box.directory, box.target, now):
        subscription = by_feed.get(entry.body.get("feed", ""))
        fresh = entry.attempts or now - datetime.fromisoformat(entry.at) < _TOO_OLD
        letter = _write(entry, subscription) if subscription and fresh else None
        if letter is None:
            needless.append(entry.id)
        else:
            letters.append((entry, letter))
    return letters, needless


def _write(entry: OutboxEntry, to: Subscription) -> Letter | None:
    """The letter about an entry; None where there is nothing to tell this subscriber."""
    if entry.kind == "missing":
        return tell_missing({"client": to.client, **entry.body}, to.language)
    if entry.kind != "import" or entry.import_id is None:
        return None
    if not is_wanted(to.when, entry.body["state"], entry.body["counts"]):
        return None
    try:
        record = get_import(to.directory, entry.import_id)
    except ImportNotFound:
        return None
    if record.state != entry.body["state"]:
        return None
    return tell_import(record.report, full=to.details == "full")


async def _note(
    box: Mailbox, entry: OutboxEntry, *, due: datetime | None = None, error: str | None = None
) -> None:
    await asyncio.to_thread(note_sent, box.directory, entry.id, box.target, due=due, error=error)


def _stamp(directory: Path) -> object:
    """Changes with the directory."""
    found = (directory, directory.with_name(f"{directory.name}-wal"))
    return [(it.stat().st_mtime_ns, it.stat().st_size) if it.exists() else None for it in found]
