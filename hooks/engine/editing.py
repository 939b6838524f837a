"""Editing a user by hand: checked as the mapping says, and kept in the history with a name.

Values are given as the directory keeps them: dates as 2026-12-31, numbers with a point, and what a
table of values leads to.
"""

from __future__ import annotations

from collections.abc import Mapping as ReadOnly
from dataclasses import replace
from pathlib import Path

from .change import Change
from .directory import Directory, Note
from .exceptions import EditRefused, UserNotFound
from .importing import Clock, utc_now
from .manager import identify, tokens_of
from .mapping import END, KEPT, NEVER_CLEARED, START, Column, Mapping
from .nearest import nearest
from .sqlite import open_directory
from .user import User
from .value import is_kept


def edit_user(
    directory: Path,
    mapping: Mapping,
    key: str,
    values: ReadOnly[str, str | None],
    by: str,
    *,
    clock: Clock = utc_now,
) -> User:
    """Give a user these values, None for no value, and return the user.

    The columns count as edited from now on: the next file overwrites them or not, as the mapping
    says. Raises UserNotFound, EditRefused and DirectoryBusy.
    """
    if not directory.exists():
        raise _unknown(key)
    with open_directory(directory) as store, store.transaction():
        before = store.users([key]).get(key)
        if before is None:
            raise _unknown(key)
        after = edit(before, mapping, values)
        if after != before:
            change = Change("edit", key, before, after)
            notes = _notes(store, before, after)
            store.write("", clock().isoformat(), [change], notes, person=by)
    return after


def _unknown(key: str) -> UserNotFound:
    return UserNotFound(f"There is no user {key}.", "`wharfinger user list` shows their keys.")


def _notes(store: Directory, before: User, after: User) -> dict[str, Note]:
    """Whoever refers to what the user was or is called is looked up again; so is the user's row."""
    tokens = tokens_of(identify(before)) | tokens_of(identify(after))
    notes = {key: Note(None, pending=True) for key in store.referring(tokens)}
    return {**notes, after.key: Note(b"", pending=True)}


def edit(user: User, mapping: Mapping, values: ReadOnly[str, str | None]) -> User:
    """The user with these values.

    Raises EditRefused.
    """
    for name, value in values.items():
        _check(mapping, name, value)
    merged = {**user.values, **values}
    after = {name: value for name, value in merged.items() if value is not None}
    if (end := after.get(END)) is not None and end < after.get(START, ""):
        raise EditRefused(f"The contract would end on {end}, before it starts.", "Correct a date.")
    return replace(
        user,
        values=after,
        ended_by=("date" if end else None) if END in values else user.ended_by,
        edited=tuple(sorted({*user.edited, *values})),
    )


def _check(mapping: Mapping, name: str, value: str | None) -> None:
    column = mapping.columns.get(name)
    if column is None:
        near = nearest(name, mapping.columns)
        raise EditRefused(
            f"The mapping {mapping.name} has no column {name}.",
            f"Did you mean {near}?" if near else f"It has {', '.join(mapping.columns)}.",
        )
    if name in mapping.key:
        raise EditRefused(
            f"{name} is part of the key, which no edit can change.",
            "A user with another key is another user.",
        )
    if column.type in {"manager", "status"}:
        raise EditRefused(
            f"{name} has the type {column.type}, and comes from files alone.",
            "Correct it in the payroll software.",
        )
    if value is None:
        if name in NEVER_CLEARED or column.required:
            raise EditRefused(f"A user always has a value for {name}.", "Set another one.")
    else:
        _check_value(name, column, value)


def _check_value(name: str, column: Column, value: str) -> None:
    targets = set(column.values.values()) - {""}
    if targets and column.unknown == "keep" and value not in targets:
        near = nearest(value, targets)
        raise EditRefused(
            f"“{value}” is not among the known values of {name}.",
            f"The nearest is “{near}”." if near else f"Known are {', '.join(sorted(targets))}.",
        )
    if not value or not is_kept(column.type, value):
        raise EditRefused(
            f"“{value}” is not {KEPT.get(column.type, 'a plain text')}.",
            f"Give {name} as `wharfinger user show` shows it, or clear it.",
        )
