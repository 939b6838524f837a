"""Companions that have come, and the versions of files that they counted for.

They are a part of the journal: what is written here is in the transaction of a receipt.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from .database import Database
from .vfs import Companion


@dataclass(frozen=True, slots=True)
class Counted:
    """The last companion of its name."""

    companion: Companion
    #: id of the upload that it counted for, None while it is kept for the next one
    upload: str | None


class Companions:
    """The companions of one installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, client: str, account: str, counted: Counted) -> None:
        """Keep a companion in the place of the one before of its name."""
        found = counted.companion
        values = [client, account, found.stem, found.suffix, found.digest, counted.upload]
        with self._database.writing() as db:
            db.execute("insert or replace into companions values (?, ?, ?, ?, ?, ?)", values)

    def of(self, account: str, stems: Iterable[str]) -> list[Counted]:
        """The companions with one of these stems."""
        with self._database.reading() as db:
            rows = db.execute(
                "select stem, suffix, digest, upload from companions"
                " where account = ? and stem in (select value from json_each(?))",
                [account, json.dumps(list(stems))],
            )
            return [Counted(Companion(*row[:3]), row[3]) for row in rows.fetchall()]

    def spend(self, account: str, stems: Iterable[str], upload_id: str) -> None:
        """Let all that are kept for the next version count for this one."""
        with self._database.writing() as db:
            db.execute(
                "update companions set upload = ? where account = ? and upload is null"
                " and stem in (select value from json_each(?))",
                [upload_id, account, json.dumps(list(stems))],
            )

    def forget(self, account: str, companion: Companion) -> None:
        """Forget a companion that its sender took back."""
        with self._database.writing() as db:
            db.execute(
                "delete from companions where account = ? and stem = ? and suffix = ?"
                " and upload is null",
                [account, companion.stem, companion.suffix],
            )
