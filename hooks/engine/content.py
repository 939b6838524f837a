"""What a column of a file holds, told by its values alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from .mapping import END, START, Column, Mapping
from .sample import Sample
from .text import fold_label
from .value import DATE_PATTERNS, BadValue, read_culture, read_date, read_mail, read_number

#: a column is of a type when so many of its values are, in percent
_MOST = 90
_BIRTH = "dtBirth"
#: a birth lies so many years before the newest date of a file
_GROWN_UP = 15


def fits(column: Column, values: Counter[str]) -> bool:
    """Whether what stands in a column of the file can be what this one holds."""
    if not values or column.values:
        return True
    is_one = _TYPES.get(column.type)
    return not _are(_is_date, values) if is_one is None else _are(is_one, values)


def recognise(
    mapping: Mapping, sample: Sample, free: Iterable[int]
) -> Iterator[tuple[str, int, str]]:
    """Columns that can be told by what stands in one of these places: column, place, why."""
    filled = {place: sample.values[place] for place in free if sample.values[place]}
    for name, column in mapping.columns.items():
        for place, values in filled.items():
            if column.type == "mail" and _are(_is_mail, values):
                yield name, place, "holds mail addresses"
            elif column.type == "culture" and _are(_is_culture, values):
                yield name, place, "holds languages with their countries"
            elif column.values and _are(_is_known(column), values):
                yield name, place, "holds values that are known"
            elif name == mapping.key[-1] and _is_key(values, sample):
                yield name, place, "holds a different number in every row"
    yield from _recognise_dates(filled, sample)


def _recognise_dates(
    filled: dict[int, Counter[str]], sample: Sample
) -> Iterator[tuple[str, int, str]]:
    """Dates of birth are old, starts are in every row, and ends are not."""
    dates = {place: _years(values) for place, values in filled.items() if _are(_is_date, values)}
    others = (_years(values) for values in sample.values if _are(_is_date, values))
    newest = max((years[-1] for years in others if years), default=0)
    for place, years in dates.items():
        if years and years[len(years) // 2] <= newest - _GROWN_UP:
            yield _BIRTH, place, "holds dates of long ago"
        elif filled[place].total() < sample.rows:
            yield END, place, "holds a date in some rows"
        else:
            yield START, place, "holds a date in every row"


def _years(values: Counter[str]) -> list[int]:
    """The years of these dates, in order, without those that mean none."""
    days = (_read_any_date(value) for value in values.elements())
    return sorted(int(day[:4]) for day in days if day)


def _read_any_date(text: str) -> str | None:
    order = next((it for it in DATE_PATTERNS if reads_date(text, it)), None)
    return None if order is None else read_date(text, order)


def _are(is_one: Callable[[str], bool], values: Counter[str]) -> bool:
    """Whether most of the values are such a one."""
    total = sum(count for value, count in values.items() if is_one(value))
    return bool(values) and 100 * total >= _MOST * values.total()


def _is_known(column: Column) -> Callable[[str], bool]:
    known = {fold_label(text) for text in (*column.values, *column.values.values()) if text}
    return lambda text: fold_label(text) in known


def _is_key(values: Counter[str], sample: Sample) -> bool:
    differ = len(values) == values.total() == sample.rows
    return differ and all(value.isascii() and value.isdigit() for value in values)


def reads_date(text: str, order: str) -> bool:
    """Whether the text is a date in this order."""
    try:
        read_date(text, order)
    except BadValue:
        return False
    return True


def _is_date(text: str) -> bool:
    return any(reads_date(text, order) for order in DATE_PATTERNS)


def _is_mail(text: str) -> bool:
    try:
        read_mail(text)
    except BadValue:
        return False
    return True


def _is_culture(text: str) -> bool:
    return read_culture(text) is not None


def _is_number(text: str) -> bool:
    for decimal in ",.":
        try:
            read_number(text, decimal)
        except BadValue:
            continue
        return True
    return False


_TYPES: dict[str, Callable[[str], bool]] = {
    "mail": _is_mail,
    "date": _is_date,
    "culture": _is_culture,
    "number": _is_number,
}
