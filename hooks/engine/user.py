"""Users as the directory keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from .mapping import END, ENTITY, START

Status = Literal["upcoming", "active", "ended"]
EndedBy = Literal["date", "absence", "status"]


class Absence(NamedTuple):
    """A user was missing from a full file, and nothing has come of it yet. Days are ISO 8601."""

    #: day of the first file without the user
    since: str
    #: day of the last file with the user
    last_present: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One user of a client: what the last file that was applied said.

    Whether a user is active is not kept: `status` finds it from the dates, on every day anew.
    """

    key: str
    #: the feed that created the user; absence from any other means nothing
    feed: str
    #: column -> value; dates as ISO 8601; a column without a value is left out
    values: Mapping[str, str]
    #: key of the manager
    manager: str | None = None
    #: the manager as the file names it; looked up again as long as it leads to nobody
    reference: str | None = None
    #: what set the end of the contract: a date, absence from two files, or a status in one
    ended_by: EndedBy | None = None
    absence: Absence | None = None
    #: columns that somebody edited here and that no file has overwritten since, in order
    edited: tuple[str, ...] = ()
    #: the canonical form once somebody asked for it: it is hashed, and written twice
    _text: str | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def entity(self) -> str:
        """The legal entity, empty where files name none."""
        return self.values.get(ENTITY, "")

    def canonical(self) -> str:
        """The record as JSON, byte for byte the same for equal users."""
        if self._text is None:
            object.__setattr__(self, "_text", _encode(_record(self)))
        return str(self._text)


def _record(user: User) -> dict[str, Any]:
    record = {
        "absence": user.absence,
        "ended_by": user.ended_by,
        "feed": user.feed,
        "key": user.key,
        "manager": user.manager,
        "reference": user.reference,
        "values": user.values,
    }
    # few users were ever edited, and records from before there were edits stay as they are
    return {**record, "edited": user.edited} if user.edited else record


_encode = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def read_user(text: str) -> User:
    """The user whose canonical form this is."""
    record: dict[str, Any] = json.loads(text)
    if record["absence"] is not None:
        record["absence"] = Absence(*record["absence"])
    record["edited"] = tuple(record.get("edited", ()))
    user = User(**record)
    object.__setattr__(user, "_text", text)
    return user


def status(user: User, today: str) -> Status:
    """Where the user stands on a day (ISO 8601); the last day of a contract is an active one."""
    if user.values.get(START, "") > today:
        return "upcoming"
    end = user.values.get(END)
    return "ended" if end is not None and end < today else "active"
