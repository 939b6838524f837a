"""What an import changes about one user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .mapping import END
from .user import User, status

#: `edit` is what somebody did by hand; `mark` is for the record alone: an absence that has not
#: ended anybody, a reference to a manager
Kind = Literal["leaver", "rehire", "create", "update", "mark", "undo", "edit"]


@dataclass(frozen=True, slots=True)
class Change:
    """One user before and after."""

    kind: Kind
    key: str
    #: None for a user who is created
    before: User | None
    #: None for a user whose creation is undone
    after: User | None
    #: line of the file that says so; None for who is changed by absence, or by somebody else's line
    line: int | None = None


def classify(before: User | None, after: User, today: str) -> Kind:
    """What becoming `after` means for the user on this day (ISO 8601)."""
    if before is None:
        return "create"
    ended_before, ended = (status(user, today) == "ended" for user in (before, after))
    if ended != ended_before:
        return "leaver" if ended else "rehire"
    seen = before.values != after.values or before.manager != after.manager
    return "update" if seen else "mark"


def differences(
    before: User | None, after: User | None
) -> dict[str, tuple[str | None, str | None]]:
    """Column -> the value before and after, for every column that differs; managers by key."""
    old, new = _told(before), _told(after)
    columns = sorted(old.keys() | new.keys())
    return {
        column: (old.get(column), new.get(column))
        for column in columns
        if old.get(column) != new.get(column)
    }


def _told(user: User | None) -> dict[str, str]:
    if user is None:
        return {}
    return {**user.values, "manager": user.manager} if user.manager else dict(user.values)


def ends(change: Change) -> bool:
    """Whether the change gives somebody who had none, or another, an end of contract."""
    end = None if change.after is None else change.after.values.get(END)
    return end is not None and (change.before is None or change.before.values.get(END) != end)
