"""Mappings: how the columns of a CSV become a user's values, as reviewed TOML files.

name = "acme"
key = ["legalEntity", "employeeNumber"]     # or one of employeeNumber, login, mail
dates = "dd/mm/yyyy"                        # mm/dd/yyyy, yyyy-mm-dd, yyyymmdd
clear = "{empty}"                           # a cell that says this empties the value
encoding = "windows-1252"                   # pins; left out, they are found out
separator = ";"

[columns.department]
aliases = ["service"]           # labels beside the name; case, accents, punctuation ignored
type = "text"                   # identifier, date, mail, manager, culture
required = false                # must be in the header, and filled in for a new user
empty = "keep"                  # what an empty cell does: keep, clear or default
owner = "file"                  # or create_only: set for a new user, never overwritten
unknown = "keep"                # a value that is not in the table below: keep or pass
[columns.department.values]     # value in the file -> value in the directory
"Rech. & Dev." = "R&D"

[defaults]                      # for new users; the legal entity's come first, then the
culture = "fr-FR"               # department's, then these
[defaults_by.legalEntity.FR02]
rolePrincipal = "Employee"
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from .exceptions import MappingInvalid
from .text import fold_label

#: columns whose meaning the engine knows; a mapping may add others, which are plain values
ENTITY: Final = "legalEntity"
NUMBER, LOGIN, MAIL = "employeeNumber", "login", "mail"
LAST_NAME, FIRST_NAME = "lastName", "firstName"
START, END = "dtContractStart", "dtContractEnd"
DEPARTMENT: Final = "department"

KEYS: tuple[tuple[str, ...], ...] = ((ENTITY, NUMBER), (NUMBER,), (LOGIN,), (MAIL,))
SEPARATORS = (";", ",", "\t", "|")
#: an empty cell never takes these away from a user
NEVER_CLEARED = frozenset({ENTITY, NUMBER, LAST_NAME, FIRST_NAME, MAIL, LOGIN, START})

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Column(BaseModel):
    """One column of a mapping."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    aliases: tuple[str, ...] = ()
    type: Literal["text", "identifier", "date", "mail", "manager", "culture"] = "text"
    required: bool = False
    #: None: `clear` for dtContractEnd, `keep` for all others
    empty: Literal["keep", "clear", "default"] | None = None
    owner: Literal["file", "create_only"] = "file"
    values: dict[str, str] = {}
    unknown: Literal["keep", "pass"] = "keep"


class Mapping(BaseModel):
    """How a CSV becomes users."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    key: tuple[str, ...] = (ENTITY, NUMBER)
    dates: Literal["dd/mm/yyyy", "mm/dd/yyyy", "yyyy-mm-dd", "yyyymmdd"] = "dd/mm/yyyy"
    clear: str = "{empty}"
    encoding: str | None = None
    separator: str | None = None
    columns: dict[str, Column]
    defaults: dict[str, str] = {}
    defaults_by: dict[Literal["legalEntity", "department"], dict[str, dict[str, str]]] = {}

    @model_validator(mode="after")
    def _check(self) -> Mapping:
        for complaint in _complaints(self):
            raise ValueError(complaint)
        return self

    @property
    def fingerprint(self) -> str:
        """Changes whenever anything in the mapping does."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def labels(self) -> dict[str, str]:
        """Folded label -> column, for every name and alias."""
        return {
            fold_label(label): name
            for name, column in self.columns.items()
            for label in (name, *column.aliases)
        }

    @property
    def manager(self) -> str | None:
        """The column that names managers."""
        return next((it for it in self.columns if self.columns[it].type == "manager"), None)

    def on_empty(self, column: str, mode: str) -> Literal["keep", "clear", "default"]:
        """What an empty cell of the column does.

        An open end of contract is an empty cell in a full file; a delta says so with the clear
        token or 31/12/9999.
        """
        if (stated := self.columns[column].empty) is not None:
            return stated
        return "clear" if column == END and mode == "full" else "keep"

    def default(self, column: str, entity: str | None, department: str | None) -> str | None:
        """The default of the column for a user of this legal entity and department."""
        places: tuple[tuple[Literal["legalEntity", "department"], str | None], ...]
        places = ((ENTITY, entity), (DEPARTMENT, department))
        for name, value in places:
            defaults = self.defaults_by.get(name, {}).get(value or "", {})
            if column in defaults:
                return defaults[column]
        return self.defaults.get(column)


def _complaints(mapping: Mapping) -> Iterator[str]:
    if mapping.key not in KEYS:
        yield f"key is one of {', '.join('+'.join(key) for key in KEYS)}"
    for name in mapping.key:
        if name not in mapping.columns:
            yield f"the key needs a column {name}"
    if mapping.separator is not None and mapping.separator not in SEPARATORS:
        yield "separator is one of ; , tab |"
    if mapping.encoding is not None and not _is_encoding(mapping.encoding):
        yield f"no encoding is called {mapping.encoding}"
    yield from _wrong_columns(mapping)
    if sum(column.type == "manager" for column in mapping.columns.values()) > 1:
        yield "a user has one manager, so only one column has the type manager"
    yield from _repeated_labels(mapping)
    for name in _defaulted(mapping):
        if name not in mapping.columns:
            yield f"there is a default for {name}, which is no column of the mapping"


def _wrong_columns(mapping: Mapping) -> Iterator[str]:
    for name, column in mapping.columns.items():
        if column.empty == "clear" and (name in NEVER_CLEARED or name in mapping.key):
            yield f"columns.{name}.empty cannot be clear: a user always has one"
        if name in {START, END} and column.type != "date":
            yield f"columns.{name}.type is date"


def _repeated_labels(mapping: Mapping) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, column in mapping.columns.items():
        for label in (name, *column.aliases):
            if seen.setdefault(fold_label(label), name) != name:
                yield f"the label {label} stands for both {seen[fold_label(label)]} and {name}"


def _defaulted(mapping: Mapping) -> Iterator[str]:
    yield from mapping.defaults
    for tables in mapping.defaults_by.values():
        for table in tables.values():
            yield from table


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


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
