"""Specimen files: an import comes to the truth that they state."""

from __future__ import annotations

from pathlib import Path

import pytest

from wharfinger.hooks.engine import State, load_mapping
from wharfinger.hooks.engine.specimen import (
    DEPARTMENTS,
    Company,
    load_specimen_mapping,
    mapping_text,
)
from wharfinger.hooks.engine.testing import FeedHarness


@pytest.mark.parametrize(("seed", "people", "bad_rows"), [(1, 300, 2), (2, 12, 1), (3, 1, 0)])
def test_an_import_comes_to_the_truth(
    tmp_path: Path, seed: int, people: int, bad_rows: int
) -> None:
    """Users, managers, findings and leavers are those that the file was made with, day by day."""
    feed = FeedHarness(tmp_path, load_specimen_mapping())
    company = Company(seed, people, bad_rows=bad_rows)
    day = company.first_day()
    for _ in range(5):
        result = feed.send(day.csv, day.day.isoformat())
        assert result.state in {State.APPLIED, State.APPLIED_WITH_WARNINGS}
        users = feed.users()
        assert {key: dict(user.values) for key, user in users.items()} == day.users
        assert {key: user.manager for key, user in users.items()} == day.managers
        remarks = {"encoding-guessed", "backdated", "homonym"}
        rows = [(it.line, it.code) for it in result.findings if it.code not in remarks]
        assert rows == list(day.findings)
        changes = result.report["changes"]
        leavers = sorted(it["key"] for it in changes if it["kind"] == "leaver")
        assert leavers == sorted(day.leavers)
        assert {it["key"] for it in changes} >= {*day.hired, *day.leavers, *day.moved}
        day = company.next_day()


def test_a_day_has_something_of_everything() -> None:
    """Bad rows, new users, leavers and moves are in the second file."""
    company = Company(1, 300)
    assert len(company.first_day().findings) == 2
    day = company.next_day()
    assert (len(day.hired), len(day.leavers), len(day.moved)) == (3, 3, 3)


def test_the_same_seed_makes_the_same_files() -> None:
    """Whoever runs the demonstration sees the same firm."""
    one, other = Company(7, 50), Company(7, 50)
    assert one.first_day() == other.first_day()
    assert one.next_day() == other.next_day()
    assert Company(8, 50).first_day().csv != Company(7, 50).first_day().csv


def test_files_are_as_french_software_writes_them() -> None:
    """Semicolons, cp1252 with accents, days before months, departments in the firm's own words."""
    text = Company(1, 300, bad_rows=0).first_day().csv.decode("cp1252")
    header, first = text.splitlines()[:2]
    assert header.startswith("legalEntity;ID number;lastName")
    assert first.startswith("FR01;00101;")
    assert any(not letter.isascii() for letter in text)
    assert any(label in text for label in DEPARTMENTS)


def test_the_mapping_is_the_one_called_users_with_departments() -> None:
    """It can be written to a file and read from there."""
    mapping = load_specimen_mapping()
    users = load_mapping("users")
    assert mapping.name == "specimen"
    assert mapping.columns["department"].values == DEPARTMENTS
    assert mapping.columns.keys() == users.columns.keys()
    assert 'name = "specimen"' in mapping_text()


def test_a_year_of_files_is_applied_day_by_day() -> None:
    """The firm keeps its size, so no safeguard ever objects to one of its days."""
    company = Company(3, 60)
    first = company.first_day()
    for _ in range(365):
        day = company.next_day()
    lines = [len(it.csv.splitlines()) for it in (first, day)]
    assert lines[1] < lines[0] * 2
    staying = [it for it in day.users.values() if "dtContractEnd" not in it]
    assert len(staying) == 60
