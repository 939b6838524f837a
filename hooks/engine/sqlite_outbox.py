"""The outbox of the embedded directory."""

from __future__ import annotations

import json
import sqlite3

from .outbox import OutboxDelivery, OutboxEntry

_SENT, _QUEUED, _FAILED = "sent", "queued", "failed"

_POST = """
INSERT INTO outbox (id, at, kind, import_id, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_UNSENT = """
SELECT id, at, kind, import_id, body, coalesce(attempts, 0) FROM outbox
LEFT JOIN outbox_deliveries ON event = id AND target = :target
WHERE state IS NULL OR (state = 'queued' AND due <= :now) ORDER BY number
"""
_NEXT = """
SELECT min(coalesce(due, at)) FROM outbox
LEFT JOIN outbox_deliveries ON event = id AND target = ? WHERE state IS NULL OR state = 'queued'
"""
_DELIVERIES = """
SELECT event, target, state, attempts, due, error FROM outbox_deliveries
JOIN outbox ON id = event WHERE import_id = ? ORDER BY number, target
"""
_NOTE = """
INSERT INTO outbox_deliveries (event, target, state, attempts, due, error)
VALUES (?, ?, ?, 1, ?, ?)
ON CONFLICT DO UPDATE SET
  state = excluded.state, attempts = attempts + 1, due = excluded.due, error = excluded.error
"""


class SqliteOutbox:
    """The part of `SqliteDirectory` that keeps what is to be told."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def post(self, entry: OutboxEntry) -> None:
        body = json.dumps(entry.body, ensure_ascii=False, separators=(",", ":"))
        values = [entry.id, entry.at, entry.kind, entry.import_id, body]
        self._connection.execute(_POST, values)

    def outbox(self, target: str, now: str) -> list[OutboxEntry]:
        rows = self._connection.execute(_UNSENT, {"target": target, "now": now})
        return [
            OutboxEntry(
                id=event,
                at=at,
                kind=kind,
                import_id=import_id,
                body=json.loads(body),
                attempts=attempts,
            )
            for event, at, kind, import_id, body, attempts in rows
        ]

    def next_send(self, target: str) -> str | None:
        due: str | None = self._connection.execute(_NEXT, [target]).fetchone()[0]
        return due

    def note_sent(
        self, event: str, target: str, *, due: str | None = None, error: str | None = None
    ) -> None:
        state = _SENT if error is None else _FAILED if due is None else _QUEUED
        self._connection.execute(_NOTE, [event, target, state, due, error])

    def deliveries(self, import_id: str) -> list[OutboxDelivery]:
        rows = self._connection.execute(_DELIVERIES, [import_id])
        names = ("event", "target", "state", "attempts", "due", "error")
        return [OutboxDelivery(**dict(zip(names, row, strict=True))) for row in rows]
