"""Clients: names that can be folders, and time zones that there are."""

from __future__ import annotations

import pytest

from wharfinger.server.accounts.client import check_client_name, check_timezone
from wharfinger.server.exceptions import InputInvalid


@pytest.mark.parametrize("name", ["a", "acme", "acme-france.2_b", "9", "x" * 63])
def test_what_can_be_a_name(name: str) -> None:
    """Small letters, digits, and . _ - between them."""
    assert check_client_name(name) == name


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("Société Générale", "societe-generale"),
        ("ACME", "acme"),
        ("..", "acme"),
        ("../../etc", "etc"),
        ("a/b", "a-b"),
        ("acme\n", "acme"),
        ("\0", "acme"),
        ("x" * 200, "x" * 63),
        ("", "acme"),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_one_that_can(name: str, proposal: str) -> None:
    """It is a folder of the home, and the hint can be pasted."""
    with pytest.raises(InputInvalid, match="cannot be a client's name") as refused:
        check_client_name(name)
    assert refused.value.hint == f"for example: {proposal}"
    assert check_client_name(proposal) == proposal


@pytest.mark.parametrize(
    "name",
    ["", "Paris", "Europe", "../../etc/passwd", "/etc/localtime", "a\0b", "x" * 5000, "+02:00"],
)
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    """Also what a path could read as a file."""
    with pytest.raises(InputInvalid, match="is no time zone"):
        check_timezone(name)
    assert check_timezone("Europe/Paris") == "Europe/Paris"
