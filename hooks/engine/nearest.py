"""The nearest of some known texts to one that is not known.

Case, accents and punctuation do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz, process

from .mapping import Column
from .text import fold_label

#: how alike two texts have to be, in percent
_LIKENESS = 70


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The known text that is most like this one; None where none is like it."""
    texts = sorted(it for it in known if fold_label(it))
    folded = [fold_label(it) for it in texts]
    found = process.extractOne(fold_label(text), folded, scorer=fuzz.ratio, score_cutoff=_LIKENESS)
    return texts[found[2]] if found else None


def nearest_column(label: str, columns: Mapping[str, Column]) -> str | None:
    """The column with the name or alias that is most like this label."""
    names = {it: name for name, column in columns.items() for it in (name, *column.aliases)}
    near = nearest(label, names)
    return None if near is None else names[near]


def nearest_target(value: str, column: Column) -> str | None:
    """What the known value of a column means that is most like this one."""
    known = {target: target for target in column.values.values()} | column.values
    near = nearest(value, known)
    return None if near is None else known[near]
