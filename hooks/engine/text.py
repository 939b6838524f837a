"""Text as people mean it: cleaned of what cannot be seen, and folded for comparison."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
#: no-break spaces become spaces; marks without width disappear
_INVISIBLE = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2007": " ", "\ufeff": None, "\u200b": None, "\u2060": None}
)


def clean(text: str) -> str:
    """The text in NFC, without the space around it, its no-break spaces made plain."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text.translate(_INVISIBLE)).strip()


def fold(text: str) -> str:
    """The text without regard to case and accents: `Élodie` and `ELODIE` are the same."""
    folded = text.casefold()
    return folded if folded.isascii() else _strip_marks(folded)


@lru_cache(maxsize=16384)
def _strip_marks(text: str) -> str:
    # Names come again and again, from one file to the next.
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def fold_label(label: str) -> str:
    """A column label without regard to case, accents, spaces and punctuation."""
    return "".join(mark for mark in fold(label) if mark.isalnum())
