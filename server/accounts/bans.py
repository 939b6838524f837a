"""Bans, and where each login has succeeded: what a restart must not forget, in SQLite."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta

from ..database import Database
from ..exceptions import NotFound

#: a source that behaved for so long after its last ban begins anew
_FORGIVEN_AFTER = timedelta(days=1)
#: bans that are kept; those that end first make room
_MOST_BANS = 10_000
#: sources that are remembered for one login, the latest
_MOST_SOURCES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """One source that may not connect for a time."""

    #: an IPv4 address or an IPv6 /64
    address: str
    since: datetime
    until: datetime
    why: str
    #: failed logins that led to it
    failures: int
    #: bans of this source up to this one
    times: int


class Bans:
    """The bans of an installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def active(self, now: datetime | None = None) -> list[Ban]:
        """The bans that hold, by their beginning."""
        now = now or datetime.now(UTC)
        with self._database.reading() as db:
            rows = db.execute(
                "select * from bans where until > ? order by since, address", [now.isoformat()]
            )
            return [_ban(row) for row in rows]

    def holds(self, source: str, now: datetime) -> bool:
        """Whether a source is banned."""
        with self._database.reading() as db:
            row = db.execute("select until from bans where address = ?", [source]).fetchone()
        return row is not None and now < datetime.fromisoformat(row["until"])

    def times(self, source: str, now: datetime) -> int:
        """How often a source was banned lately."""
        with self._database.reading() as db:
            row = db.execute(
                "select times from bans where address = ? and until > ?",
                [source, (now - _FORGIVEN_AFTER).isoformat()],
            ).fetchone()
        return 0 if row is None else int(row["times"])

    def add(self, ban: Ban) -> None:
        """Ban a source; on return it is durable."""
        row = {**asdict(ban), "since": ban.since.isoformat(), "until": ban.until.isoformat()}
        with self._database.writing() as db:
            forgiven = (ban.since - _FORGIVEN_AFTER).isoformat()
            db.execute("delete from bans where until < ?", [forgiven])
            db.table("bans").upsert(row, pk="address")
            db.execute(
                "delete from bans where address in"
                " (select address from bans order by until desc limit -1 offset ?)",
                [_MOST_BANS],
            )

    def lift(self, address: str) -> None:
        """End a ban. Raises NotFound."""
        with self._database.writing() as db:
            found = db.execute("delete from bans where address = ?", [address]).rowcount
        if not found:
            raise NotFound(f"{address} is not banned", hint="wharfinger ban list")

    def lift_all(self) -> int:
        """End all bans; returns how many."""
        with self._database.writing() as db:
            return int(db.execute("delete from bans").rowcount)

    def version(self) -> int:
        """A number that changes when another connection has written."""
        return self._database.version()

    # where logins have succeeded

    def knows(self, login: str, source: str) -> bool:
        """Whether a login has succeeded from a source before."""
        return self._seen_on(login, source) is not None

    def remember(self, login: str, source: str, day: date) -> None:
        """Keep that a login succeeded from a source; written once a day."""
        if self._seen_on(login, source) == day.isoformat():
            return
        with self._database.writing(durable=False) as db:
            db.execute(
                "insert or replace into known_sources select login, ?, ? from accounts"
                " where login = ?",
                [source, day.isoformat(), login],
            )
            db.execute(
                "delete from known_sources where rowid in (select rowid from known_sources"
                " where login = ? order by day desc, rowid desc limit -1 offset ?)",
                [login, _MOST_SOURCES],
            )

    def _seen_on(self, login: str, source: str) -> str | None:
        with self._database.reading() as db:
            row = db.execute(
                "select day from known_sources where login = ? and source = ?", [login, source]
            ).fetchone()
        return None if row is None else str(row["day"])


def _ban(row: sqlite3.Row) -> Ban:
    values = dict(row)
    for name in ("since", "until"):
        values[name] = datetime.fromisoformat(values[name])
    return Ban(**values)
