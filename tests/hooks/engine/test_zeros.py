"""Leading zeros."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine.mapping import ENTITY, KEYS, MAIL, NUMBER
from wharfinger.hooks.engine.zeros import find_lost_zeros


@pytest.mark.parametrize(
    ("key", "known", "found"),
    [
        ("FR01/123", "FR01/00123", "FR01/00123"),
        ("FR01/00123", "FR01/123", "FR01/123"),
        ("FR01/123", "FR02/00123", None),
        ("FR01/123", "FR01/001230", None),
        ("FR01/0", "FR01/00", None),
        ("FR01/A1", "FR01/0A1", "FR01/0A1"),
    ],
)
def test_numbers_that_differ_in_leading_zeros(key: str, known: str, found: str | None) -> None:
    """Lost or added, of numbers of the same legal entity."""
    assert find_lost_zeros([key], (ENTITY, NUMBER), {known}, ()).get(key) == found


def test_numbers_that_are_both_in_the_file_are_two() -> None:
    """A firm may have 123 and 00123."""
    assert find_lost_zeros(["123"], (NUMBER,), {"0123"}, {"123", "0123"}) == {}
    assert find_lost_zeros(["123"], (NUMBER,), {"0123"}, {"123"}) == {"123": "0123"}


def test_addresses_have_no_leading_zeros() -> None:
    """Only numbers lose them."""
    assert (MAIL,) in KEYS
    assert find_lost_zeros(["1@acme.fr"], (MAIL,), {"01@acme.fr"}, ()) == {}
