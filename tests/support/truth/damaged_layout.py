"""Rows 3, 4, 5, 8, 9: separators, quotation marks, widths, headers."""

from __future__ import annotations

import csv
from dataclasses import replace
from random import Random

from truth.damage import Damage, Mutation, Mutator, harmful, harmless, people_at, some, spoiled
from truth.person import COLUMNS
from truth.table import Table

_ALIASES = {
    "legalEntity": "Établissement",
    "employeeNumber": "MATRICULE",
    "lastName": "last name",
    "firstName": "FIRSTNAME",
    "mail": "E-mail",
    "department": "Service",
}
_QUOTES = ("quote-error", "stray-quote", "multiline-cell", "missing-cell", "extra-cell")


def _separated(separator: str) -> Mutator:
    def mutate(random: Random, table: Table) -> Damage:
        return harmless(replace(table, separator=separator).data)

    return mutate


def _sep_line(random: Random, table: Table) -> Damage:
    return harmless(table.encode("sep=;\r\n" + table.text))


def _all_quoted(random: Random, table: Table) -> Damage:
    return harmless(replace(table, quoting=csv.QUOTE_ALL).data)


def _nickname(random: Random, table: Table) -> Damage:
    """Quotation marks that are written as they should be."""
    (index,) = some(random, table)
    name = f'{table.people[index].first} "Jojo"'
    said = replace(table.people[index], first=name)
    return harmless(table.with_cell(index, "firstName", name).data, says=(said,))


def _swallowed(random: Random, table: Table) -> Damage:
    """A cell opens a quotation mark, another one some rows on opens one too."""
    count = len(table.rows)
    first = random.randrange(count - 1)
    last = min(count - 1, first + random.choice((1, 2, 5, count // 3)))
    lines = table.lines()
    for place in (first, last):
        cells = lines[place + 1].split(";")
        cells[2] = '"' + cells[2]
        lines[place + 1] = ";".join(cells)
    hit = people_at(table, range(first, last + 1))
    return spoiled(table.encode("".join(lines)), hit, *_QUOTES, "row-errors", right=False)


def _unclosed(random: Random, table: Table) -> Damage:
    """One cell opens a quotation mark that nothing closes: all below it is in that cell."""
    first = random.randrange(len(table.rows))
    lines = table.lines()
    cells = lines[first + 1].split(";")
    cells[2] = '"' + cells[2]
    lines[first + 1] = ";".join(cells)
    hit = people_at(table, range(first, len(table.rows)))
    return spoiled(table.encode("".join(lines)), hit, *_QUOTES, "row-errors", right=False)


def _stray_quote(random: Random, table: Table) -> Damage:
    (index,) = some(random, table)
    lines = table.lines()
    cells = lines[index + 1].split(";")
    cells[2] = 'd"' + cells[2]
    lines[index + 1] = ";".join(cells)
    return spoiled(table.encode("".join(lines)), people_at(table, [index]), "stray-quote")


def _wider(random: Random, table: Table) -> Damage:
    """A name contains the separator and nobody quoted it."""
    (index,) = some(random, table)
    row = table.rows[index]
    changed = table.with_row(index, (*row[:2], "De", *row[2:]))
    return spoiled(changed.data, people_at(table, [index]), "extra-cell")


def _narrower(random: Random, table: Table) -> Damage:
    (index,) = some(random, table)
    row = table.rows[index]
    changed = table.with_row(index, (*row[:3], *row[4:]))
    return spoiled(changed.data, people_at(table, [index]), "missing-cell")


def _many_wider(random: Random, table: Table) -> Damage:
    rows = tuple((*row[:9], "x", *row[9:]) if n % 3 else row for n, row in enumerate(table.rows))
    return harmful(replace(table, rows=rows).data, "row-errors", "extra-cell")


def _headed(**labels: str) -> Mutator:
    def mutate(random: Random, table: Table) -> Damage:
        header = tuple(labels.get(name, name) for name in table.header)
        return harmless(replace(table, header=header, encoding="utf-8-sig").data)

    return mutate


def _renamed(random: Random, table: Table) -> Damage:
    header = tuple("Zone 3" if it == "lastName" else it for it in table.header)
    return harmful(replace(table, header=header).data, "missing-label")


def _twice(random: Random, table: Table) -> Damage:
    header = tuple("email" if it == "login" else it for it in table.header)
    return harmful(replace(table, header=header).data, "duplicate-label")


def _more(label: str) -> Mutator:
    def mutate(random: Random, table: Table) -> Damage:
        rows = tuple((*row[:6], str(n), *row[6:]) for n, row in enumerate(table.rows))
        header = (*table.header[:6], label, *table.header[6:])
        return harmless(replace(table, header=header, rows=rows).data)

    return mutate


def _reordered(random: Random, table: Table) -> Damage:
    order = random.sample(range(len(COLUMNS)), len(COLUMNS))
    rows = tuple(tuple(row[it] for it in order) for row in table.rows)
    header = tuple(table.header[it] for it in order)
    return harmless(replace(table, header=header, rows=rows).data)


def _title(random: Random, table: Table) -> Damage:
    return harmless(table.encode("Export des salariés\r\nÉdité le 03/02/2026\r\n\r\n" + table.text))


def _repeated_header(random: Random, table: Table) -> Damage:
    lines = table.lines()
    lines.insert(random.randrange(1, len(lines)), lines[0])
    return spoiled(table.encode("".join(lines)), [], "repeated-header")


def _no_header(random: Random, table: Table) -> Damage:
    return harmful(table.encode("".join(table.lines()[1:])), "missing-label")


def _shifted(random: Random, table: Table) -> Damage:
    """From the names on, every cell stands one column too far to the right."""
    rows = tuple((*row[:2], row[-1], *row[2:-1]) for row in table.rows)
    return harmful(replace(table, rows=rows).data)


def _swapped_labels(random: Random, table: Table) -> Damage:
    """The labels of two columns were exchanged: first names are read as last names."""
    swap = {"lastName": "firstName", "firstName": "lastName"}
    header = tuple(swap.get(it, it) for it in table.header)
    return harmful(replace(table, header=header).data)


def _sorted_alone(column: str) -> Mutator:
    """In a spreadsheet, one column was sorted and the others were not."""

    def mutate(random: Random, table: Table) -> Damage | None:
        cells = table.column(column)
        moved = cells[1:] + cells[:1]
        strangers = sum(a != b for a, b in zip(cells, moved, strict=True))
        if strangers < max(6, len(cells) * 0.7):
            return None  # as many people may move in a day
        return harmful(table.with_column(column, moved).data)

    return mutate


MUTATIONS = (
    Mutation("comma", 3, _separated(",")),
    Mutation("tab", 3, _separated("\t")),
    Mutation("vertical bar", 3, _separated("|")),
    Mutation("a sep= line", 3, _sep_line),
    Mutation("all cells quoted", 4, _all_quoted),
    Mutation("a nickname in quotation marks", 4, _nickname),
    Mutation("two quotation marks swallow rows", 4, _swallowed),
    Mutation("an unclosed quotation mark", 4, _unclosed),
    Mutation("a stray quotation mark", 4, _stray_quote),
    Mutation("a row too wide", 5, _wider),
    Mutation("a row too narrow", 5, _narrower),
    Mutation("many rows too wide", 5, _many_wider),
    Mutation("aliases, case and accents in labels", 8, _headed(**_ALIASES)),
    Mutation("a renamed label", 8, _renamed),
    Mutation("a label twice", 8, _twice),
    Mutation("an unknown column", 8, _more("Ticket restaurant")),
    Mutation("a column without a label", 8, _more("")),
    Mutation("columns in another order", 8, _reordered),
    Mutation("title lines", 9, _title),
    Mutation("a repeated header", 9, _repeated_header),
    Mutation("no header", 9, _no_header),
    Mutation("shifted columns", 0, _shifted),
    Mutation("swapped labels", 0, _swapped_labels),
    *(
        Mutation(f"{column} sorted alone", 0, _sorted_alone(column))
        for column in ("lastName", "mail", "dtBirth", "department")
    ),
)
