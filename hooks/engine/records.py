"""What a directory tells about its users and imports. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .directory import Directory, HistoryEntry, ImportRecord
from .exceptions import ImportNotFound, UserNotFound
from .sqlite import read_directory
from .user import Status, User, status


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user, where they stand on a day, and what made them so."""

    user: User
    status: Status
    #: oldest first; empty in lists
    history: tuple[HistoryEntry, ...] = ()


def list_imports(directory: Path, limit: int = 50) -> list[ImportRecord]:
    """The last imports, newest first."""
    with read_directory(directory) as store:
        return store.imports(limit)


def get_import(directory: Path, import_id: str) -> ImportRecord:
    """The import of this id.

    Raises ImportNotFound.
    """
    with read_directory(directory) as store:
        return require_import(store, import_id)


def require_import(store: Directory, import_id: str) -> ImportRecord:
    """The import of this id in an open directory.

    Raises ImportNotFound.
    """
    record = store.find_import(import_id)
    if record is None:
        raise ImportNotFound(
            f"There is no import {import_id}.", "`wharfinger import list` shows those there are."
        )
    return record


def list_users(directory: Path, today: str) -> list[UserRecord]:
    """All users by key, with their status on a day (ISO 8601)."""
    with read_directory(directory) as store:
        return [UserRecord(user, status(user, today)) for user in store.all_users()]


def get_user(directory: Path, key: str, today: str) -> UserRecord:
    """The user of this key with their history.

    Raises UserNotFound.
    """
    with read_directory(directory) as store:
        user = store.users([key]).get(key)
        history = tuple(store.history(key))
    if user is None:
        raise UserNotFound(f"There is no user {key}.", "`wharfinger user list` shows their keys.")
    return UserRecord(user, status(user, today), history)


def export_users(directory: Path, today: str) -> Iterator[dict[str, str]]:
    """One flat row a user, by key: key, status, manager, feed, and the values."""
    for record in list_users(directory, today):
        user = record.user
        yield {
            "key": user.key,
            "status": record.status,
            "manager": user.manager or "",
            "feed": user.feed,
            **user.values,
        }
