"""What a plan has to know of the directory, loaded in one go.

Only what the file may concern is loaded, so that the cost of a plan follows what changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .directory import Directory
from .facts import FileFacts, covered
from .leaver import Census, take_census
from .manager import Identity, identify, sought_tokens, tokens_of
from .mapping import END, ENTITY, FIRST_NAME, LAST_NAME, LOGIN, MAIL, NUMBER
from .mapping import Mapping as FileMapping
from .reading import Reading
from .row import Row
from .user import User
from .zeros import find_lost_zeros

#: columns by which references find a user, and the one that says who has ended
_NAMING = (ENTITY, NUMBER, MAIL, LOGIN, FIRST_NAME, LAST_NAME, END)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What decides about a file beside its mapping."""

    feed: str
    #: `full` or `delta`
    mode: str
    #: day on which the file was received, in the client's time zone, ISO 8601
    day: str
    #: what the first file of the feed does: `hold` or `apply`
    first_import: str = "hold"
    #: the file is the last one again: it says who is present, and nothing else
    presence_only: bool = False
    #: whoever would leave stays as they are
    spare_leavers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The part of the directory that a file may concern."""

    users: Mapping[str, User] = field(default_factory=dict)
    census: Census
    #: who can be meant by a reference, or may be a new user under another key
    identities: Sequence[Identity] = ()
    #: user -> manager, all the way up from everybody whose manager may change
    superiors: Mapping[str, str] = field(default_factory=dict)
    #: manager -> those they manage, for managers who may leave
    reports: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: key of a new user -> the one that it was before it lost leading zeros
    lost_zeros: Mapping[str, str] = field(default_factory=dict)
    #: the full files before, newest first
    files: Sequence[FileFacts] = ()
    #: the last file that was applied and not undone
    last: FileFacts | None = None


def load_snapshot(
    directory: Directory,
    reading: Reading,
    policy: Policy,
    mapping: FileMapping,
    known: Collection[str],
) -> Snapshot:
    """What the directory says of everybody whom the reading may concern.

    `known` are the keys of all users.
    """
    files, last = directory.full_files(policy.feed), directory.last_applied(policy.feed)
    if not known:
        return Snapshot(census=Census(Counter(), ()), files=files, last=last)
    owner = policy.feed if policy.mode == "full" else None
    census = take_census(
        directory.standings(policy.day),
        owner,
        policy.day,
        reading.present,
        covered(reading.entities),
        exempt=frozenset(mapping.exempt),
    )
    missing = set(census.missing) if policy.mode == "full" else set()
    keys = {row.key for row in reading.rows} | missing | directory.marked(policy.feed)
    users = directory.users(keys)
    touched = {token for row in reading.rows for token in _touched(users.get(row.key), row)}
    touched |= {token for key in missing for token in tokens_of(identify(users[key]))}
    users |= directory.referring(touched)
    new = [row for row in reading.rows if row.key not in known]
    sought = _sought(users.values(), reading.rows, mapping.manager) | _names(new)
    identities = directory.identities(sought)
    above = {identity.key for identity in identities} | users.keys()
    leaving = missing | {
        row.key for row in reading.rows if END in row.values or row.status == "ended"
    }
    return Snapshot(
        users=users,
        census=census,
        identities=identities,
        superiors=directory.superiors(above),
        reports=directory.reports(leaving, policy.day),
        lost_zeros=find_lost_zeros((it.key for it in new), mapping.key, known, reading.present),
        files=files,
        last=last,
    )


def _touched(before: User | None, row: Row) -> set[str]:
    """What the user can no longer, or newly, be named by.

    References to any of it may come to something else.
    """
    values = {} if before is None else before.values
    ending = row.status == "ended"
    same = not ending and all(values.get(it) == row.values.get(it) for it in _NAMING)
    if before is not None and same:
        return set()
    after = User(key=row.key, feed="", values={ENTITY: row.entity, **values, **row.values})
    new = tokens_of(identify(after))
    if before is None:
        return new
    old = tokens_of(identify(before))
    # Whose contract has an end is found after everybody else.
    return old | new if ending or values.get(END) != row.values.get(END) else old ^ new


def _names(rows: Iterable[Row]) -> set[str]:
    """Tokens of whoever may be one of the users of these rows."""
    tokens = set()
    for row in rows:
        identity = identify(User(key=row.key, feed="", values=row.values))
        tokens |= {identity.mail, identity.name}
    return tokens - {""}


def _sought(users: Iterable[User], rows: Iterable[Row], manager: str | None) -> set[str]:
    references = {user.reference for user in users if user.reference}
    if manager is not None:
        references |= {row.values[manager] for row in rows if manager in row.values}
    return {token for reference in references for token in sought_tokens(reference)}
