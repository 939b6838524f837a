"""What a directory has to tell a target, and what became of that. For senders of mail and webhooks.

A target is a name that the sender chooses, such as `mail`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from .outbox import OutboxDelivery, OutboxEntry
from .sqlite import open_directory, read_directory


def unsent(directory: Path, target: str, now: datetime) -> list[OutboxEntry]:
    """What the target has not had and is not to be tried later, in order of posting."""
    with read_directory(directory) as store:
        return store.outbox(target, now.isoformat())


def next_send(directory: Path, target: str) -> datetime | None:
    """When something is to be sent to the target; None if it had everything."""
    with read_directory(directory) as store:
        due = store.next_send(target)
    return None if due is None else datetime.fromisoformat(due)


def note_sent(
    directory: Path,
    event: str,
    target: str,
    *,
    due: datetime | None = None,
    error: str | None = None,
) -> None:
    """Note that the target had an entry, or the error, and when it is to be tried again.

    An error without another time means that it is given up.
    """
    with open_directory(directory) as store, store.transaction():
        store.note_sent(event, target, due=due.isoformat() if due else None, error=error)


def note_had(directory: Path, events: Iterable[str], target: str) -> None:
    """Note that the target need not be told of these entries."""
    with open_directory(directory) as store, store.transaction():
        for event in events:
            store.note_sent(event, target)


def deliveries(directory: Path, import_id: str) -> list[OutboxDelivery]:
    """How far the targets are that something of an import was sent to."""
    with read_directory(directory) as store:
        return store.deliveries(import_id)


def post(directory: Path, entry: OutboxEntry) -> None:
    """Keep an entry to be sent; one whose id is kept already is left out."""
    with open_directory(directory) as store, store.transaction():
        store.post(entry)
