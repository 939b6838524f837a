"""Whether two records are about the same person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wharfinger.hooks.engine import User
from wharfinger.hooks.engine.person import changed_identity, is_shifted

LEA = {
    "legalEntity": "FR01",
    "employeeNumber": "00101",
    "lastName": "Martin",
    "firstName": "Léa",
    "mail": "lea.martin@acme.example",
    "dtBirth": "1980-02-01",
    "dtContractStart": "2020-01-01",
    "department": "Paie",
    "csp": "Cadre",
}


def user(**changes: str | None) -> User:
    """Léa with these changes."""
    values = {name: value for name, value in {**LEA, **changes}.items() if value is not None}
    return User(key="FR01/00101", feed="a:/b", values=values)


@pytest.mark.parametrize(
    "changes",
    [
        {"lastName": "Durand", "firstName": "Paul"},
        {"dtBirth": "1990-01-01"},
        {"mail": "paul@acme.example"},
        # marriage, and the address that comes with it
        {"lastName": "Durand", "mail": "lea.durand@acme.example"},
        {"lastName": "Durand", "mail": "ldurand@acme.example", "dtBirth": "1980-02-11"},
        {"lastName": "Martin-Durand", "firstName": "LEA", "mail": "lmd@acme.example"},
        # the firm renames itself while a date is corrected
        {"mail": "Lea.Martin@acme-group.example", "dtBirth": "1980-02-11"},
        # first and last name were in each other's column
        {"lastName": "Léa", "firstName": "Martin", "mail": "x@acme.example"},
        {"employeeNumber": "101", "mail": "x@acme.example"},
    ],
)
def test_the_same_person(changes: dict[str, str]) -> None:
    """One thing may change, and a name in part."""
    assert changed_identity(user(), user(**changes)) == []


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        (
            {"lastName": "Durand", "firstName": "Paul", "mail": "paul@acme.example"},
            ["lastName", "mail"],
        ),
        (
            {"lastName": "Durand", "firstName": "Paul", "dtBirth": "1990-01-01"},
            ["lastName", "dtBirth"],
        ),
        ({"dtBirth": "1990-01-01", "mail": "paul@acme.example"}, ["dtBirth", "mail"]),
        ({"employeeNumber": "00202", "dtBirth": "1990-01-01"}, ["dtBirth", "employeeNumber"]),
    ],
)
def test_somebody_else(changes: dict[str, str], columns: list[str]) -> None:
    """Two things at once make somebody else."""
    assert changed_identity(user(), user(**changes)) == columns


def test_what_was_not_known_cannot_change() -> None:
    """A birth date that comes for the first time says nothing, nor one that goes."""
    changes = {"mail": "paul@acme.example"}
    assert changed_identity(user(dtBirth=None), user(**changes)) == []
    assert changed_identity(user(), user(dtBirth=None, **changes)) == []


def test_what_was_edited_by_hand_says_nothing() -> None:
    """The file goes on saying what it said before."""
    edited = replace(user(mail="typed@acme.example", dtBirth="1980-03-01"), edited=("mail",))
    assert changed_identity(edited, user()) == []


@pytest.mark.parametrize(
    ("changes", "shifted"),
    [
        ({"csp": "Paie"}, True),
        ({"lastName": "Léa", "firstName": "Martin"}, True),
        ({"dtContractEnd": "2020-01-01"}, True),
        ({"csp": "Employé", "department": "Commerce"}, False),
        # a column that comes for the first time may repeat another one
        ({"login": "lea.martin@acme.example"}, False),
        ({}, False),
    ],
)
def test_cells_in_another_column(changes: dict[str, str], shifted: bool) -> None:
    """A cell that the user had in another column before."""
    assert is_shifted(user(), changes) is shifted
