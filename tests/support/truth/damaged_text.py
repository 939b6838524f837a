"""Rows 1, 2, 6, 7, 13 of the table of ugly input: encodings, mojibake, line ends, look-alikes."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import replace
from random import Random

from truth.damage import Damage, Mutation, Mutator, Verdict, harmful, harmless, some, spoiled
from truth.table import Table

_PLAIN = {
    "utf-8": "utf-8",
    "utf-8 with BOM": "utf-8-sig",
    "utf-16-le without BOM": "utf-16-le",
    "utf-16-be without BOM": "utf-16-be",
}
_CODE_PAGES = ("cp1252", "iso8859-15", "cp850", "mac_roman")


def _encoded(encoding: str, mark: bytes = b"") -> Mutator:
    def mutate(random: Random, table: Table) -> Damage:
        return harmless(mark + table.text.encode(encoding))

    return mutate


def _code_page(encoding: str) -> Mutator:
    """Decoded exactly, or refused, or with a finding that it was guessed."""

    def mutate(random: Random, table: Table) -> Damage | None:
        try:
            data = table.text.encode(encoding)
        except UnicodeEncodeError:
            return None
        return Damage(data=data, verdict=Verdict.EITHER)

    return mutate


def _accented(table: Table) -> list[int]:
    return [n for n, row in enumerate(table.rows) if not (row[2] + row[3]).isascii()]


def _mojibake(random: Random, table: Table) -> Damage | None:
    if not _accented(table):
        return None
    text = table.text.encode("utf-8").decode("cp1252", "replace").replace("\ufffd", "Â")
    return harmful(text.encode("utf-8"), "mojibake")


def _one_mojibake(random: Random, table: Table) -> Damage | None:
    if not (accented := _accented(table)):
        return None
    index = random.choice(accented)
    row = table.rows[index]
    cells = [it.encode("utf-8").decode("cp1252", "replace").replace("\ufffd", "Â") for it in row]
    changed = replace(table.with_row(index, cells), encoding="utf-8-sig")
    return spoiled(changed.data, [table.people[index]], "mojibake")


def _replaced(random: Random, table: Table) -> Damage | None:
    if not _accented(table):
        return None
    text = "".join("\ufffd" if not it.isascii() else it for it in table.text)
    return harmful(text.encode("utf-8"), "mojibake", "encoding-error", "control-character")


def _question_marks(random: Random, table: Table) -> Damage | None:
    """Every accented letter became a question mark, as old databases do."""
    if len(_accented(table)) < max(3, len(table.rows) * 0.01 + 1):
        return None
    return harmful(table.text.encode("ascii", "replace"))


def _control(random: Random, table: Table) -> Damage:
    """Windows-1252 read as ISO 8859-1: the apostrophe became a control character."""
    (index,) = some(random, table)
    changed = replace(
        table.with_cell(index, "lastName", "D\x92" + table.rows[index][2]), encoding="utf-8-sig"
    )
    return spoiled(changed.data, [table.people[index]], "mojibake", "control-character")


def _nul(random: Random, table: Table) -> Damage:
    (index,) = some(random, table)
    cell = table.rows[index][2]
    changed = table.with_cell(index, "lastName", cell[:1] + "\0" + cell[1:])
    return spoiled(changed.data, [table.people[index]], "control-character")


def _mixed_ends(random: Random, table: Table) -> Damage:
    lines = (line.rstrip("\r\n") + random.choice(("\r\n", "\n")) for line in table.lines())
    return harmless(table.encode("".join(lines)))


def _ended_by(newline: str) -> Mutator:
    def mutate(random: Random, table: Table) -> Damage:
        return harmless(replace(table, newline=newline).data)

    return mutate


def _no_final_newline(random: Random, table: Table) -> Damage:
    return harmless(table.encode(table.text.rstrip("\r\n")))


def _blank_lines(random: Random, table: Table) -> Damage:
    lines = table.lines()
    lines.insert(random.randrange(1, len(lines)), "\r\n")
    blank = table.separator * (len(table.header) - 1) + "\r\n"
    return harmless(table.encode("".join([*lines, blank, blank, "\r\n", "\r\n"])))


def _decomposed(random: Random, table: Table) -> Damage:
    return harmless(unicodedata.normalize("NFD", table.text).encode("utf-8-sig"))


def _spaces(random: Random, table: Table) -> Damage:
    rows = tuple(
        (*row[:2], f" {row[2]}\u00a0", f"{row[3]}  ", f"{row[4]} ", *row[5:]) for row in table.rows
    )
    return harmless(replace(table, rows=rows, encoding="utf-8-sig").data)


def _capital_mails(random: Random, table: Table) -> Damage:
    return harmless(table.with_column("mail", [it.upper() for it in table.column("mail")]).data)


MUTATIONS = (
    *(Mutation(name, 1, _encoded(encoding)) for name, encoding in _PLAIN.items()),
    Mutation("utf-16-le with BOM", 1, _encoded("utf-16-le", codecs.BOM_UTF16_LE)),
    Mutation("utf-16-be with BOM", 1, _encoded("utf-16-be", codecs.BOM_UTF16_BE)),
    *(Mutation(name, 1, _code_page(name)) for name in _CODE_PAGES),
    Mutation("converted twice", 2, _mojibake),
    Mutation("one row converted twice", 2, _one_mojibake),
    Mutation("accents replaced by U+FFFD", 2, _replaced),
    Mutation("accents replaced by question marks", 2, _question_marks),
    Mutation("a C1 control character", 2, _control),
    Mutation("a NUL in a name", 6, _nul),
    Mutation("mixed line ends", 7, _mixed_ends),
    Mutation("LF only", 7, _ended_by("\n")),
    Mutation("CR only", 7, _ended_by("\r")),
    Mutation("no final newline", 7, _no_final_newline),
    Mutation("blank lines", 7, _blank_lines),
    Mutation("decomposed accents", 13, _decomposed),
    Mutation("spaces around names", 13, _spaces),
    Mutation("mails in capitals", 13, _capital_mails),
)
