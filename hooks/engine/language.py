"""Texts for people, in the language that they read.

A text is made in English, and remembers what it was made of; `translate` tells it in another
language. The catalogue of a language is `texts/LANGUAGE.toml`: English text -> its own, with the
same names to fill in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self, get_args

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_NARROW_SPACE = "\u202f"


class Text(str):
    """A text in English, with `{name}` in its template filled in by `words`.

    A word may be a text itself, which is then told in the same language.
    """

    template: str
    words: Mapping[str, Any]

    def __new__(cls, template: str, /, **words: Any) -> Self:
        text = super().__new__(cls, template.format_map(words))
        text.template, text.words = template, words
        return text

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        """What a copy, or another process, makes the text of again."""
        return (self.template,), dict(self.words)


class _Number(int):
    """A number that French groups by narrow spaces."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace(",", _NARROW_SPACE)


def translate(text: str, language: str) -> str:
    """The text in a language; what is no `Text` is nobody's language, and stays as it is."""
    if not isinstance(text, Text) or language == "en":
        return str(text)
    words = {name: _translate_word(word, language) for name, word in text.words.items()}
    return catalogue(language).get(text.template, text.template).format_map(words)


def _translate_word(word: Any, language: str) -> Any:
    if isinstance(word, Text):
        return translate(word, language)
    return _Number(word) if type(word) is int else word


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text -> the language's; what is missing is told in English."""
    content = (files(__package__) / "texts" / f"{language}.toml").read_text("utf-8")
    return {
        english: told for part in tomllib.loads(content).values() for english, told in part.items()
    }
