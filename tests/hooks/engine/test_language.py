"""Texts in more than one language."""

from __future__ import annotations

import ast
import copy
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from wharfinger.hooks import engine
from wharfinger.hooks.engine import CATALOGUE, RULES, report, translate
from wharfinger.hooks.engine.language import LANGUAGES, Text, catalogue
from wharfinger.hooks.engine.mapping import Mapping
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv
from wharfinger.hooks.engine.value import DATE_PATTERNS

OTHERS = [language for language in LANGUAGES if language != "en"]


def made_texts() -> Iterator[str]:
    """The template of each `Text("…")` in the engine."""
    for path in Path(engine.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="Text"), args=[ast.Constant(value=str(text)), *_]):
                    yield text


def all_texts() -> set[str]:
    """Everything that the engine says to people."""
    nouns = [*report._CHANGES.values(), *report._TROUBLES.values()]
    return {
        *made_texts(),
        *DATE_PATTERNS,
        *(text for entry in CATALOGUE.values() for text in (entry.message, entry.hint)),
        *(text for rule in RULES for text in (rule.threshold, rule.explanation)),
        *report._SUMMARIES.values(),
        *report._NEXT_STEPS.values(),
        *(text for pair in nouns for text in pair),
    }


def places(text: str) -> set[str]:
    """What is filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_missing_in_another_language(language: str) -> None:
    """Each text of the engine has its translation, and no translation lacks its text."""
    assert all_texts() - catalogue(language).keys() == set()
    assert catalogue(language).keys() - all_texts() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_says_as_much(language: str) -> None:
    """What is filled in, in one language, is filled in in every other."""
    for english, told in catalogue(language).items():
        assert places(told) == places(english), english


def test_french_is_set_as_french_is() -> None:
    """No line begins with a colon, and quotation marks are those of French."""
    for told in catalogue("fr").values():
        assert not re.search(r" [:;!?»%]|« |['“”]", told), told


def test_words_are_told_in_the_same_language() -> None:
    """A text inside another one, and a number."""
    text = Text("“{value}” is not {kind}.", value="x", kind=Text("a mail address"))
    assert text == "“x” is not a mail address."
    assert translate(text, "en") == text
    assert translate(text, "fr") == "«\u00a0x\u00a0» n’est pas une adresse électronique valide."
    many = Text("{count:,} new users", count=1234)
    assert (str(many), translate(many, "fr")) == (
        "1,234 new users",
        "1\u202f234 nouveaux utilisateurs",
    )


def test_what_comes_from_a_file_is_not_translated() -> None:
    """A cell that reads like a text of the engine stays as it is."""
    text = Text("“{value}” is not {kind}.", value="encrypted", kind=Text("encrypted"))
    assert translate(text, "fr") == "«\u00a0encrypted\u00a0» n’est pas chiffré."
    assert translate("encrypted", "fr") == "encrypted"


@pytest.mark.parametrize("again", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])  # noqa: S301 - our own
def test_a_text_crosses_to_another_process(again: object) -> None:
    """It can still be told in any language there."""
    text = Text("The line repeats line {value}.", value="{3}")
    assert callable(again)
    assert again(text) == text
    assert translate(again(text), "fr") == translate(text, "fr") == "La ligne répète la ligne {3}."


def test_reports_and_corrected_files_are_told_in_the_language_of_the_request(
    tmp_path: Path, mapping: Mapping
) -> None:
    """Everything that people read: summary, safeguards, findings, errors."""
    feed = FeedHarness(tmp_path, mapping)
    rows = [make_row(str(number)) for number in range(20)]
    content = write_csv(*rows, make_row("99", mail="bad", dtBirth="1/2/80"))
    result = feed.send(content, language="fr", first_import="hold")
    told = result.report
    assert told["language"] == "fr"
    assert told["summary"] == (
        "Le fichier attend que quelqu’un l’approuve. C’est le premier fichier de ce dossier\u00a0:"
        " quelqu’un doit regarder ce qu’il change."
        " Il entraînerait\u00a0: 20 nouveaux utilisateurs."
    )
    assert told["next_step"].startswith("Examinez")
    assert told["safeguards"][0]["threshold"] == "le premier fichier d’un dossier"
    assert {it["message"][0] for it in told["findings"]} == {"«"}
    assert result.corrected_csv is not None
    assert "n’est pas une adresse électronique" in result.corrected_csv.decode()
    # the result itself can be told in any language
    assert result.findings[0].as_dict()["message"].startswith("“")
    rejected = engine.reject(feed.directory, result.import_id, "Léa")
    assert rejected.report["next_step"] == "Envoyez un fichier corrigé."
