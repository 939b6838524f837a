"""Leading zeros, which spreadsheets take away from numbers: 00123 arrives as 123."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from .mapping import ENTITY, NUMBER

#: no payroll software writes longer numbers
_LONGEST = 12


def find_lost_zeros(
    keys: Iterable[str],
    columns: Sequence[str],
    known: Container[str],
    present: Container[str],
) -> dict[str, str]:
    """New key -> the known one of nobody in the file that differs in leading zeros alone.

    `columns` are those that make a key.
    """
    found = {}
    for key in keys if columns[-1] == NUMBER else ():
        for other in _vary(key, qualified=columns[0] == ENTITY):
            if other in known and other not in present:
                found[key] = other
                break
    return found


def _vary(key: str, *, qualified: bool) -> Iterator[str]:
    entity, slash, number = key.partition("/") if qualified else ("", "", key)
    if bare := number.lstrip("0"):
        for width in range(len(bare), _LONGEST + 1):
            if width != len(number):
                yield f"{entity}{slash}{bare.rjust(width, '0')}"
