"""Headers."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine import FileRejected, Finding, Mapping
from wharfinger.hooks.engine.header import Header, find_header

GOOD = "legalEntity;ID Number;LASTNAME;first_name;e-mail;Contract Start;Éxtra"


def find(text: str, mapping: Mapping, separator: str = ";") -> Header:
    """The header of a text."""
    return find_header(text.splitlines(keepends=True), separator, mapping, 0)


def refuse(text: str, mapping: Mapping, separator: str = ";") -> tuple[Finding, ...]:
    """Why a text has no header."""
    with pytest.raises(FileRejected) as caught:
        find(text, mapping, separator)
    return caught.value.findings


def test_labels_are_matched_with_columns(mapping: Mapping) -> None:
    """Labels are recognised whatever their case, spaces, accents and punctuation."""
    header = find(GOOD, mapping)
    assert header.line == 1
    assert header.places == {
        "legalEntity": 0,
        "employeeNumber": 1,
        "lastName": 2,
        "firstName": 3,
        "mail": 4,
        "dtContractStart": 5,
    }
    assert [(it.code, it.severity, it.cell) for it in header.findings] == [
        ("extra-label", "info", "G1")
    ]


def test_a_label_that_is_nearly_right_is_named(mapping: Mapping) -> None:
    """An unknown label that looks like a missing column comes with that column's name."""
    header = find(GOOD + ";Departmnt", mapping)
    assert "department" in header.findings[-1].hint


def test_a_header_below_title_lines_is_found(mapping: Mapping) -> None:
    """The header may stand below titles, and the report says in which line it was found."""
    header = find(f"Export paie;;\n\n{GOOD}\n", mapping)
    assert header.line == 3
    assert header.findings[0].code == "preamble"


def test_a_header_that_comes_too_late_is_not_looked_for(mapping: Mapping) -> None:
    """Below ten rows there is no header any more."""
    findings = refuse("titre\n" * 10 + GOOD, mapping)
    assert {finding.code for finding in findings} == {"missing-label"}


def test_every_missing_column_is_named(mapping: Mapping) -> None:
    """The sender learns of all missing columns at once."""
    findings = refuse("legalEntity;ID number;lastName;firstName\n", mapping)
    assert [(it.code, it.column) for it in findings] == [
        ("missing-label", "mail"),
        ("missing-label", "dtContractStart"),
    ]


def test_a_default_makes_up_for_a_missing_column(mapping: Mapping) -> None:
    """A required column with a default for everybody may be missing."""
    mapping = mapping.model_copy(update={"defaults": {"legalEntity": "FR01"}})
    assert "legalEntity" not in find(GOOD.partition(";")[2], mapping).places


@pytest.mark.parametrize("separator", ["^", "~", "#"])
def test_a_wrong_separator_is_named(mapping: Mapping, separator: str) -> None:
    """A header in one piece is a wrong separator, and not seven missing columns."""
    (finding,) = refuse(GOOD.replace(";", separator), mapping)
    assert finding.code == "separator-error"
    assert separator in finding.message
    assert "a semicolon, a comma, a tab or a vertical bar" in finding.message


def test_a_separator_that_is_not_the_pinned_one_is_named(mapping: Mapping) -> None:
    """With a pin, any other separator is a wrong one."""
    pinned = mapping.model_copy(update={"separator": ";"})
    (finding,) = refuse(GOOD.replace(";", ","), pinned)
    assert finding.message == "The columns seem to be separated by a comma; read is a semicolon."


def test_a_column_that_comes_twice_is_refused(mapping: Mapping) -> None:
    """Two labels for one column leave open which of them counts."""
    (finding,) = refuse(f"{GOOD};mail", mapping)
    assert (finding.code, finding.column, finding.cell) == ("duplicate-label", "mail", "H1")


def test_a_column_without_a_label_is_told(mapping: Mapping) -> None:
    """A blank label in between is worth a remark; blank ones at the end are only padding."""
    header = find(f";{GOOD};;", mapping)
    assert [(it.code, it.cell) for it in header.findings] == [
        ("blank-label", "A1"),
        ("extra-label", "H1"),
    ]


def test_a_damaged_header_is_refused(mapping: Mapping) -> None:
    """Text that was converted twice is never imported."""
    (finding,) = refuse(f"{GOOD};PrÃ©nom", mapping)
    assert finding.code == "mojibake"
