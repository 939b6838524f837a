"""The storage port: what the engine needs of a directory of users.

The embedded implementation is in `sqlite`. Another one passes the same conformance tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from .change import Change
from .facts import FileFacts
from .manager import Identity
from .outbox import Outbox
from .state import State
from .user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRecord:
    """One import as the directory keeps it. Times are UTC, ISO 8601."""

    id: str
    upload_id: str
    #: account and folder that the file came through
    feed: str
    file_name: str
    sha256: str
    received_at: str
    #: the day of `received_at` in the client's time zone
    day: str
    mode: str
    mapping: str
    state: State
    plan_hash: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    #: None where the file was not read
    facts: FileFacts | None = None
    report: Mapping[str, Any] = field(default_factory=dict)
    corrected_csv: bytes | None = None
    finished_at: str
    #: who approved, rejected or undid it, and when
    decided_by: str | None = None
    decided_at: str | None = None
    #: until when a held import can be approved; None for one that is not held
    expires_at: str | None = None


class HistoryEntry(NamedTuple):
    """What one import, or somebody by hand, did to one user."""

    #: empty for an edit by hand
    import_id: str
    #: when it was applied, UTC, ISO 8601
    at: str
    change: Change
    #: who did it by hand
    person: str | None = None


class Note(NamedTuple):
    """What the engine keeps beside a user, to know what it need not look at again."""

    #: of the row that was applied last; empty where the next row must be looked at; None keeps it
    digest: bytes | None
    #: whether the reference to the manager has to be looked up again
    pending: bool


class Directory(Outbox, Protocol):
    """A client's users, their history, the imports that made them, and what is to be told."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing; nobody else writes from its beginning to its end.

        Raises DirectoryBusy where somebody else does not come to an end.
        """

    def digests(self) -> dict[str, bytes]:
        """Key -> digest of the row that was applied last, for every user."""

    def users(self, keys: Collection[str]) -> dict[str, User]:
        """The users of these keys, as far as there are any."""

    def all_users(self) -> Iterator[User]:
        """Every user, by key."""

    def standings(self, day: str) -> Iterator[tuple[str, str, str, str]]:
        """A `Standing` for every user who has not ended on the day."""

    def marked(self, feed: str) -> set[str]:
        """Keys of the users of a feed who were missing from its last file."""

    def identities(self, tokens: Collection[str]) -> list[Identity]:
        """Everybody who can be named by one of the tokens."""

    def referring(self, tokens: Collection[str]) -> dict[str, User]:
        """Users whose reference to a manager is one of the tokens, or still leads to nobody."""

    def superiors(self, keys: Collection[str]) -> dict[str, str]:
        """User -> manager for these users, their managers, the managers of those, and so on."""

    def reports(self, keys: Collection[str], day: str) -> dict[str, list[str]]:
        """Manager -> keys of those they manage and who have not ended on the day, in order."""

    def find_import(self, import_id: str) -> ImportRecord | None:
        """The import of this id."""

    def imports(self, limit: int) -> list[ImportRecord]:
        """The last imports, newest first."""

    def last_applied(self, feed: str) -> FileFacts | None:
        """The last file of the feed that was applied, and not undone since."""

    def full_files(self, feed: str) -> list[FileFacts]:
        """The last full files of the feed that were applied or equal to one, newest first."""

    def held(self, feed: str | None = None) -> list[ImportRecord]:
        """The imports of the feed, or of all, that wait for somebody's decision, oldest first."""

    def held_ahead(self, feed: str, import_id: str) -> list[ImportRecord]:
        """Those of them that are older than this import; all where it is not recorded yet."""

    def newest_date(self, feed: str, import_id: str) -> str | None:
        """The newest date among the files of the feed that were applied, or are held ahead.

        A file that changed nothing, as the last one again, says that it still was so on its date.
        """

    def next_expiry(self) -> str | None:
        """When the first held import expires, UTC, ISO 8601; read without any report."""

    def expiring(self) -> list[ImportRecord]:
        """The held imports that can be approved for some time only, the first to expire first."""

    def history(self, key: str) -> list[HistoryEntry]:
        """What happened to a user, oldest first."""

    def changes(self, import_id: str) -> list[Change]:
        """What an import changed, by key; without what was done to undo it."""

    def last_days(self, day: str) -> list[str]:
        """Keys of the users for whom the day is the last one of their contract, in order."""

    def first_days(self, day: str) -> list[str]:
        """Keys of the users for whom the day is the first one of their contract, in order."""

    def turned_day(self) -> str | None:
        """The last day whose leavers and starters were told; None before the first."""

    def note_turned_day(self, day: str) -> None:
        """Note that the leavers and starters up to this day were told."""

    def write(
        self,
        import_id: str,
        at: str,
        changes: Iterable[Change],
        notes: Mapping[str, Note],
        person: str | None = None,
    ) -> None:
        """Bring users to their `after`, keep the change as history, and keep the notes.

        `person` is who made the changes by hand, without an import. A user who changes and has no
        note gets an empty one: digest empty, reference pending.
        """

    def record(self, record: ImportRecord) -> None:
        """Keep the import, in the place of what was kept under its id."""
