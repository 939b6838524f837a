"""Whether two records are about the same person.

A number is given to one person for good. Where a row says of a key that it has become somebody
else, rows were mixed up, or the number was given away again; both must not be written. Somebody
else is whoever differs at once in two of these four, as far as they are known before and after, and
were not edited by hand:

name         no word of first and last name stays; a hyphen parts words, accents and case do not
             matter. Whoever marries keeps a first name, and is no other person.
birth date   another date
mail         another mailbox, whatever the domain: a firm may rename itself. One that takes up a
             new word of a name of which others stay has changed with it, and not besides.
number       another number, leading zeros aside
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .mapping import BIRTH, END, FIRST_NAME, LAST_NAME, MAIL, NUMBER
from .text import fold
from .user import User

#: nobody becomes somebody else without one of these
TELLING = frozenset({BIRTH, MAIL, NUMBER})
_WORD = re.compile(r"[^\W_]+")


def changed_identity(before: User, after: User) -> list[str]:
    """What differs of the four above, where it makes the user somebody else; else nothing."""
    old, new = before.values, after.values
    columns = [column for column in (BIRTH, MAIL, NUMBER) if _differs(column, old, new)]
    if MAIL in columns and _follows_name(old, new):
        columns.remove(MAIL)
    if old.get(LAST_NAME) != new.get(LAST_NAME) and _words(old) and not _words(old) & _words(new):
        columns.insert(0, LAST_NAME)
    columns = [column for column in columns if column not in before.edited]
    return columns if len(columns) >= 2 else []


def _differs(column: str, old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    before, after = old.get(column), new.get(column)
    if before is None or after is None or before == after:
        return False
    if column == MAIL:
        return fold(before).rpartition("@")[0] != fold(after).rpartition("@")[0]
    return before.lstrip("0") != after.lstrip("0")


def _follows_name(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    before, after = _words(old), _words(new)
    mailbox = fold(new[MAIL]).rpartition("@")[0]
    return bool(before & after) and any(word in mailbox for word in after - before)


def _words(values: Mapping[str, str]) -> set[str]:
    return set(_WORD.findall(fold(f"{values.get(FIRST_NAME, '')} {values.get(LAST_NAME, '')}")))


def is_shifted(before: User, changed: Mapping[str, str]) -> bool:
    """Whether a column that changes comes to hold what another one held.

    An end of contract may have been open before; any other column must have held something else.
    """
    held = set(before.values.values())
    return any(
        value in held and (column in before.values or column == END)
        for column, value in changed.items()
    )
