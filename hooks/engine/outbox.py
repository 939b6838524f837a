"""The outbox: what is to be told of imports, kept in the transaction that made it so.

An entry is written with the state that it tells of, or not at all, and each id once. Whoever tells
it (mail, webhooks) asks for what its target has not had, and notes what was sent; a stop between
the two has it sent again, so each entry carries an id that does not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxEntry:
    """Something that happened to an import, or on a day, without any personal data but keys."""

    #: stays the same however often the entry is sent
    id: str
    #: UTC, ISO 8601
    at: str
    #: `import`: an import came to rest in a state; `day`: users end or start on a day; `missing`: a
    #: file did not come
    kind: Literal["import", "day", "missing"]
    #: None where no import did it
    import_id: str | None
    body: Mapping[str, Any] = field(default_factory=dict)
    #: failed attempts to send it to the target that was asked for
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxDelivery:
    """How far a target is with an entry."""

    event: str
    target: str
    #: `sent`, `queued` for another attempt, or `failed`
    state: str
    attempts: int
    #: UTC, ISO 8601; None unless it is queued
    due: str | None
    error: str | None


class Outbox(Protocol):
    """The part of a directory that keeps what is to be told."""

    def post(self, entry: OutboxEntry) -> None:
        """Keep an entry to be sent; one whose id is kept already is left out."""

    def outbox(self, target: str, now: str) -> list[OutboxEntry]:
        """What the target has not had and is not to be tried later, in order of posting."""

    def next_send(self, target: str) -> str | None:
        """When the first entry that the target has not had is to be sent; None for nothing."""

    def note_sent(
        self, event: str, target: str, *, due: str | None = None, error: str | None = None
    ) -> None:
        """Note that the target had an entry, or the error, and when it is due again.

        An error without another time means that it is given up.
        """

    def deliveries(self, import_id: str) -> list[OutboxDelivery]:
        """How far the targets are that something of an import was sent to."""
