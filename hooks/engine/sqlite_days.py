"""Who ends and who starts on a day, in the embedded directory."""

from __future__ import annotations

import sqlite3

_TURNED = "turned-day"


class SqliteDays:
    """The part of `SqliteDirectory` that knows of days."""

    _connection: sqlite3.Connection

    def last_days(self, day: str) -> list[str]:
        rows = self._connection.execute(
            'SELECT key FROM users WHERE "end" = ? AND start <= ? ORDER BY key', [day, day]
        )
        return [key for (key,) in rows]

    def first_days(self, day: str) -> list[str]:
        rows = self._connection.execute(
            'SELECT key FROM users WHERE start = ? AND ("end" IS NULL OR "end" >= ?) ORDER BY key',
            [day, day],
        )
        return [key for (key,) in rows]

    def turned_day(self) -> str | None:
        row = self._connection.execute(
            "SELECT value FROM watermarks WHERE name = ?", [_TURNED]
        ).fetchone()
        return None if row is None else str(row[0])

    def note_turned_day(self, day: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO watermarks VALUES (?, ?)", [_TURNED, day])
