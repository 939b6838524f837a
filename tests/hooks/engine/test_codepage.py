"""Code pages: told apart by their letters, and marked where that is not certain."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine.codepage import CODE_PAGES, guess_code_page
from wharfinger.hooks.engine.specimen import Company


def guess(text: str, encoding: str) -> tuple[str, bool]:
    """How a text in this encoding is read, and whether that is certain."""
    data = text.encode(encoding, "ignore")
    found = guess_code_page(data.splitlines(keepends=True))
    assert found is not None
    return data.decode(found.name), found.certain


@pytest.mark.parametrize("encoding", CODE_PAGES)
@pytest.mark.parametrize("people", [3, 40])
def test_french_files_are_read_exactly(encoding: str, people: int) -> None:
    """Payroll files of any size come out as they were, whichever code page they are in."""
    for seed in range(10):
        text = Company(seed, people, bad_rows=0).first_day().csv.decode("cp1252")
        expected = text.encode(encoding, "ignore").decode(encoding)
        assert guess(text, encoding) == (expected, True)


@pytest.mark.parametrize("encoding", CODE_PAGES)
@pytest.mark.parametrize(
    "text",
    [
        "Bénard;Hélène",
        "BÉNARD;Anaïs;Müller",
        "Núñez;José;São João",
        "Durand;Zoé;“Été” – 20 °C",
        "Lefèvre;L’Haÿ",
        "Größe;Jürgen",
    ],
)
def test_what_is_wrong_is_marked(encoding: str, text: str) -> None:
    """A line or two may be read wrongly, but never without being marked as doubtful."""
    expected = text.encode(encoding, "ignore").decode(encoding)
    read, certain = guess(text, encoding)
    assert read == expected or not certain


def test_files_that_read_the_same_are_certain() -> None:
    """That cp1252 and ISO-8859-15 both fit is no doubt, if they read the same letters."""
    assert guess("Bénard;Hélène;Zoé", "iso-8859-15") == ("Bénard;Hélène;Zoé", True)


def test_signs_without_letters_are_in_doubt() -> None:
    """A file whose only special characters are signs could be in any code page."""
    assert guess("Dupont;Marc;5 £", "cp1252")[1] is False


@pytest.mark.parametrize("text", ["Bénard", "BÉNARD", "Lœw", "créée", "Zoé à Été", "Müller"])
def test_one_good_letter_is_enough_to_choose(text: str) -> None:
    """Small and capital letters, two in a row, and a word of one letter are all good French."""
    assert guess(text, "cp1252")[0] == text


def test_bytes_without_meaning_rule_a_code_page_out() -> None:
    """A byte that cp1252 does not know, even far below, makes it another one."""
    lines = [b"nom\n", *[b"Durand;L\x82a\n"] * 300, b"\x90lodie\n"]
    found = guess_code_page(lines)
    assert found is not None
    assert found.name == "cp850"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Иванов;Сергей;Смирнова;Ольга", "cp1251"),
        ("Иванов;Сергей;Смирнова;Ольга", "koi8-r"),
        ("Παπαδόπουλος;Γιώργος;Ελένη", "cp1253"),
        ("田中;太郎;鈴木;花子;東京都千代田区", "shift_jis"),
        ("Bénard;Hélène;Zoé;Anaïs;Müller;Lefèvre", "utf-8"),
    ],
)
def test_other_scripts_are_not_guessed(text: str, encoding: str) -> None:
    """A text that makes no sense in a Western code page is not read as one."""
    data = text.encode(encoding) + b"\n\xe9\n"
    assert guess_code_page(data.splitlines(keepends=True)) is None
