"""What the file system needs from the rooms around it: a place for receipts, and answers.

The ports are stated here and plugged in by server/app.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ..accounts.folder import Folder
from .companion import Companion


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who sends: bound to an upload when it is opened, whatever the session does next."""

    client: str
    account_id: int
    login: str
    protocol: str
    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The durable record of an upload; with it, what follows can be redone after a crash."""

    id: str
    identity: Identity
    folder: Folder
    #: as clients write it
    path: str
    #: the temporary name that was renamed to `path`, None where the file was written as `path`
    renamed_from: str | None
    #: bytes
    size: int
    #: lower-case hexadecimal
    sha256: str
    #: UTC
    received_at: datetime
    #: name of the file in the client's spool
    snapshot: str
    #: why the sender is refused, None where the file will appear under its path
    refusal: str | None = None
    #: what the file is if it is the companion of another one: hooks are not given it to import
    companion: Companion | None = None
    #: lower-case hexadecimal; known where a companion may state it
    md5: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a receipt came to."""

    #: uploads whose imports begin now: this one, or those that waited for it
    imports: tuple[str, ...] = ()
    #: why the sender is refused after all
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abort:
    """A transfer that ended before its file was whole."""

    identity: Identity
    folder: Folder
    path: str
    #: bytes that had arrived
    size: int
    #: the value of a verdict.Ending
    reason: str


class Receipts(Protocol):
    """Where receipts are kept."""

    def record(self, receipt: Receipt) -> Recorded:
        """Keep a receipt; on return it is durable. Blocks, and raises OSError if it cannot."""

    def published(self, upload_id: str) -> None:
        """Note that the file is under its name; if the note is lost, publishing is done again."""

    def is_upload(self, login: str, path: str, size: int) -> bool:
        """Whether the file under that path is an upload already, and waits for nothing. Blocks."""

    def removed(self, login: str, path: str) -> None:
        """Note that the client removed a file: what waits under that path waits no more. Blocks."""

    def aborted(self, abort: Abort) -> None:
        """Tell of an aborted transfer; called in the event loop."""


class Answers(Protocol):
    """What an answer other than `received` waits for. Both return why the sender is refused."""

    async def check(self, folder: Folder, file: Path) -> str | None:
        """The structural check of a file, before it is published."""

    async def imported(self, upload_id: str) -> str | None:
        """The end of the import of an upload, or None if it takes longer than a sender can wait."""
