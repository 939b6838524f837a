"""For every finding and every safeguard, files that bring it about; the docs show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from wharfinger.hooks.engine import Finding, ImportResult, edit_user, load_mapping, undo
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

GOOD = write_csv(make_row("1"), make_row("2"))
HEADER, FIRST, SECOND = GOOD.splitlines()

Example = Callable[[FeedHarness], Sequence[Finding]]
SafeguardExample = Callable[[FeedHarness], ImportResult]


def send(*contents: str | bytes, **changes: object) -> Example:
    """What the last of these files, one a day, has to say."""

    def example(feed: FeedHarness) -> Sequence[Finding]:
        if changes:
            feed.mapping = feed.mapping.model_copy(update=changes)
        findings: Sequence[Finding] = ()
        for day, content in enumerate(contents, 1):
            findings = feed.send(content, f"2026-11-{day:02}").findings
        return findings

    return example


def rows(*rows: dict[str, str], **changes: object) -> Example:
    """What a file with these rows has to say."""
    return send(write_csv(*rows), **changes)


def undone(*contents: str) -> Example:
    """What undoing the first of these files has to say."""

    def example(feed: FeedHarness) -> Sequence[Finding]:
        send(*contents)(feed)
        return undo(feed.directory, "import-1", "Léa").findings

    return example


def undo_cycle(feed: FeedHarness) -> Sequence[Finding]:
    """A was under B; since an import took A away from B, B has come under A."""
    for day, (one, two) in enumerate([("2", "2"), ("1", "2"), ("1", "1")], 1):
        content = write_csv(make_row("1", manager=one), make_row("2", manager=two))
        feed.send(content, f"2026-11-{day:02}")
    return undo(feed.directory, "import-2", "Léa").findings


def edited(owner: Literal["file", "local_wins"]) -> Example:
    """What a file has to say to a first name that was edited."""

    def example(feed: FeedHarness) -> Sequence[Finding]:
        columns = {**feed.mapping.columns, "firstName": Column(owner=owner)}
        feed.mapping = feed.mapping.model_copy(update={"columns": columns})
        feed.send(write_csv(make_row("1")))
        edit_user(feed.directory, feed.mapping, "FR01/1", {"firstName": "Zoé"}, "Léa")
        return feed.send(write_csv(make_row("1", lastName="Durand"))).findings

    return example


def out_of_date(feed: FeedHarness) -> Sequence[Finding]:
    """Yesterday's file comes after today's."""
    feed.mapping = feed.mapping.model_copy(update={"file_date": "users-%Y%m%d.csv"})
    feed.send(GOOD, file_name="users-20261102.csv")
    return feed.send(GOOD, file_name="users-20261101.csv").findings


VALUES = {
    **load_mapping("users").columns,
    "department": Column(values={"RH": "Ressources humaines"}),
}
STATUS = {
    **load_mapping("users").columns,
    "status": Column(type="status", values={"Présent": "active", "Sorti": "ended"}),
}
TWINS = [make_row(number, lastName="Dû") for number in "12"]

FINDINGS: dict[str, Example] = {
    "empty-file": send(""),
    "no-rows": send(HEADER + "\r\n"),
    "format-error": send(b"%PDF-1.7"),
    "encoding-error": send(GOOD.replace("Léa", "Παπαδόπουλος").encode("cp1253")),
    "mojibake": rows(make_row(firstName="FranÃ§ois")),
    "separator-error": send(GOOD.replace(";", "^")),
    "missing-label": rows({"legalEntity": "FR01"}),
    "duplicate-label": send(f"{HEADER};Matricule\r\n{FIRST};1\r\n"),
    "blank-label": send(f";{HEADER}\r\n;{FIRST}\r\n"),
    "extra-label": rows(make_row(note="x")),
    "preamble": send(f"Export\r\n{GOOD}"),
    "blank-row": send(f"{GOOD}\r\n"),
    "missing-final-newline": send(GOOD.rstrip()),
    "file-date-missing": send(GOOD, file_date="users-%Y%m%d.csv"),
    "file-out-of-date": out_of_date,
    "encoding-guessed": send(GOOD.replace("Léa", "5 £").encode("cp1252")),
    "encoding-changed": send(GOOD, GOOD.encode("utf-16")),
    "separator-changed": send(GOOD, GOOD.replace(";", ",")),
    "date-order-changed": rows(*(make_row(it, dtBirth="03/25/1980") for it in "12")),
    "quote-error": send(f'{HEADER}\r\nFR01;"1"2;D;L;a@b.fr;01/01/2020;\r\n'),
    "stray-quote": rows(make_row(lastName='Du"pont')),
    "multiline-cell": rows(make_row(lastName="Du\npont")),
    "missing-cell": send(f"{HEADER}\r\nFR01;1\r\n"),
    "extra-cell": send(f"{HEADER}\r\n{FIRST};x\r\n"),
    "repeated-header": send(f"{GOOD}{HEADER}\r\n"),
    "control-character": rows(make_row(lastName="Du\0pont")),
    "key-error": rows(make_row("")),
    "scientific-notation": rows(make_row("1,2E+11")),
    "primary-key": rows(make_row("1"), make_row("1", lastName="Durand")),
    "duplicate-row": rows(make_row("1"), make_row("1")),
    "constraint-error": rows(make_row(lastName="")),
    "value-kept": send(write_csv(make_row("1")), write_csv(make_row("1", lastName=""))),
    "type-error": rows(make_row(mail="jean")),
    "date-order": rows(make_row(dtBirth="03/25/1980")),
    "date-year": rows(make_row(dtBirth="03/02/80")),
    "date-serial": rows(make_row(dtBirth="29221")),
    "date-period": rows(make_row(dtContractEnd="01/01/2019")),
    "status-conflict": rows(make_row(dtContractEnd="31/12/2020", status="Présent"), columns=STATUS),
    "edit-overwritten": edited("file"),
    "local-kept": edited("local_wins"),
    "unknown-value": send(
        write_csv(make_row(department="RH")),
        write_csv(make_row(department="Paie")),
        columns=VALUES,
    ),
    "unknown-value-create": rows(make_row(department="Paie"), columns=VALUES),
    "identity-changed": send(
        write_csv(make_row("1", dtBirth="01/02/1980")),
        write_csv(make_row("1", dtBirth="03/04/1990", mail="zoe@acme.example")),
    ),
    "lost-zeros": send(write_csv(make_row("001")), write_csv(make_row("1"))),
    "renumbered": send(
        write_csv(make_row("1", mail="lea@acme.example")),
        write_csv(make_row("A", mail="lea@acme.example")),
    ),
    "homonym": send(write_csv(TWINS[0]), write_csv(*TWINS)),
    "backdated": send(GOOD, write_csv(make_row("1"), make_row("3"))),
    "manager-not-found": rows(make_row(manager="00999")),
    "manager-ambiguous": rows(*TWINS, make_row("3", manager="Léa Dû")),
    "manager-cycle": rows(make_row("1", manager="2"), make_row("2", manager="1")),
    "manager-leaver": rows(make_row("1", dtContractEnd="31/12/2020"), make_row("2", manager="1")),
    "absent": send(GOOD, f"{HEADER}\r\n{FIRST}\r\n"),
    "missing-user": send(GOOD, f"{HEADER}\r\n{FIRST}\r\n", absence="report"),
    "leavers-held": send(
        write_csv(*(make_row(it) for it in "1234")),
        write_csv(*(make_row(it, dtContractEnd="01/10/2026") for it in "1234")),
        hold="leavers",
    ),
    "absence-off": send(GOOD, f"{HEADER}\r\n{FIRST}\r\nFR01;\r\n"),
    "changed-since": undone(write_csv(make_row("1")), write_csv(make_row("1", lastName="Durand"))),
    "still-managing": undone(GOOD, write_csv(make_row("1"), make_row("3", manager="1"))),
    "undo-cycle": undo_cycle,
}


NAMES = (
    "Lefèvre", "Müller", "Côté", "Martin", "Durand", "Petit", "Moreau", "Prévost", "Garçon",
    "Lacroix", "Weiss", "Aubé",
)  # fmt: skip


def person(place: int, **cells: str) -> dict[str, str]:
    """A row for a firm in which no two people have anything in common."""
    return make_row(
        f"{place + 1:05}",
        lastName=NAMES[place],
        firstName=f"{chr(65 + place)}na",
        mail=f"p{place}@acme.example",
        dtContractStart=f"{place % 12 + 1:02}/0{(place + 3) % 9 + 1}/2019",
        dtBirth=f"{place + 1:02}/0{place % 8 + 2}/198{place % 10}",
        department=f"D{place % 3}",
        csp=f"C{place % 4}",
        **cells,
    )


FIRM = [person(place) for place in range(12)]


def swap(text: str) -> str:
    """A date with day and month in each other's place."""
    day, month, year = text.split("/")
    return f"{month}/{day}/{year}"


def _second(*rows: dict[str, str], before: Sequence[dict[str, str]] = FIRM) -> SafeguardExample:
    """What a file with these rows comes to, the day after one with the whole firm."""

    def example(feed: FeedHarness) -> ImportResult:
        feed.send(write_csv(*before), "2026-11-01")
        return feed.send(write_csv(*rows), "2026-11-02")

    return example


def _first(feed: FeedHarness) -> ImportResult:
    return feed.send(write_csv(*FIRM), "2026-11-01", first_import="hold")


def _misread(feed: FeedHarness) -> ImportResult:
    feed.send(write_csv(*FIRM), "2026-11-01")
    content = write_csv(*FIRM).encode("ascii", "replace")
    return feed.send(content, "2026-11-02")


def _many(count: int, **cells: str) -> list[dict[str, str]]:
    return [make_row(f"N{place:03}", lastName=f"N{place}", **cells) for place in range(count)]


def _numbered(change: Callable[[str], str]) -> list[dict[str, str]]:
    return [{**row, "employeeNumber": change(row["employeeNumber"])} for row in FIRM]


_CROWD = _many(40)

#: rule -> what happened, in a few words, and the files
SAFEGUARDS: dict[str, tuple[str, SafeguardExample]] = {
    "first-import": ("The first file of a firm of 12.", _first),
    "encoding": (
        "A conversion on the way wrote question marks where it had no letter with an accent.",
        _misread,
    ),
    "lost-zeros": (
        "The file was opened in a spreadsheet and saved: 00001 became 1.",
        _second(*_numbered(lambda number: number.lstrip("0"))),
    ),
    "key-churn": (
        "The firm has new payroll software, which gave everybody a new number.",
        _second(*_numbered(lambda number: f"Z{number}")),
    ),
    "swapped-identity": (
        "Somebody sorted the sheet by number, and not the other columns with it.",
        _second(*({**row, "employeeNumber": f"{12 - i:05}"} for i, row in enumerate(FIRM))),
    ),
    "shifted-columns": (
        "First names stand in the column of last names, and last names in that of first names.",
        _second(
            *({**row, "lastName": row["firstName"], "firstName": row["lastName"]} for row in FIRM)
        ),
    ),
    "date-order": (
        "The export was switched to English, and writes the month first.",
        _second(*({**row, "dtBirth": swap(row["dtBirth"])} for row in FIRM)),
    ),
    "entities": (
        "The export of the legal entity FR02 failed.",
        _second(
            *_CROWD,
            before=[*_CROWD, *_many(1, legalEntity="FR02", mail="one@acme.example")],
        ),
    ),
    "mojibake": (
        "UTF-8 was read as cp1252 on its way, and written as UTF-8 again.",
        _second(*({**row, "lastName": f"{row['lastName']} FranÃ§ois"} for row in FIRM)),
    ),
    "leavers": ("The file of a firm of 12 lost its second half.", _second(*FIRM[:6])),
    "small-firm": (
        "The file of a firm of 6 lost two rows.",
        _second(*FIRM[:4], before=FIRM[:6]),
    ),
    "row-count": (
        "Of the 40 rows of yesterday, the file has 30; some of them left long ago.",
        _second(
            *_CROWD[:30],
            before=[*_CROWD[:30], *({**it, "dtContractEnd": "31/12/2025"} for it in _CROWD[30:])],
        ),
    ),
    "row-growth": (
        "The file of a firm of 12 has the rows of another firm as well.",
        _second(*FIRM, *_many(9)),
    ),
    "row-errors": (
        "The mail addresses of a firm of 12 lost their @.",
        _second(*({**row, "mail": row["mail"].replace("@", "(at)")} for row in FIRM)),
    ),
    "creates": (
        "Twelve people are new in a firm of 40.",
        _second(*_CROWD, *FIRM, before=_CROWD),
    ),
    "column": (
        "Everybody's department became the same.",
        _second(*({**row, "department": "DEFAULT"} for row in FIRM)),
    ),
    "updates": (
        "In a firm of 40, half the people have another department and the others another contract.",
        _second(
            *({**row, "department": "D"} for row in _CROWD[:20]),
            *({**row, "csp": "C"} for row in _CROWD[20:]),
            before=[{**row, "department": "A", "csp": "B"} for row in _CROWD],
        ),
    ),
}
