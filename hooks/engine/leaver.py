"""Who leaves: by a date in the file, or by absence from two files.

Absence counts only in full files that were applied, of two different days in the client's time
zone; only for active users whom this feed created; and only in legal entities that the file covers.
A mapping may let the first absence count, or none, and may exempt users.
An end by absence lies on the last day on which the user was present, and is taken back when the
user is in a file again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from .facts import FileFacts
from .mapping import END, START
from .user import Absence, User

_LEAVERS = ".leavers"


def leavers_id(import_id: str) -> str:
    """The import of those who leave by a file, where they wait alone and the rest is applied."""
    return import_id + _LEAVERS


def without_leavers(import_id: str) -> str:
    """The import of the file as a whole."""
    return import_id.removesuffix(_LEAVERS)


class Standing(NamedTuple):
    """A user who has not ended on a day, as far as counting them needs."""

    key: str
    entity: str
    feed: str
    #: ISO 8601, empty where there is none
    start: str


@dataclass(frozen=True, slots=True)
class Census:
    """The active users of a feed before an import, and those of others whom its file names."""

    #: legal entity -> users
    active: Counter[str]
    #: keys of those whom the file should name and does not
    missing: tuple[str, ...]

    def in_scope(self, covered: Container[str] | None) -> int:
        """How many active users there are in the legal entities that the file covers."""
        return sum(n for entity, n in self.active.items() if covered is None or entity in covered)


def take_census(
    standings: Iterable[tuple[str, str, str, str]],
    feed: str | None,
    day: str,
    present: Container[str],
    covered: Container[str] | None,
    *,
    exempt: Container[str] = (),
) -> Census:
    """Count the active users whom the file is about: those of the feed, and whom it names.

    `feed` None stands for all feeds, `covered` None for all legal entities. The exempt are never
    missing, nor are users of other feeds.
    """
    active: Counter[str] = Counter()
    missing = []
    for key, entity, owner, start in standings:
        own = feed is None or owner == feed
        if start > day or not (own or key in present):
            continue
        active[entity] += 1
        expected = own and key not in exempt and (covered is None or entity in covered)
        if expected and key not in present:
            missing.append(key)
    return Census(active, tuple(missing))


def miss(user: User, day: str, files: Sequence[FileFacts], *, immediate: bool = False) -> User:
    """The user after being missing from one more full file of this day.

    `files` are the full files before it, newest first. With `immediate` the first one is enough.
    """
    absence = user.absence or Absence(since=day, last_present=last_present(user, day, files))
    if not immediate and absence.since >= day:
        return replace(user, absence=absence)
    end = max(absence.last_present, user.values.get(START, ""))
    values = {**user.values, END: end}
    return replace(user, values=values, ended_by="absence", absence=None)


def last_present(user: User, day: str, files: Sequence[FileFacts]) -> str:
    """The day of the last file that should have named the user, before the one of this day."""
    for facts in files:
        if facts.covers(user.entity):
            return facts.day
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
