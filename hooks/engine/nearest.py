"""The nearest of some known texts to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from .text import fold_label

#: how alike two texts have to be, in percent; case, accents and punctuation do not count
_LIKENESS = 70


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known text that is most like this one; None where none is like it."""
    texts = sorted(known)
    folded = [fold_label(it) for it in texts]
    found = process.extractOne(fold_label(text), folded, scorer=fuzz.ratio, score_cutoff=_LIKENESS)
    return texts[found[2]] if found else None
