"""Mapping files: TOML that people write, and how it is found."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from .exceptions import MappingInvalid
from .mapping import Mapping

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def load_mapping(name: str | Path, search: Iterable[Path] = ()) -> Mapping:
    """The mapping in the file `name`, or the one called `name` in the folders of `search`.

    What ends in .toml is a file. Mappings that come with the engine are found last. Raises
    MappingInvalid with one sentence that names the place.
    """
    file = Path(name) if str(name).endswith(".toml") else _find(str(name), search)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingInvalid(
            f"The mapping {file} cannot be read: {error}.", "Check the name of the file."
        ) from error
    return parse_mapping(text, str(file))


def _find(name: str, search: Iterable[Path]) -> Path | Traversable:
    if _NAME.fullmatch(name):
        folders: list[Path | Traversable] = [*search, resources.files(__package__) / "mappings"]
        for folder in folders:
            if (file := folder / f"{name}.toml").is_file():
                return file
    raise MappingInvalid(
        f"There is no mapping called {name}.", "`wharfinger mapping list` shows those there are."
    )


def parse_mapping(text: str, place: str = "mapping") -> Mapping:
    """The mapping that a TOML text states; `place` names the text in errors.

    Raises MappingInvalid.
    """
    try:
        return Mapping.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise MappingInvalid(f"{place} is no valid TOML: {error}.", "Mend that line.") from error
    except ValidationError as error:
        raise MappingInvalid(
            f"{place}: {_first(error)}.", "Compare it with `wharfinger mapping show users`."
        ) from error


def _first(error: ValidationError) -> str:
    detail = error.errors()[0]
    where = ".".join(str(part) for part in detail["loc"])
    what = detail["msg"].removeprefix("Value error, ")
    return f"{where}: {what}" if where else what
