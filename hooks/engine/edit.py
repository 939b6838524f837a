"""Values that somebody edited in the directory, and what the next row does to them.

A column that the file owns is overwritten, once and told. A column where the local value wins stays
as it is, which is told as long as the file says something else.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from .mapping import END
from .row import Blank, Row
from .user import User


def overwritten(before: User, values: Mapping[str, str]) -> list[str]:
    """The edited columns that have another value now."""
    return [
        name
        for name in before.edited
        if values.get(name) != before.values.get(name)
        # an end by absence is nobody's edit
        and not (name == END and before.ended_by == "absence")
    ]


def resisted(
    before: User, row: Row, local: Container[str], on_empty: Mapping[str, str]
) -> list[str]:
    """The edited columns that the row would have changed, among those where local values win."""
    return [
        name
        for name in before.edited
        if name in local
        and (name in row.values or _empties(row.blanks.get(name), on_empty.get(name)))
        and row.values.get(name) != before.values.get(name)
    ]


def _empties(blank: object, on_empty: str | None) -> bool:
    return blank is Blank.CLEARED or (blank is Blank.EMPTY and on_empty == "clear")


def still_edited(
    before: User, values: Mapping[str, str], row: Row, columns: Container[str]
) -> tuple[str, ...]:
    """The columns that count as edited after the row: those that it did not set."""
    return tuple(
        name
        for name in before.edited
        if name not in columns
        or (name not in row.values and values.get(name) == before.values.get(name))
    )
