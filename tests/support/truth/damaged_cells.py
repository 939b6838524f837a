"""Rows 10, 11, 14, 15, 25, 26: numbers, dates, names, doubled and swapped people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random

from truth.damage import Damage, Mutation, Mutator, Verdict, harmful, harmless, some, spoiled
from truth.person import COLUMNS, Person
from truth.table import Table

_DATES = ("dtContractStart", "dtContractEnd", "dtBirth")
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")


def _numbers(rewrite: Callable[[str], str]) -> Mutator:
    """Every employee number is written otherwise, also where it names a manager."""

    def mutate(random: Random, table: Table) -> Damage:
        changed = table.with_column("employeeNumber", map(rewrite, table.column("employeeNumber")))
        managers = (
            ":".join((*it.split(":")[:-1], rewrite(it.split(":")[-1])))
            for it in table.column("manager")
        )
        changed = changed.with_column("manager", managers)
        return harmful(changed.data)

    return mutate


def _marked_as_text(form: str) -> Mutator:
    """Numbers as spreadsheets keep them text; read as meant or not at all."""

    def mutate(random: Random, table: Table) -> Damage:
        numbers = (form.format(it) for it in table.column("employeeNumber"))
        changed = table.with_column("employeeNumber", numbers)
        return Damage(data=changed.data, verdict=Verdict.EITHER)

    return mutate


def _scientific(random: Random, table: Table) -> Damage:
    (index,) = some(random, table)
    changed = table.with_cell(index, "employeeNumber", "1,23457E+11")
    return spoiled(changed.data, [table.people[index]], "scientific-notation", "key-error")


def _dates(rewrite: str, *codes: str) -> Mutator:
    """Every date is written otherwise."""

    def mutate(random: Random, table: Table) -> Damage:
        changed = table
        for column in _DATES:
            cells = (_DATE.sub(rewrite, it) for it in table.column(column))
            changed = changed.with_column(column, cells)
        return harmful(changed.data, *codes)

    return mutate


def _two_digits(random: Random, table: Table) -> Damage:
    changed = table
    for column in _DATES:
        cells = (it[:6] + it[8:] for it in table.column(column))
        changed = changed.with_column(column, cells)
    return harmful(changed.data, "date-year", "row-errors")


def _serials(random: Random, table: Table) -> Damage:
    changed = table
    for column in _DATES:
        changed = changed.with_column(column, [_serial(it) for it in table.column(column)])
    return harmful(changed.data, "date-serial", "row-errors")


def _serial(cell: str) -> str:
    if not cell:
        return ""
    day, month, year = (int(part) for part in cell.split("/"))
    return str((date(year, month, day) - date(1899, 12, 30)).days)


def _one(column: str, cell: str | Callable[[str], str], *codes: str) -> Mutator:
    """One cell is wrong, and its row is skipped."""

    def mutate(random: Random, table: Table) -> Damage:
        (index,) = some(random, table)
        written = cell if isinstance(cell, str) else cell(table.column(column)[index])
        changed = table.with_cell(index, column, written)
        return spoiled(changed.data, [table.people[index]], *codes)

    return mutate


def _no_end(cell: str) -> Mutator:
    """A date that means that there is none."""

    def mutate(random: Random, table: Table) -> Damage:
        cells = [it or cell for it in table.column("dtContractEnd")]
        return harmless(table.with_column("dtContractEnd", cells).data)

    return mutate


def _managers(name: Callable[[Person], str]) -> Mutator:
    """Managers are named in another way, where the way leads to one person only."""

    def mutate(random: Random, table: Table) -> Damage:
        by_key = {it.key: it for it in table.people}
        times = Counter(name(it).casefold() for it in table.people)
        cells = []
        for person, cell in zip(table.people, table.column("manager"), strict=True):
            manager = by_key.get(person.manager)
            alone = manager is not None and times[name(manager).casefold()] == 1
            cells.append(name(manager) if manager and alone else cell)
        return Damage(data=table.with_column("manager", cells).data, verdict=Verdict.EITHER)

    return mutate


def _repeated_row(random: Random, table: Table) -> Damage:
    (index,) = some(random, table)
    rows = (*table.rows, table.rows[index])
    return harmless(replace(table, rows=rows).data, codes=frozenset({"duplicate-row"}))


def _contradiction(random: Random, table: Table) -> Damage:
    (index,) = some(random, table)
    row = table.rows[index]
    other = (*row[:9], "Direction générale", *row[10:])
    changed = replace(table, rows=(*table.rows, other))
    return spoiled(changed.data, [table.people[index]], "primary-key")


def _formula(random: Random, table: Table) -> Damage:
    (index,) = some(random, table)
    name = "=cmd|'/c calc'!A1"
    said = replace(table.people[index], first=name)
    return harmless(table.with_cell(index, "firstName", name).data, says=(said,))


def _swapped(random: Random, table: Table) -> Damage:
    """Two people have each other's number: names, births and mails are exchanged."""
    first, second = some(random, table, 2)
    one, two = table.rows[first], table.rows[second]
    changed = table.with_row(first, (*one[:2], *two[2:6], *one[6:8], two[8], *one[9:]))
    changed = changed.with_row(second, (*two[:2], *one[2:6], *two[6:8], one[8], *two[9:]))
    hit = [table.people[first], table.people[second]]
    return spoiled(changed.data, hit, "identity-changed", "swapped-identity", right=False)


def _renumbered_some(random: Random, table: Table) -> Damage:
    """A wrong join in the export gives a few people new numbers."""
    count = max(3, len(table.rows) * 3 // 100)
    place = COLUMNS.index("employeeNumber")
    changed = list(table.rows)
    for index in some(random, table, count):
        row = changed[index]
        changed[index] = (*row[:place], "9" + row[place][1:], *row[place + 1 :])
    return harmful(replace(table, rows=tuple(changed)).data)


MUTATIONS = (
    Mutation("lost zeros", 10, _numbers(lambda it: it.lstrip("0"))),
    Mutation("numbers as decimals", 10, _numbers(lambda it: it.lstrip("0") + ",0")),
    Mutation("more zeros", 10, _numbers(lambda it: "00" + it)),
    Mutation('numbers as ="00123"', 10, _marked_as_text('="{}"')),
    Mutation("numbers with an apostrophe", 10, _marked_as_text("'{}")),
    Mutation("a number in scientific notation", 10, _scientific),
    Mutation("month before day", 11, _dates(r"\2/\1/\3")),
    Mutation("years of two digits", 11, _two_digits),
    Mutation("dates as serials", 11, _serials),
    Mutation("a year of two digits", 11, _one("dtBirth", lambda it: it[:6] + it[8:], "date-year")),
    Mutation("a date as serial", 11, _one("dtContractStart", "45292", "date-serial")),
    Mutation("a day that is none", 11, _one("dtBirth", "31/02/1990", "type-error")),
    Mutation("month 13", 11, _one("dtBirth", "05/13/1990", "date-order")),
    Mutation("end before start", 11, _one("dtContractEnd", "01/01/1930", "date-period")),
    *(
        Mutation(f"no end as {cell}", 11, _no_end(cell))
        for cell in ("00/00/0000", "31/12/9999", "31/12/2099")
    ),
    Mutation("managers by mail", 14, _managers(lambda it: it.mail)),
    Mutation("managers by full name", 14, _managers(lambda it: f"{it.first} {it.last}")),
    Mutation("a row twice", 15, _repeated_row),
    Mutation("two rows that disagree", 15, _contradiction),
    Mutation("a formula as a name", 25, _formula),
    Mutation("everybody renumbered", 26, _numbers(lambda it: "7" + it[::-1])),
    Mutation("some renumbered", 26, _renumbered_some),
    Mutation("two people swapped", 0, _swapped),
    Mutation("a mail that is none", 0, _one("mail", "pas d'adresse", "type-error")),
    Mutation("a row without a number", 0, _one("employeeNumber", "", "key-error")),
)
