"""Which code page a text is in, where nothing but its letters can tell.

Read in a wrong code page, accented letters turn into signs, or into letters that do not sit well
in their words: capitals after small letters (`BÇnard`), small ones before capitals (`DÃ©SIRÉ`). So
each candidate is given points for letters of French and its neighbours in good places, and the best
one wins. A narrow win is marked as one, because people have to look at it; a text that makes no
sense in any of them, such as one in Cyrillic, has none.

Measured on names, towns and trades of France, 3 rows: never wrong without being marked in any of
the four code pages. chardet, restricted to the same four, was wrong unmarked for 33 % of those in
cp850 and for 18 % of those in mac_roman; on 20 rows, for 8 % of those in cp850.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

#: the likeliest first, for files in which they all read the same
CODE_PAGES = ("windows-1252", "iso-8859-15", "cp850", "mac_roman")
_FRENCH = frozenset("éèêëàâäçîïôöùûüÿœæñß")
_NEIGHBOURS = frozenset("áíóúãõåøìòýšž")
_SIGNS = frozenset("€°’«»–—…“”º²³\u00a0")
_ACCENTED = re.compile(r"[^\x00-\x7f]")
#: wins by fewer points than this are marked
_MARGIN = 3
#: five letters more in bad places than in good ones are no accident
_SENSELESS = -15
#: a header and this many lines with accents are enough
_LINES = 200
_LONGEST_LINE = 4096


class Guess(NamedTuple):
    """The likeliest code page."""

    name: str
    #: no other one reads the text differently and nearly as well
    certain: bool


def guess_code_page(lines: Iterable[bytes]) -> Guess | None:
    """The code page of a file that is no Unicode, from its header and the lines with accents.

    None where the text makes no sense in any of them.
    """
    sample = _sample(lines)
    read: list[tuple[int, str, str]] = []
    for name in CODE_PAGES:
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        read.append((_count_points(text), name, text))
    points, name, text = max(read, key=lambda it: it[0])
    if points < _SENSELESS:
        return None
    others = [it[0] for it in read if it[2] != text]
    certain = points > 0 and all(points - other >= _MARGIN for other in others)
    return Guess(name, certain)


def _sample(lines: Iterable[bytes]) -> bytes:
    sample: list[bytes] = []
    undefined: set[int] = set()
    for number, line in enumerate(lines):
        if number == 0 or (len(sample) <= _LINES and not line.isascii()):
            sample.append(line[:_LONGEST_LINE])
        if not line.isascii():
            undefined.update(line.translate(None, _IN_1252))
    # Bytes that one of the code pages gives no meaning to count wherever they stand.
    return b"".join(sample) + bytes(undefined)


#: every byte that cp1252 gives a meaning to
_IN_1252 = bytes(set(range(256)) - set(b"\x81\x8d\x8f\x90\x9d"))


def _count_points(text: str) -> int:
    framed = f" {text} "
    return sum(_judge(*framed[it.start() - 1 : it.end() + 1]) for it in _ACCENTED.finditer(framed))


def _judge(before: str, letter: str, after: str) -> int:
    """Points for a letter between its neighbours."""
    if letter in _SIGNS:
        return -2 if letter != "’" and before.isalpha() and after.isalpha() else 0
    small = letter.lower()
    alone = not before.isalpha() and not after.isalpha() and small != "à"
    crowded = not before.isascii() and not after.isascii()
    misplaced = before.islower() if letter.isupper() else after.isupper()
    if alone or crowded or misplaced or (small not in _FRENCH and small not in _NEIGHBOURS):
        return -3
    return 2 if small in _FRENCH else 1
