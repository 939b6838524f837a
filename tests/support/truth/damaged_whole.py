"""Rows 17, 18, 23, 24, and partial files: what holds too little, or is no CSV at all."""

from __future__ import annotations

import gzip
import io
import zipfile
from random import Random

from truth.damage import Damage, Mutation, Mutator, Verdict, harmful, harmless, some
from truth.table import Table

_HTML = b"<!DOCTYPE html>\r\n<html><body><h1>502 Bad Gateway</h1></body></html>\r\n"
_PGP = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA0jZ3kJ8s1aXAQf+Jd\n-----END PGP MESSAGE-----\n"


def _constant(data: bytes, *codes: str) -> Mutator:
    def mutate(random: Random, table: Table) -> Damage:
        return harmful(data, *codes)

    return mutate


def _header_only(random: Random, table: Table) -> Damage:
    return harmful(table.keep([]).data, "no-rows")


def _cut(random: Random, table: Table) -> Damage:
    """The connection broke somewhere in the middle of a line."""
    data = table.data
    return harmful(data[: random.randrange(len(data) // 4, len(data) * 3 // 4)])


def _cut_at_line_end(random: Random, table: Table) -> Damage:
    count = len(table.rows)
    return harmful(table.keep(range(random.randrange(1, count * 7 // 10))).data)


def _cut_last(random: Random, table: Table) -> Damage:
    """Half of the last line is missing."""
    person = table.people[-1]
    data = table.data
    return Damage(
        data=data[: -random.randrange(4, 40)],
        verdict=Verdict.EITHER,
        spoiled=frozenset({person.key}),
        right=False,
    )


def _half(random: Random, table: Table) -> Damage:
    return harmful(table.keep(range(len(table.rows) // 2)).data)


def _two_thirds(random: Random, table: Table) -> Damage:
    lost = set(some(random, table, (len(table.rows) + 2) // 3))
    return harmful(table.keep(it for it in range(len(table.rows)) if it not in lost).data)


def _entity(random: Random, table: Table) -> Damage | None:
    entities = sorted({it.entity for it in table.people if it.end is None})
    if len(entities) < 2:
        return None
    lost = random.choice(entities)
    kept = [n for n, it in enumerate(table.people) if it.entity != lost]
    return harmful(table.keep(kept).data) if kept else None


def _omission(random: Random, table: Table) -> Damage:
    """One or two people are missing once: a record was locked while the file was written."""
    lost = set(some(random, table, 1 + (len(table.rows) > 100)))
    kept = table.keep(it for it in range(len(table.rows)) if it not in lost)
    return harmless(kept.data, omitted=frozenset(table.people[it].key for it in lost))


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))  # the same bytes at any time


def _zip(random: Random, table: Table) -> Damage:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(_member("users.csv"), table.data)
    return harmful(out.getvalue(), "format-error")


def _gzip(random: Random, table: Table) -> Damage:
    return harmful(gzip.compress(table.data, mtime=0), "format-error")


def _workbook(random: Random, table: Table) -> Damage:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(_member("[Content_Types].xml"), "<Types/>")
        archive.writestr(_member("xl/workbook.xml"), "<workbook/>")
    return harmful(out.getvalue(), "format-error")


MUTATIONS = (
    Mutation("an empty file", 17, _constant(b"", "empty-file")),
    Mutation("a header and nothing else", 17, _header_only),
    Mutation("cut in the middle", 18, _cut),
    Mutation("cut at the end of a line", 18, _cut_at_line_end),
    Mutation("cut in the last line", 18, _cut_last),
    Mutation("the first half", 18, _half),
    Mutation("a third missing", 18, _two_thirds),
    Mutation("a legal entity missing", 18, _entity),
    Mutation("people missing once", 18, _omission),
    Mutation("a zip archive", 23, _zip),
    Mutation("gzip", 23, _gzip),
    Mutation("a PGP message", 23, _constant(_PGP, "format-error")),
    Mutation("an HTML page", 24, _constant(_HTML, "format-error")),
    Mutation("a workbook", 24, _workbook),
)
