"""Mappings: how the columns of a CSV become a user's values, as reviewed TOML files.

name = "acme"
key = ["legalEntity", "employeeNumber"]     # or one of employeeNumber, login, mail
dates = "dd/mm/yyyy"                        # mm/dd/yyyy, yyyy-mm-dd, yyyymmdd
clear = "{empty}"                           # a cell that says this empties the value
nulls = ["NULL", "N/A"]                     # cells that say this are empty
decimal = ","                               # or ".": the mark in columns of the type number
multi_contract = false                      # true: several lines of a user are contracts
encoding = "windows-1252"                   # pins; left out, they are found out
separator = ";"
absence = "grace"               # who is missing from a full file leaves when missing on another day
                                # too; or immediate, or report and ignore: nobody leaves by absence
exempt = ["FR01/00001"]         # keys of users who never leave by absence
file_date = "users-%Y%m%d.csv"              # older files than the last one are left out
hold = "all"                    # or leavers: too many of these wait alone, and the rest is applied

[columns.department]
aliases = ["service"]           # labels beside the name; case, accents, punctuation ignored
type = "text"                   # identifier, date, number, mail, manager, culture, status
required = false                # must be in the header, and filled in for a new user
empty = "keep"                  # what an empty cell does: keep, clear or default
owner = "file"                  # create_only: set for a new user, never overwritten
                                # local_wins: not overwritten once somebody edited it
unknown = "keep"                # a value that is not in the table below: keep or pass
[columns.department.values]     # value in the file -> value in the directory
"Rech. & Dev." = "R&D"
"-" = ""                        # no value

[columns.employeeNumber]
type = "identifier"
pad_to = 5                      # digits get back the leading zeros that they lost

[defaults]                      # for new users; the legal entity's come first, then the
culture = "fr-FR"               # department's, then these
[defaults_by.legalEntity.FR02]
rolePrincipal = "Employee"
[safeguards.leavers]            # other thresholds: see `limits`
share = 0.1
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .file_date import is_dated
from .limits import Override, wrong_overrides
from .text import clean, fold_label
from .value import is_kept

#: columns whose meaning the engine knows; a mapping may add others, which are plain values
ENTITY: Final = "legalEntity"
NUMBER, LOGIN, MAIL = "employeeNumber", "login", "mail"
LAST_NAME, FIRST_NAME = "lastName", "firstName"
START, END = "dtContractStart", "dtContractEnd"
BIRTH: Final = "dtBirth"
DEPARTMENT: Final = "department"

KEYS: tuple[tuple[str, ...], ...] = ((ENTITY, NUMBER), (NUMBER,), (LOGIN,), (MAIL,))
SEPARATORS = (";", ",", "\t", "|")
#: an empty cell never takes these away from a user
NEVER_CLEARED = frozenset({ENTITY, NUMBER, LAST_NAME, FIRST_NAME, MAIL, LOGIN, START})

#: type -> what its values look like in a directory, and so in a mapping
KEPT = {
    "date": "a date such as 2026-12-31",
    "number": "a number such as 1234.5",
    "mail": "a mail address",
    "culture": "a culture such as fr-FR",
    "identifier": "an identifier",
}
#: what decides about a whole plan, and says nothing of values
_JUDGING = {"absence", "exempt", "hold", "safeguards"}


class Column(BaseModel):
    """One column of a mapping."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    aliases: tuple[str, ...] = ()
    type: Literal[
        "text", "identifier", "date", "number", "mail", "manager", "culture", "status"
    ] = "text"
    required: bool = False
    #: None: `clear` for dtContractEnd, `keep` for all others
    empty: Literal["keep", "clear", "default"] | None = None
    owner: Literal["file", "create_only", "local_wins"] = "file"
    #: digits alone are filled up to this length with leading zeros
    pad_to: int | None = Field(default=None, ge=1, le=64)
    values: dict[str, str] = {}
    unknown: Literal["keep", "pass"] = "keep"


class Mapping(BaseModel):
    """How a CSV becomes users."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    key: tuple[str, ...] = (ENTITY, NUMBER)
    dates: Literal["dd/mm/yyyy", "mm/dd/yyyy", "yyyy-mm-dd", "yyyymmdd"] = "dd/mm/yyyy"
    clear: str = "{empty}"
    nulls: tuple[str, ...] = ()
    decimal: Literal[",", "."] = ","
    multi_contract: bool = False
    encoding: str | None = None
    separator: str | None = None
    #: what the name of a dated file looks like, such as users-%Y%m%d.csv (as for strptime)
    file_date: str | None = None
    columns: dict[str, Column]
    defaults: dict[str, str] = {}
    defaults_by: dict[Literal["legalEntity", "department"], dict[str, dict[str, str]]] = {}
    absence: Literal["grace", "immediate", "report", "ignore"] = "grace"
    exempt: tuple[str, ...] = ()
    hold: Literal["all", "leavers"] = "all"
    safeguards: dict[str, Override] = {}

    @model_validator(mode="after")
    def _check(self) -> Mapping:
        for complaint in _complaints(self):
            raise ValueError(complaint)
        return self

    @property
    def fingerprint(self) -> str:
        """Changes whenever anything does that may make other values of a row."""
        return hashlib.sha256(self.model_dump_json(exclude=_JUDGING).encode()).hexdigest()

    @property
    def blanks(self) -> frozenset[str]:
        """What a cell without a value says."""
        return frozenset({"", *(clean(text) for text in self.nulls)})

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
        return self._column_of_type("manager")

    @property
    def status(self) -> str | None:
        """The column that says who has left."""
        return self._column_of_type("status")

    def _column_of_type(self, kind: str) -> str | None:
        return next((it for it in self.columns if self.columns[it].type == kind), None)

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
    yield from _wrong_file(mapping)
    if mapping.clear in mapping.nulls:
        yield f"{mapping.clear} is both the clear token and one of the nulls"
    if mapping.multi_contract and not {START, END} <= mapping.columns.keys():
        yield f"multi_contract needs the columns {START} and {END}"
    for name, column in mapping.columns.items():
        yield from (f"columns.{name}.{it}" for it in _wrongs(mapping, name, column))
    yield from _wrong_together(mapping)
    yield from _repeated_labels(mapping)
    for name, value in _defaulted(mapping):
        yield from _wrong_default(mapping, name, value)
    yield from wrong_overrides(mapping.safeguards)


def _wrong_file(mapping: Mapping) -> Iterator[str]:
    if mapping.separator is not None and mapping.separator not in SEPARATORS:
        yield "separator is one of ; , tab |"
    if mapping.encoding is not None and not _is_encoding(mapping.encoding):
        yield f"no encoding is called {mapping.encoding}"
    if mapping.file_date is not None and not is_dated(mapping.file_date):
        yield "file_date needs the year, the month and the day, such as users-%Y%m%d.csv"


def _wrongs(mapping: Mapping, name: str, column: Column) -> Iterator[str]:
    """What is wrong with a column: the name of its setting, and why."""
    if column.empty == "clear" and (name in NEVER_CLEARED or name in mapping.key):
        yield "empty cannot be clear: a user always has one"
    if column.empty == "default" and not any(it == name for it, _ in _defaulted(mapping)):
        yield "empty is default, and there is no default for it"
    if name in {START, END} and column.type != "date":
        yield "type is date"
    if name in mapping.key and column.type not in {"text", "identifier", "mail"}:
        yield "type is identifier, text or mail: the column is part of the key"
    if column.owner != "file" and (name in mapping.key or column.type in {"manager", "status"}):
        yield "owner is file: nobody else says who a user is, is managed by, or has left"
    if column.pad_to is not None and column.type not in {"identifier", "manager"}:
        yield "pad_to is for columns of the type identifier or manager"
    for label in column.aliases:
        if not fold_label(label):
            yield f"aliases: “{label}” has no letters"
    yield from _wrong_values(mapping, column)


def _wrong_values(mapping: Mapping, column: Column) -> Iterator[str]:
    sources = [clean(source) for source in column.values]
    for source in sorted({it for it in sources if sources.count(it) > 1}):
        yield f"values: “{source}” is given more than once"
    for source, target in column.values.items():
        if clean(source) in mapping.blanks:
            yield f"values: “{source}” stands for an empty cell, so it is never looked up"
        if column.type in KEPT and target and not is_kept(column.type, target):
            yield f"values: “{target}” is not {KEPT[column.type]}"
    if column.type == "status":
        if not column.values or set(column.values.values()) - {"active", "ended"}:
            yield "values says of each status whether it is active or ended"
        if column.unknown == "pass" or column.empty is not None:
            yield "type is status, which has no settings but required, aliases and values"


def _wrong_together(mapping: Mapping) -> Iterator[str]:
    types = [column.type for column in mapping.columns.values()]
    if types.count("manager") > 1:
        yield "a user has one manager, so only one column has the type manager"
    if types.count("status") > 1:
        yield "a user has one status, so only one column has the type status"
    if "status" in types and END not in mapping.columns:
        yield f"a status ends contracts, so there has to be a column {END}"


def _repeated_labels(mapping: Mapping) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, column in mapping.columns.items():
        for label in (name, *column.aliases):
            if seen.setdefault(fold_label(label), name) != name:
                yield f"the label {label} stands for both {seen[fold_label(label)]} and {name}"


def _defaulted(mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Each column that has a default, with it."""
    yield from mapping.defaults.items()
    for tables in mapping.defaults_by.values():
        for table in tables.values():
            yield from table.items()


def _wrong_default(mapping: Mapping, name: str, value: str) -> Iterator[str]:
    column = mapping.columns.get(name)
    if column is None:
        yield f"there is a default for {name}, which is no column of the mapping"
    elif column.type in {"manager", "status"}:
        yield f"there is a default for {name}, which has the type {column.type}"
    elif column.type in KEPT and not is_kept(column.type, value):
        yield f"the default “{value}” for {name} is not {KEPT[column.type]}"


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True
