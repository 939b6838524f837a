"""Who manages whom: references are looked up once all users of a file are known.

A manager is named by number within the legal entity, by legal entity and number (`FR01/00123` or
`FR01:00123`), by mail, by login, or by a full name that only one user has; users whose contract has
no end come first. Naming oneself means having no manager. What leads to nobody is kept and looked
up again at each import.

What a reference leads to follows from the users alone and not from the day, so that an unchanged
row need not be looked up again until somebody whom it may mean has changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .change import Change, ends
from .mapping import END, FIRST_NAME, LAST_NAME, LOGIN, MAIL, NUMBER
from .text import fold
from .user import User, status

#: no legal entity is called like these
_MAIL, _LOGIN, _NAME = "\x1fmail", "\x1flogin", "\x1fname"
_QUALIFIED = re.compile(r"([^:/]+)[:/](.+)")


def make_token(text: str) -> str:
    """The text as references are compared: without case, accents, and the order of its words."""
    folded = fold(text)
    return " ".join(sorted(folded.split())) if " " in folded else folded


class Identity(NamedTuple):
    """What a user can be named by, as tokens."""

    key: str
    entity: str
    number: str
    mail: str
    login: str
    name: str
    #: end of the contract, ISO 8601
    end: str | None


def identify(user: User) -> Identity:
    """What the user can be named by."""
    values = user.values
    return Identity(
        key=user.key,
        entity=fold(user.entity),
        number=make_token(values.get(NUMBER, "")),
        mail=make_token(values.get(MAIL, "")),
        login=make_token(values.get(LOGIN, "")),
        name=make_token(f"{values.get(FIRST_NAME, '')} {values.get(LAST_NAME, '')}"),
        end=values.get(END),
    )


def tokens_of(identity: Identity) -> set[str]:
    """Every token that a reference to this user may have."""
    number = identity.number
    qualified = {make_token(f"{identity.entity}{mark}{number}") for mark in ":/" if number}
    return {number, identity.mail, identity.login, identity.name, *qualified} - {""}


def sought_tokens(reference: str | None) -> set[str]:
    """Tokens of the users that the reference may mean."""
    if reference is None:
        return set()
    qualified = _QUALIFIED.fullmatch(reference)
    return {make_token(reference)} | ({make_token(qualified[2])} if qualified else set())


class Roll:
    """The users that references may mean, to be found by what they are named by.

    Of everybody only what is `sought` is kept.
    """

    def __init__(self, identities: Iterable[Identity], sought: Container[str]) -> None:
        #: what a user is named by -> users
        self._named: dict[tuple[str, str], list[Identity]] = {}
        self._found: dict[tuple[str, str], list[str]] = {}
        for identity in identities:
            for kind, token in (
                (identity.entity, identity.number),
                (_MAIL, identity.mail),
                (_LOGIN, identity.login),
                (_NAME, identity.name),
            ):
                if token in sought:
                    self._named.setdefault((kind, token), []).append(identity)

    def find(self, reference: str, entity: str) -> list[str]:
        """Keys of the users that somebody of this legal entity means by the reference."""
        found = self._found.get((reference, entity))
        if found is None:
            found = self._found[reference, entity] = self._find(reference, entity)
        return found

    def _find(self, reference: str, entity: str) -> list[str]:
        for place in _places(reference, entity):
            if found := self._named.get(place):
                staying = [it.key for it in found if it.end is None]
                return staying or [it.key for it in found]
        return []


def _places(reference: str, entity: str) -> Iterator[tuple[str, str]]:
    """Where to look for a reference, in order."""
    token = make_token(reference)
    yield fold(entity), token
    if qualified := _QUALIFIED.fullmatch(reference):
        yield fold(qualified[1].strip()), make_token(qualified[2])
    for kind in (_MAIL, _LOGIN, _NAME):
        yield kind, token


@dataclass(slots=True)
class Links:
    """What looking up the references came to."""

    #: key -> manager
    managers: dict[str, str | None] = field(default_factory=dict)
    #: key -> code of the finding, for references that led to nobody
    problems: dict[str, str] = field(default_factory=dict)
    #: key -> the cycle that a new link would have closed
    cycles: dict[str, list[str]] = field(default_factory=dict)


def link(users: Iterable[User], roll: Roll, superiors: Mapping[str, str]) -> Links:
    """The manager of each user, on the graph as it will be.

    `superiors` are the managers of everybody above them before the import.
    """
    links = Links()
    previous: dict[str, str | None] = {}
    for user in users:
        previous[user.key] = user.manager
        links.managers[user.key] = _look_up(user, roll, links.problems)
    while True:
        changed = {key for key in previous if links.managers[key] != previous[key]}
        cycles = find_cycles(sorted(changed), _above(links.managers, superiors))
        taking_part = {key: path for path in cycles for key in path if key in changed}
        if not taking_part:
            return links
        for key, path in taking_part.items():
            links.managers[key] = previous[key]
            links.problems[key] = "manager-cycle"
            links.cycles[key] = path


def _above(
    managers: Mapping[str, str | None], superiors: Mapping[str, str]
) -> Callable[[str], str | None]:
    return lambda key: managers[key] if key in managers else superiors.get(key)


def _look_up(user: User, roll: Roll, problems: dict[str, str]) -> str | None:
    if user.reference is None:
        return None
    found = roll.find(user.reference, user.entity)
    if len(found) == 1:
        return None if found[0] == user.key else found[0]
    if user.manager is None or user.manager not in found:
        problems[user.key] = "manager-ambiguous" if found else "manager-not-found"
    return user.manager


def give_manager(user: User, manager: str | None) -> User:
    """The user with this manager."""
    return User(
        key=user.key,
        feed=user.feed,
        values=user.values,
        manager=manager,
        reference=user.reference,
        ended_by=user.ended_by,
        absence=user.absence,
        edited=user.edited,
    )


def find_cycles(starts: Iterable[str], above: Callable[[str], str | None]) -> list[list[str]]:
    """Every cycle that is reached by going up from the starts, each from its smallest key on."""
    cycles = []
    done: set[str] = set()
    for start in starts:
        path: dict[str, None] = {}
        key: str | None = start
        while key is not None and key not in done and key not in path:
            path[key] = None
            key = above(key)
        if key is not None and key in path:
            ring = list(path)
            ring = ring[ring.index(key) :]
            first = ring.index(min(ring))
            cycles.append(ring[first:] + ring[:first])
        done.update(path)
    return cycles


def find_orphans(
    changes: Iterable[Change],
    reports: Mapping[str, Iterable[str]],
    gone: Container[str],
    day: str,
) -> dict[str, list[str]]:
    """Manager -> those who have not ended and whom the changes leave with a manager who has.

    Told once: when the manager is given an end, even one to come, or when a user is newly given a
    manager who is `gone`. `reports` are those whom the managers managed before.
    """
    changed = {change.key: change for change in changes}
    orphans = {
        key: {report for report in reports.get(key, ()) if report not in changed}
        for key, change in changed.items()
        if ends(change)
    }
    for key, change in changed.items():
        if change.after is None or (manager := change.after.manager) is None:
            continue
        newly = change.before is None or change.before.manager != manager
        if status(change.after, day) != "ended" and (
            manager in orphans or (newly and manager in gone)
        ):
            orphans.setdefault(manager, set()).add(key)
    return {manager: sorted(keys) for manager, keys in sorted(orphans.items()) if keys}
