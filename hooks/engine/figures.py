"""The figures of a plan, which safeguards judge."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from .change import Change, differences
from .facts import FileFacts, covered
from .finding import Finding
from .mapping import FIRST_NAME, LAST_NAME
from .mapping import Mapping as FileMapping
from .plan import Plan
from .reading import Reading, Rejected
from .snapshot import Policy, Snapshot
from .text import fold

#: absences of so many days are counted together
_WINDOW = timedelta(days=30)
#: what a conversion may leave of letters outside ASCII
_CONVERTED = re.compile(r"[^\x00-\x7f]+|\?+")
#: no date has fewer: 1/2/80
_FEWEST_DIGITS = 4
_LIKE_DATE = re.compile(r"\d{1,4}([/.-]\d{1,4}){2}")

#: column -> the value before and after
_Fields: TypeAlias = Mapping[str, tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the rules look at."""

    first: bool
    first_import: str
    mode: str
    #: active users in the legal entities of the file, before the import
    active: int
    #: whom the file ends, or should name and does not
    leavers: int
    #: who was ended by absence in the days before, since somebody approved a file
    earlier: int
    creates: int
    updates: int
    #: the column that loses its value for the most users, and for how many
    column: str
    column_updates: int
    rows: int
    #: rows of the last full file, 0 for the first
    last_rows: int
    errors: int
    #: rows with damaged accented letters
    mojibake: int
    #: legal entities of the last full file that still have users and are not in this one
    missing_entities: tuple[str, ...]
    #: how the file and the last applied one are written
    encoding: str = ""
    last_encoding: str = ""
    #: names and keys that change in nothing but accented letters, if the encoding changed
    accents: int = 0
    #: new users whose number is that of somebody else but for leading zeros, and one of them
    lost_zeros: int = 0
    lost_zeros_example: tuple[str, str] = ("", "")
    #: new users who are known under another key
    renumbered: int = 0
    #: rows that would make somebody else of a user
    swapped: int = 0
    #: rows with a cell that belongs into another column
    shifted: int = 0
    #: dates that change, and those that do so by day and month changing places
    dates: int = 0
    swapped_dates: int = 0


def measure(
    plan: Plan,
    reading: Reading,
    snapshot: Snapshot,
    policy: Policy,
    mapping: FileMapping,
    *,
    facts: FileFacts,
) -> Figures:
    """The figures of a plan for a file."""
    last = snapshot.last
    codes = Counter(finding.code for finding in plan.findings)
    changed = [(it.kind, differences(it.before, it.after)) for it in plan.changes if it.before]
    column, column_updates = _commonest_column(it for kind, it in changed if kind == "update")
    date_columns = {name for name, it in mapping.columns.items() if it.type == "date"}
    dates = [pair for _, fields in changed for pair in _changed_dates(fields, date_columns)]
    misread = _count_misread(plan.rejected, reading.total)
    accents = 0
    if last is not None and last.encoding != facts.encoding:
        accents = sum(_loses_accents(it) for _, it in changed) + _count_converted(plan, snapshot)
    return Figures(
        first=last is None,
        first_import=policy.first_import,
        mode=policy.mode,
        active=snapshot.census.in_scope(covered(reading.entities)),
        leavers=_count_leavers(plan) + codes["absent"],
        earlier=_count_earlier(policy.day, snapshot.files),
        creates=plan.counts["creates"],
        updates=plan.counts["updates"],
        column=column,
        column_updates=column_updates,
        rows=reading.total,
        last_rows=snapshot.files[0].rows if snapshot.files else 0,
        errors=plan.counts["errors"],
        mojibake=sum(_has(row, "mojibake") for row in plan.rejected),
        missing_entities=_missing_entities(reading, snapshot),
        encoding=facts.encoding,
        last_encoding=last.encoding if last else "",
        accents=accents,
        lost_zeros=codes["lost-zeros"],
        lost_zeros_example=min(snapshot.lost_zeros.items(), default=("", "")),
        renumbered=codes["renumbered"],
        swapped=codes["identity-changed"],
        shifted=plan.shifted + sum(_is_misplaced(row, mapping) for row in plan.rejected),
        dates=len(dates) + misread,
        swapped_dates=sum(old == _swap(new) for old, new in dates) + misread,
    )


def ended_by_absence(change: Change) -> bool:
    """Whether the change ends a user for being missing."""
    before, after = change.before, change.after
    return (
        before is not None and after is not None and before.ended_by != after.ended_by == "absence"
    )


def _commonest_column(updates: Iterable[_Fields]) -> tuple[str, int]:
    # A column that is filled for the first time takes nothing away.
    counts = Counter(name for fields in updates for name, (old, _) in fields.items() if old)
    return min(counts.items(), key=lambda it: (-it[1], it[0]), default=("", 0))


def _count_leavers(plan: Plan) -> int:
    # Whoever was present earlier on this day is ended by absence, and leaves tomorrow.
    return sum(it.kind == "leaver" or ended_by_absence(it) for it in plan.changes)


def _count_earlier(day: str, files: Iterable[FileFacts]) -> int:
    since = (date.fromisoformat(day) - _WINDOW).isoformat()
    counted: dict[tuple[str, str], int] = {}
    for facts in files:
        if facts.approved or facts.day < since:
            break
        counted[facts.day, facts.sha256] = facts.absentees  # once, if it was sent again
    return sum(counted.values())


def _missing_entities(reading: Reading, snapshot: Snapshot) -> tuple[str, ...]:
    entities = covered(reading.entities)
    if entities is None or not snapshot.files:
        return ()
    missing = (it for it in snapshot.files[0].entities if it and it not in entities)
    return tuple(it for it in sorted(missing) if snapshot.census.active[it])


def _loses_accents(fields: _Fields) -> bool:
    names = (fields.get(name, (None, None)) for name in (LAST_NAME, FIRST_NAME))
    return any(old and new and _is_conversion(old, new) for old, new in names)


def _is_conversion(old: str, new: str) -> bool:
    if old.isascii():
        return False
    return _convert(old) == _convert(new) or fold(old) == fold(new)


def _count_converted(plan: Plan, snapshot: Snapshot) -> int:
    """New users whose key is that of a missing one but for letters outside ASCII."""
    lost = {_convert(key) for key in snapshot.census.missing if not key.isascii()}
    return sum(it.before is None and _convert(it.key) in lost for it in plan.changes) if lost else 0


def _convert(text: str) -> str:
    return _CONVERTED.sub("", text)


def _changed_dates(fields: _Fields, columns: AbstractSet[str]) -> Iterator[tuple[str, str]]:
    for old, new in (fields[name] for name in fields.keys() & columns):
        if old and new:
            yield old, new


def _swap(day: str) -> str:
    year, month, day = day.split("-")
    return f"{year}-{day}-{month}"


def _count_misread(rejected: Sequence[Rejected], rows: int) -> int:
    """Rows with a month beyond twelve, if there are so many that it is no slip."""
    count = sum(_has(row, "date-order") for row in rejected)
    return count if is_disordered(count, rows) else 0


def is_disordered(count: int, rows: int) -> bool:
    """Whether so many rows have a month beyond twelve that the order of dates has changed."""
    return count >= 2 and count > rows * 0.1


def _has(row: Rejected, code: str) -> bool:
    return any(finding.code == code for finding in row.findings)


def _is_misplaced(row: Rejected, mapping: FileMapping) -> bool:
    """Whether a cell of the row can only belong into another column."""
    return any(_is_alien(finding, mapping) for finding in row.findings)


def _is_alien(finding: Finding, mapping: FileMapping) -> bool:
    column, value = mapping.columns.get(finding.column or ""), finding.value
    if column is None or not value:
        return False
    if column.type == "mail":
        return bool(_LIKE_DATE.fullmatch(value))
    return column.type == "date" and ("@" in value or sum(map(str.isdigit, value)) < _FEWEST_DIGITS)
