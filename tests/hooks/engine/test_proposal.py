"""Proposals for a mapping that does not know a file."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from wharfinger.hooks.engine import Mapping, Proposal, propose
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.sample import take_sample
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

UNKNOWN = """\
Entité légale;N° matricule;Nom de famille;Prénom usuel;Poste;Date d'entrée société;Fin;Né le;Pôle
FR01;00001;MARTIN;Claire;claire@acme.fr;2020-02-01;;1980-03-25;R & D
FR01;00002;DURAND;Paul;paul@acme.fr;2021-03-15;2026-12-31;1975-01-02;Compta.
FR01;00003;PETIT;Zoé;zoe@acme.fr;2021-03-15;;1975-01-02;R & D
FR01;00004;GRAND;Léa;lea@acme.fr;2021-03-15;;1985-01-02;Achats
"""


def with_departments(mapping: Mapping) -> Mapping:
    """The mapping with a table of departments."""
    column = Column(aliases=("Pôle",), values={"R&D": "Recherche", "Compta": "Finances"})
    return mapping.model_copy(update={"columns": {**mapping.columns, "department": column}})


def proposals(mapping: Mapping, text: str) -> list[Proposal]:
    """What is proposed for the text."""
    return propose(mapping, take_sample(iter(text.splitlines(keepends=True)), mapping))


def apply(mapping: Mapping, found: list[Proposal]) -> Mapping:
    """The mapping with each line put into its table."""
    data: dict[str, Any] = mapping.model_dump()
    for proposal in found:
        table = data
        for name in proposal.table.split(".") if proposal.table else ():
            table = table[name]
        table.update(tomllib.loads(proposal.line))
    return Mapping.model_validate(data)


def test_a_file_can_be_read_once_the_lines_are_pasted(feed: FeedHarness) -> None:
    """Headers by their labels or by what stands below them, dates, and the values of tables."""
    mapping = with_departments(feed.mapping)
    found = proposals(mapping, UNKNOWN)
    assert [(it.table, it.rows) for it in found] == [
        ("", 9),
        ("columns.employeeNumber", 4),
        ("columns.lastName", 4),
        ("columns.firstName", 4),
        ("columns.mail", 4),
        ("columns.dtContractStart", 4),
        ("columns.dtContractEnd", 1),
        ("columns.dtBirth", 4),
        ("columns.department.values", 2),
        ("columns.department.values", 1),
        ("columns.department.values", 1),
    ]
    assert [it.line for it in found[-3:]] == [
        '"R & D" = "Recherche"',
        '"Achats" = "…"',
        '"Compta." = "Finances"',
    ]
    assert [it.reason for it in found[3:5]] == [
        "“Prénom usuel” is like firstName",
        "“Poste” holds mail addresses",
    ]
    feed.mapping = apply(mapping, found)
    result = feed.send(UNKNOWN)
    assert (result.counts["creates"], result.findings) == (4, ())
    assert proposals(feed.mapping, UNKNOWN) == []


def test_a_label_with_the_wrong_content_is_not_proposed(mapping: Mapping) -> None:
    """A column called almost like one of dates, but with names in it, is another one."""
    text = write_csv({**make_row("1"), "dtBirths": "Martin", "e mails": "07 00 00 00 00"})
    assert proposals(mapping, text) == []


def test_each_column_is_proposed_once(mapping: Mapping) -> None:
    """The likelier of two labels gets it."""
    row = make_row("1")
    del row["mail"]
    text = write_csv({**row, "e-mail pro": "a@b.fr", "e-mails": "c@b.fr"})
    (only,) = proposals(mapping, text)
    assert only.line.endswith('"courriel", "e-mails"]')


@pytest.mark.parametrize(
    ("dates", "proposed"),
    [
        (["01/02/2020", "13/02/2020"], []),
        (["2020-02-13"], ['dates = "yyyy-mm-dd"']),
        (["02/13/2020", "02/02/2020"], ['dates = "mm/dd/yyyy"']),
        (["02/13/2020", "13/02/2020"], []),
        ([""], []),
    ],
)
def test_another_order_of_dates(mapping: Mapping, dates: list[str], proposed: list[str]) -> None:
    """Only where one order reads every date, and it is not that of the mapping."""
    rows = [make_row("1", dtContractStart="", dtBirth=it) for it in dates]
    assert [it.line for it in proposals(mapping, write_csv(*rows))] == proposed


def test_dates_that_several_orders_read(mapping: Mapping) -> None:
    """Nobody can tell which one is meant, so none is proposed."""
    pinned = mapping.model_copy(update={"dates": "yyyy-mm-dd"})
    rows = [make_row("1", dtContractStart="01/02/2020", dtBirth="03/04/1980")]
    assert proposals(pinned, write_csv(*rows)) == []


def test_values_that_need_no_line(mapping: Mapping) -> None:
    """What is known, what may pass, and what stands for nothing."""
    columns = {
        **mapping.columns,
        "department": Column(values={"R&D": "Recherche"}),
        "csp": Column(values={"C": "Cadre"}, unknown="pass"),
    }
    changed = mapping.model_copy(update={"columns": columns, "nulls": ("N/A",)})
    values = [("R&D", "C"), ("Recherche", "Ouvrier"), ("N/A", ""), ("", "x"), ("{empty}", "y")]
    rows = [
        make_row(str(number), department=it, csp=csp) for number, (it, csp) in enumerate(values)
    ]
    assert proposals(changed, write_csv(*rows)) == []
    cultures = [make_row("1", culture="fr_FR"), make_row("2", culture="français")]
    assert [it.line for it in proposals(mapping, write_csv(*cultures))] == ['"français" = "…"']


def test_a_report_lists_new_values_once(feed: FeedHarness) -> None:
    """With how often they came, what is near, and the line to paste; each row is still told."""
    feed.mapping = with_departments(feed.mapping)
    names = ["R&D", "Compta.", "Compta.", "Achats", "Compta."]
    rows = [make_row(str(number), department=it) for number, it in enumerate(names)]
    feed.send(write_csv(*(make_row(str(number)) for number in range(4))), "2026-11-01")
    result = feed.send(write_csv(*rows), "2026-11-02")
    assert result.report["new_values"] == [
        {
            "column": "department",
            "value": "Compta.",
            "rows": 3,
            "nearest": "Finances",
            "table": "columns.department.values",
            "line": '"Compta." = "Finances"',
        },
        {
            "column": "department",
            "value": "Achats",
            "rows": 1,
            "nearest": None,
            "table": "columns.department.values",
            "line": '"Achats" = "…"',
        },
    ]
    told = [it for it in result.findings if it.value == "Compta."]
    assert [it.code for it in told] == ["unknown-value"] * 2 + ["unknown-value-create"]
    (hint,) = {str(it.hint) for it in told}
    assert hint == (
        "If it means “Finances”, say so in [columns.department.values] of the mapping:"
        ' “"Compta." = "Finances"”'
    )
