"""Remarks about changes that are taken as they stand, and that somebody may want to know.

A new user may be known already: under a number that lost its leading zeros, or under another key
that leaves or is missing. A name alone never says who somebody is, so that a new user with the name
of another is only pointed out. A mail address says so if one user alone has it, and name and birth
date do together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from .change import Change
from .finding import Finding, make_finding
from .manager import Identity, identify
from .mapping import BIRTH, END, START
from .snapshot import Snapshot
from .user import User

#: so many people are named in one finding
_NAMED = 10
#: payroll software learns of most things within a month
_LATE = timedelta(days=31)


def remark_newcomers(
    changes: Sequence[Change], snapshot: Snapshot, present: Mapping[str, int], day: str
) -> Iterator[Finding]:
    """Who the new users may be that are known already."""
    new = [it.after for it in changes if it.before is None and it.after is not None]
    if not new or not (snapshot.identities or snapshot.lost_zeros):
        return
    missing = [snapshot.users[key] for key in snapshot.census.missing if key in snapshot.users]
    leaving = [it.before for it in changes if it.kind == "leaver" and it.before is not None]
    known = _Known(snapshot.identities, present, [*missing, *leaving], day)
    former = known.former_keys(new)
    for user in new:
        code, key = "homonym", known.namesakes(user)
        if user.key in snapshot.lost_zeros:
            code, key = "lost-zeros", snapshot.lost_zeros[user.key]
        elif user.key in former:
            code, key = "renumbered", former[user.key]
        if key:
            yield make_finding(code, line=present[user.key], key=user.key, value=key)


class _Known:
    """Those whom new users may turn out to be.

    `present` are the keys of the file, `leaving` users who leave or are missing from it.
    """

    def __init__(
        self,
        identities: Iterable[Identity],
        present: Mapping[str, int],
        leaving: Iterable[User],
        day: str,
    ) -> None:
        self._mails: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        staying = set()
        for key, _, _, mail, _, name, end in identities:
            self._mails[mail].append(key)
            if end is None or end >= day:
                self._names[name].append(key)
                staying.add(key)
        self._born = {
            (identify(user).name, user.values[BIRTH]): user.key
            for user in leaving
            if BIRTH in user.values
        }
        self._gone = (staying - present.keys()) | {user.key for user in leaving}

    def former_keys(self, new: Iterable[User]) -> dict[str, str]:
        """Key of a new user -> the one under which they were known until now."""
        claims: dict[str, list[str]] = defaultdict(list)
        for user in new:
            if former := self._former_key(user):
                claims[former].append(user.key)
        # An address that several new users share says nothing of who they are.
        return {keys[0]: former for former, keys in claims.items() if len(keys) == 1}

    def _former_key(self, user: User) -> str | None:
        identity = identify(user)
        sharing = self._mails.get(identity.mail, []) if identity.mail else []
        if len(sharing) == 1 and sharing[0] in self._gone:
            return sharing[0]
        return self._born.get((identity.name, user.values.get(BIRTH, "")))

    def namesakes(self, user: User) -> str:
        """Keys of the active users who are called like a new one."""
        keys = sorted(self._names.get(identify(user).name, ()))
        return ", ".join(keys[:_NAMED])


def remark_backdated(changes: Iterable[Change], last_day: str) -> Iterator[Finding]:
    """Starts and ends that the last file should have known for a month, and had otherwise."""
    limit = (date.fromisoformat(last_day) - _LATE).isoformat()
    for change in changes:
        before, after = change.before, change.after
        if after is None or change.line is None:
            continue
        for column in (START, END):
            value = after.values.get(column, last_day)
            if value < limit and (before is None or before.values.get(column) != value):
                yield make_finding(
                    "backdated", line=change.line, column=column, key=change.key, value=value
                )
