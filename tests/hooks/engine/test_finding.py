"""Findings: every code has an example that brings it about, in words for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import (
    CATALOGUE,
    Finding,
    Mapping,
    edit_user,
    load_mapping,
    translate,
    undo,
)
from wharfinger.hooks.engine.finding import LONGEST_VALUE, address, make_finding
from wharfinger.hooks.engine.language import Text
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

GOOD = write_csv(make_row("1"), make_row("2"))
HEADER, FIRST, SECOND = GOOD.splitlines()

Example = Callable[[FeedHarness], Sequence[Finding]]


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

EXAMPLES: dict[str, Example] = {
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
    "absence-off": send(GOOD, f"{HEADER}\r\n{FIRST}\r\nFR01;\r\n"),
    "changed-since": undone(write_csv(make_row("1")), write_csv(make_row("1", lastName="Durand"))),
    "still-managing": undone(GOOD, write_csv(make_row("1"), make_row("3", manager="1"))),
    "undo-cycle": undo_cycle,
}


def test_every_code_has_an_example() -> None:
    """A code that nothing brings about is not in the catalogue."""
    assert EXAMPLES.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_can_be_brought_about(code: str, feed: FeedHarness) -> None:
    """The example of each code leads to it, in whole sentences with nothing left to fill in."""
    findings = [finding for finding in EXAMPLES[code](feed) if finding.code == code]
    assert findings
    for finding in findings:
        assert finding.severity == CATALOGUE[code].severity
        for text in (finding.message, finding.hint):
            assert re.fullmatch(r"[A-Z“].*[.”]", text), text
            assert "None" not in text
            assert "{" not in text.replace("{empty}", "")
            assert translate(text, "fr") != text
            assert isinstance(text, Text)
            phrases = {"kind", "remedy", "separator", "read", "order"} & text.words.keys()
            assert all(isinstance(text.words[name], Text) for name in phrases), text


def test_a_cell_has_the_address_that_a_spreadsheet_shows() -> None:
    """Columns are letters, and after Z comes AA."""
    places = (0, 3, 25, 26, 701, 702)
    assert [address(place, 412) for place in places] == [
        "A412",
        "D412",
        "Z412",
        "AA412",
        "ZZ412",
        "AAA412",
    ]


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_no_two_columns_share_an_address(one: int, other: int) -> None:
    """Addresses tell columns apart."""
    assert (address(one, 1) == address(other, 1)) == (one == other)


def test_a_long_value_is_cut() -> None:
    """A runaway cell does not fill the report."""
    finding = make_finding("extra-label", line=1, index=0, value="x" * 5000)
    assert finding.value is not None
    assert len(finding.value) == LONGEST_VALUE
    assert finding.value.endswith("…")
    assert len(finding.message) < 2 * LONGEST_VALUE


def test_a_finding_is_told_like_the_contract_says(tmp_path: Path, mapping: Mapping) -> None:
    """The names in reports are those that others script against."""
    content = write_csv(make_row("00123", manager="FR01/00999"))
    (finding,) = FeedHarness(tmp_path, mapping).send(content).findings
    told = finding.as_dict()
    assert list(told) == [
        "line",
        "cell",
        "column",
        "key",
        "code",
        "severity",
        "value",
        "message",
        "hint",
    ]
    assert {name: told[name] for name in list(told)[:7]} == {
        "line": 2,
        "cell": "H2",
        "column": "manager",
        "key": "FR01/00123",
        "code": "manager-not-found",
        "severity": "warning",
        "value": "FR01/00999",
    }
