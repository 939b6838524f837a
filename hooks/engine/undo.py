"""Undoing an import: the plan that leads back, from the images that were kept of users.

What was changed since stays as it is, column by column, and is told.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .change import Change
from .finding import Finding, make_finding
from .manager import find_cycles
from .mapping import END
from .user import User

_MANAGER = "manager"
_ABSENCE = "absence"


@dataclass(slots=True)
class Undoing:
    """What undoing an import has to know, and what it comes to."""

    #: the users that the import changed, as they are now
    users: Mapping[str, User]
    #: manager -> whom they manage now
    reports: Mapping[str, Sequence[str]]
    #: user -> manager, all the way up from these users and from the managers that they had
    superiors: Mapping[str, str]
    #: keys that are in the directory, among the managers that these users had
    existing: Container[str]
    after: dict[str, User | None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def plan(self, changes: Iterable[Change]) -> list[Change]:
        """The changes that lead back, by key; `findings` tells what is left as it is."""
        for change in changes:
            now = self.users.get(change.key)
            if now is not None:  # gone if the import that created the user was undone before
                self.after[change.key] = self._go_back(change, now)
        self._keep_managers()
        self._keep_from_cycles()
        return [
            Change("undo", key, self.users[key], after)
            for key, after in sorted(self.after.items())
            if after != self.users[key]
        ]

    def _go_back(self, change: Change, now: User) -> User | None:
        current, came_to = _parts(now), _parts(change.after)
        since = {name for name in current | came_to if current.get(name) != came_to.get(name)}
        if change.before is None:
            self._tell_changed(change.key, since)
            return now if since - {_ABSENCE} else None
        origin = _parts(change.before)
        changed = {name for name in origin | came_to if origin.get(name) != came_to.get(name)}
        self._tell_changed(
            change.key, {it for it in changed & since if current.get(it) != origin.get(it)}
        )
        for name in changed - since:
            current[name] = origin.get(name)
        manager, reference = current[_MANAGER]
        if manager != now.manager and manager not in self.existing:
            current[_MANAGER] = (None, reference)
        return _assemble(now, current)

    def _tell_changed(self, key: str, names: Iterable[str]) -> None:
        for name in sorted(names):
            if name != _ABSENCE:
                self.findings.append(make_finding("changed-since", key=key, column=name))

    def _keep_managers(self) -> None:
        """Whom somebody will still have as manager cannot be removed."""
        while kept := {key: left for key in self._removed() if (left := self._left(key))}:
            for key, left in kept.items():
                self.after[key] = self.users[key]
                told = ", ".join(left)
                self.findings.append(make_finding("still-managing", key=key, value=told))

    def _removed(self) -> list[str]:
        return [key for key, after in self.after.items() if after is None]

    def _left(self, manager: str) -> list[str]:
        moved = {key for key, user in self.after.items() if user is None or user.manager != manager}
        joined = {key for key, user in self.after.items() if user and user.manager == manager}
        return sorted({*self.reports.get(manager, ()), *joined} - moved)

    def _keep_from_cycles(self) -> None:
        while rings := find_cycles(sorted(self._relinked()), self._above):
            for ring in rings:
                path = " → ".join([*ring, ring[0]])
                for key in self._relinked() & set(ring):
                    self._keep_manager(key)
                    self.findings.append(make_finding("undo-cycle", key=key, path=path))

    def _relinked(self) -> set[str]:
        return {
            key
            for key, user in self.after.items()
            if user is not None and user.manager != self.users[key].manager
        }

    def _above(self, key: str) -> str | None:
        user = self.after.get(key)
        return self.superiors.get(key) if user is None else user.manager

    def _keep_manager(self, key: str) -> None:
        user = self.after[key]
        if user is not None:
            parts = {**_parts(user), _MANAGER: _parts(self.users[key])[_MANAGER]}
            self.after[key] = _assemble(user, parts)


def _parts(user: User | None) -> dict[str, Any]:
    """The user in the parts that are undone each by itself."""
    if user is None:
        return {}
    return {
        **{name: (value, name in user.edited) for name, value in user.values.items()},
        **{name: (None, True) for name in user.edited if name not in user.values},
        END: (user.values.get(END), user.ended_by, END in user.edited),
        _MANAGER: (user.manager, user.reference),
        _ABSENCE: user.absence,
    }


def _assemble(user: User, parts: Mapping[str, Any]) -> User:
    end, ended_by, end_edited = parts[END]
    manager, reference = parts[_MANAGER]
    columns = {
        name: part
        for name, part in {**parts, END: (end, end_edited)}.items()
        if name not in {_MANAGER, _ABSENCE} and part is not None
    }
    return User(
        key=user.key,
        feed=user.feed,
        values={name: value for name, (value, _) in columns.items() if value is not None},
        manager=manager,
        reference=reference,
        ended_by=ended_by,
        absence=parts[_ABSENCE],
        edited=tuple(sorted(name for name, (_, edited) in columns.items() if edited)),
    )
