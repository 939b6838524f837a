"""Cells: what they say, and what is wrong with them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine.value import (
    DATE_PATTERNS,
    SUSPECT,
    BadValue,
    is_kept,
    is_wrapped,
    lint,
    pad,
    read_culture,
    read_date,
    read_identifier,
    read_mail,
    read_number,
    unwrap,
)


@pytest.mark.parametrize(
    ("order", "text", "expected"),
    [
        ("dd/mm/yyyy", "03/02/2020", "2020-02-03"),
        ("dd/mm/yyyy", "3.2.2020", "2020-02-03"),
        ("dd/mm/yyyy", "03-02-2020", "2020-02-03"),
        ("dd/mm/yyyy", "03/02/2020 00:00:00", "2020-02-03"),
        ("mm/dd/yyyy", "03/02/2020", "2020-03-02"),
        ("yyyy-mm-dd", "2020-02-03", "2020-02-03"),
        ("yyyy-mm-dd", "2020-02-03T00:00", "2020-02-03"),
        ("yyyymmdd", "20200203", "2020-02-03"),
        ("dd/mm/yyyy", "29/02/2024", "2024-02-29"),
    ],
)
def test_dates_are_read_in_the_pinned_order(order: str, text: str, expected: str) -> None:
    """A date is read in the order of the mapping, whatever stands between its parts."""
    assert read_date(text, order) == expected


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("dd/mm/yyyy", "31/12/9999"),
        ("dd/mm/yyyy", "31/12/2099"),
        ("dd/mm/yyyy", "31/12/2999"),
        ("dd/mm/yyyy", "00/00/0000"),
        ("dd/mm/yyyy", "0000-00-00"),
        ("yyyy-mm-dd", "9999-12-31"),
        ("yyyymmdd", "00000000"),
    ],
)
def test_dates_that_mean_none(order: str, text: str) -> None:
    """The dates by which payroll software says “no end” are no dates."""
    assert read_date(text, order) is None


@pytest.mark.parametrize(
    ("order", "text", "code"),
    [
        ("dd/mm/yyyy", "03/25/2020", "date-order"),
        ("mm/dd/yyyy", "25/03/2020", "date-order"),
        ("dd/mm/yyyy", "03/02/20", "date-year"),
        ("dd/mm/yyyy", "43831", "date-serial"),
        ("dd/mm/yyyy", "43831,5", "date-serial"),
        ("dd/mm/yyyy", "2020-02-03", "type-error"),
        ("dd/mm/yyyy", "30/02/2020", "type-error"),
        ("dd/mm/yyyy", "32/13/2020", "type-error"),
        ("dd/mm/yyyy", "01/01/1899", "type-error"),
        ("dd/mm/yyyy", "01/01/2100", "type-error"),
        ("dd/mm/yyyy", "demain", "type-error"),
        ("dd/mm/yyyy", "03/02/2020 08:00", "type-error"),
    ],
)
def test_dates_are_never_guessed(order: str, text: str, code: str) -> None:
    """What is no date in the pinned order says why, and is not read in another one."""
    with pytest.raises(BadValue) as caught:
        read_date(text, order)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('="00123"', "00123"),
        ('=" 00123 "', "00123"),
        ("'00123", "00123"),
        ("'A-7", "A-7"),
        ("00123", "00123"),
        ("0012E3", "0012E3"),
        ("A-7/2", "A-7/2"),
    ],
)
def test_identifiers_keep_their_zeros(cell: str, expected: str) -> None:
    """A number comes out as it went in, without what a spreadsheet puts around it."""
    assert read_identifier(unwrap(cell)) == expected


@pytest.mark.parametrize("text", ["1,23457E+11", "1.2E+5", "1E+05"])
def test_scientific_notation_is_refused(text: str) -> None:
    """A number that a spreadsheet has shortened is lost, and says so."""
    with pytest.raises(BadValue, match="scientific-notation"):
        read_identifier(text)


@pytest.mark.parametrize("cell", ["'=cmd()", "'+33 1", "'-5", "'@here", "'00123"])
def test_the_mark_before_text_is_taken_off(cell: str) -> None:
    """What spreadsheets and the corrected file put before text is no part of the value."""
    assert unwrap(cell) == cell[1:]


def test_an_apostrophe_that_belongs_to_a_name_stays() -> None:
    """A name may begin with an apostrophe."""
    assert unwrap("'t Hooft") == "'t Hooft"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('Lefè"vre', "stray-quote"),
        ("Lef\0vre", "control-character"),
        ("Lef\x07vre", "control-character"),
        ("FranÃ§ois", "mojibake"),
        ("FrancÂ¸ois", "mojibake"),
        ("Lâ€™Haÿ", "mojibake"),
        ("Fran├ºois", "mojibake"),
        ("Fran√ßois", "mojibake"),
        ("Fran\ufffdois", "mojibake"),
        ("Fran\x82ois", "mojibake"),
    ],
)
def test_damaged_text_is_found(text: str, code: str) -> None:
    """Quotes inside words, characters that do not print, and text converted twice are errors."""
    with pytest.raises(BadValue, match=code):
        lint(text)
    assert SUSPECT.search(text)


@pytest.mark.parametrize(
    "text", ["JOÃO", "Âge", "d'Arc", "O’Brien", "Lœw", "Weiß", "Ÿ", 'Léa "Zaza" Dû', "Ålesund"]
)
def test_real_names_are_left_alone(text: str) -> None:
    """Letters that are rare in French are not taken for damage."""
    lint(text)


@given(st.text(alphabet=st.characters(exclude_characters="\x1f")))
def test_no_damage_escapes_the_quick_search(text: str) -> None:
    """The search over a whole row finds every cell that the close look objects to."""
    try:
        lint(text)
    except BadValue:
        assert SUSPECT.search(text)


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\x1f")), min_size=1))
def test_no_wrapping_escapes_the_quick_search(cells: list[str]) -> None:
    """A row that the quick search calls plain has no cell that needs to be unwrapped."""
    if not is_wrapped("\x1f".join(cells)):
        assert [unwrap(cell) for cell in cells] == cells


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jean.Dupont@ACME.example", "Jean.Dupont@acme.example"),
        ("jean+rh@acme.example", "jean+rh@acme.example"),
        ("lea@integration.test", "lea@integration.test"),
    ],
)
def test_mail_addresses_are_normalised(text: str, expected: str) -> None:
    """A mail address keeps its mailbox as it stands, and its domain becomes lower case."""
    assert read_mail(text) == expected


@pytest.mark.parametrize("text", ["jean", "jean@", "@acme.example", "a b@acme.example", "j@acme"])
def test_what_is_no_mail_address_is_refused(text: str) -> None:
    """A mail address that cannot be one is an error."""
    with pytest.raises(BadValue, match="type-error"):
        read_mail(text)


_WORD = st.text(alphabet="abcXYZ019", min_size=1, max_size=40)


@given(
    st.lists(_WORD, min_size=1, max_size=3), st.sampled_from(["acme.example", "a..b", "x", "É.fr"])
)
def test_quick_mail_reading_agrees_with_the_library(words: list[str], domain: str) -> None:
    """Addresses that are read the quick way come out as the library reads them."""
    text = ".".join(words) + "@" + domain
    expected: Any
    try:
        expected = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        expected = None
    try:
        assert read_mail(text) == expected
    except BadValue:
        assert expected is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [("fr-FR", "fr-FR"), ("fr_fr", "fr-FR"), ("FR-be", "fr-BE"), ("français", None), ("fr", None)],
)
def test_cultures(text: str, expected: str | None) -> None:
    """A culture is a language and a country, however they are written."""
    assert read_culture(text) == expected


@pytest.mark.parametrize(
    ("decimal", "text", "expected"),
    [
        (",", "1234,50", "1234.5"),
        (",", "1\u00a0234,5", "1234.5"),
        (",", "1\u202f234\u202f567", "1234567"),
        (",", "007", "7"),
        (",", "-0,00", "0"),
        (",", "-1 234,05", "-1234.05"),
        (".", "1234.50", "1234.5"),
        (",", "0,100", "0.1"),
    ],
)
def test_numbers_are_kept_with_a_point(decimal: str, text: str, expected: str) -> None:
    """However a number is set, it comes out the same."""
    assert read_number(unwrap(text), decimal) == expected


@pytest.mark.parametrize(
    ("decimal", "text"),
    [
        (",", "1.5"),  # may be 1500 elsewhere
        (".", "1,5"),
        (",", "1 23"),
        (",", "1234 567"),
        (",", "12 €"),
        (",", "50 %"),
        (",", "1,"),
        (",", ",5"),
        (",", "1,2,3"),
        (",", "+1"),
        (",", "١"),
        (",", "--1"),
        (",", "1,234,5"),
    ],
)
def test_numbers_are_never_guessed(decimal: str, text: str) -> None:
    """What is no number with the stated mark is an error."""
    with pytest.raises(BadValue, match="type-error"):
        read_number(text, decimal)


def test_a_number_that_a_spreadsheet_shortened() -> None:
    """Its digits are lost, so it is not taken for the number."""
    with pytest.raises(BadValue, match="scientific-notation"):
        read_number("1,2E+11", ",")


_NUMBER = st.decimals(allow_nan=False, allow_infinity=False, places=4)


@given(_NUMBER, st.sampled_from(",."), st.sampled_from(["", "\u00a0", "\u202f"]))
def test_a_number_that_is_written_comes_back(number: Decimal, mark: str, space: str) -> None:
    """A number set with any thousands and either mark is read as itself, and stays so."""
    text = f"{number:,f}".replace(",", " ").replace(".", mark).replace(" ", space)
    kept = read_number(unwrap(text), mark)
    assert Decimal(kept) == number
    assert is_kept("number", kept)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2098, 12, 31)))
def test_a_date_that_is_written_comes_back(day: date) -> None:
    """In every order that a mapping can pin."""
    for order in DATE_PATTERNS:
        text = order.replace("dd", f"{day:%d}").replace("mm", f"{day:%m}")
        kept = read_date(text.replace("yyyy", f"{day:%Y}"), order)
        assert kept == day.isoformat()
        assert is_kept("date", kept)


@given(st.integers(0, 10**9), st.integers(1, 12))
def test_lost_zeros_come_back(number: int, length: int) -> None:
    """A number without its leading zeros is filled up, to the length and not beyond."""
    whole = f"{number:0{length}}"
    assert pad(str(number), length) == whole
    assert pad(whole, length) == whole


@pytest.mark.parametrize("text", ["A12", "1-2", "", "1 2", "²", "١"])
def test_only_digits_are_filled_up(text: str) -> None:
    """A code with anything else in it has lost no zeros."""
    assert pad(text, 6) == text


_KINDS = ("text", "identifier", "date", "number", "mail", "culture")


@given(st.sampled_from(_KINDS), st.text(max_size=12) | st.from_regex(r"[0-9/., -]{1,12}"))
def test_what_is_kept_is_read_as_itself(kind: str, text: str) -> None:
    """A value as directories keep it has nothing to be cleaned, and no damage."""
    if is_kept(kind, text):
        assert unwrap(text) == text
        lint(text)
