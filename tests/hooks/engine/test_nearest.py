"""The nearest of what is known."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.nearest import nearest, nearest_column, nearest_target


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Comptabilite", "Comptabilité"),
        ("COMPTABILITÉ ", "Comptabilité"),
        ("Comptabilté", "Comptabilité"),
        ("Ventes", "Vente"),
        ("Logistique", None),
        ("", None),
    ],
)
def test_the_nearest_text(text: str, near: str | None) -> None:
    """Case, accents and slips of the pen do not count; what has no letters is like nothing."""
    assert nearest(text, ["Vente", "Comptabilité", ""]) == near


def test_the_nearest_column_is_found_by_any_of_its_names() -> None:
    """Aliases count as much as the name."""
    columns = {"department": Column(aliases=("service",)), "csp": Column()}
    assert nearest_column("Services", columns) == "department"
    assert nearest_column("depart.ment", columns) == "department"
    assert nearest_column("bureau", columns) is None


def test_a_value_means_what_the_nearest_one_means() -> None:
    """Whether that is on the left of the table or on its right."""
    column = Column(values={"Rech. & Dev.": "R&D", "Compta": "Finances", "-": ""})
    assert nearest_target("Rech & Dev", column) == "R&D"
    assert nearest_target("Finance", column) == "Finances"
    assert nearest_target("Achats", column) is None
    assert nearest_target("Achats", Column()) is None
