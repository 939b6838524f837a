"""What a column holds, told by its values."""

from __future__ import annotations

from collections import Counter

import pytest

from wharfinger.hooks.engine import Mapping, Sample
from wharfinger.hooks.engine.content import fits, recognise
from wharfinger.hooks.engine.mapping import Column


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        (Column(type="mail"), ["a@b.fr"] * 9 + ["-"], True),
        (Column(type="mail"), ["a@b.fr"] * 8 + ["-"] * 2, False),
        (Column(type="date"), ["2020-01-31", "31/12/2020"], True),
        (Column(type="date"), ["Martin"], False),
        (Column(type="number"), ["1,5", "1.5", "3"], True),
        (Column(type="number"), ["abc"], False),
        (Column(type="culture"), ["fr-FR"], True),
        (Column(), ["Martin"], True),
        (Column(), ["31/12/2020"], False),
        (Column(type="manager"), ["a@b.fr"], True),
        (Column(type="date", values={"x": "2020-01-01"}), ["x"], True),
        (Column(type="date"), [], True),
    ],
)
def test_what_a_column_can_be(column: Column, values: list[str], *, expected: bool) -> None:
    """Nine values in ten decide; an empty column can be anything."""
    assert fits(column, Counter(values)) is expected


COLUMNS = {
    "numero": ["00101", "00102", "00103"],
    "contact": ["a@b.fr", "b@b.fr", "c@b.fr"],
    "d1": ["01/02/2020", "01/02/2021", "01/02/2026"],
    "d2": ["31/12/2026"],
    "d3": ["01/02/1980", "01/02/1970", "01/02/1990"],
    "langue": ["fr-FR", "fr-FR", "fr-BE"],
    "pole": ["r & d", "R&D", "rd"],
    "prenom": ["Léa", "Paul", "Zoé"],
}


def test_columns_are_recognised(mapping: Mapping) -> None:
    """Mail addresses, dates of three kinds, languages, numbers, and values of a table."""
    departments = Column(values={"R&D": "Recherche"})
    columns = {**mapping.columns, "department": departments}
    sample = Sample(tuple(COLUMNS), tuple(Counter(it) for it in COLUMNS.values()), 3)
    found = recognise(mapping.model_copy(update={"columns": columns}), sample, range(8))
    assert {(name, sample.labels[place]) for name, place, _ in found} == {
        ("employeeNumber", "numero"),
        ("mail", "contact"),
        ("dtContractStart", "d1"),
        ("dtContractEnd", "d2"),
        ("dtBirth", "d3"),
        ("culture", "langue"),
        ("department", "pole"),
    }
