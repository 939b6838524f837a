"""Mappings."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from wharfinger.hooks.engine import Mapping, MappingInvalid, load_mapping, parse_mapping

SMALL = 'name = "small"\nkey = ["login"]\n[columns.login]\n'


def refuse(text: str) -> str:
    """Why a mapping is invalid."""
    with pytest.raises(MappingInvalid) as caught:
        parse_mapping(text, "small.toml")
    assert caught.value.hint
    return str(caught.value)


def test_the_default_mapping_has_the_columns_of_the_contract(mapping: Mapping) -> None:
    """The mapping `users` has Lucca's codes, its key and its required columns."""
    assert list(mapping.columns) == [
        "legalEntity",
        "employeeNumber",
        "lastName",
        "firstName",
        "mail",
        "login",
        "dtContractStart",
        "dtContractEnd",
        "dtBirth",
        "department",
        "profile_figgo",
        "csp",
        "manager",
        "rolePrincipal",
        "culture",
    ]
    assert mapping.key == ("legalEntity", "employeeNumber")
    assert {name for name, column in mapping.columns.items() if column.required} == {
        "legalEntity",
        "employeeNumber",
        "lastName",
        "firstName",
        "mail",
        "dtContractStart",
    }
    assert mapping.labels()["idnumber"] == "employeeNumber"
    assert mapping.manager == "manager"


def test_an_end_of_contract_is_cleared_by_an_empty_cell(mapping: Mapping) -> None:
    """Only in a full file, and only the end: whatever else is empty is kept."""
    assert mapping.on_empty("dtContractEnd", "full") == "clear"
    assert mapping.on_empty("dtContractEnd", "delta") == "keep"
    assert mapping.on_empty("department", "full") == "keep"


def test_the_folders_are_searched_in_order(tmp_path: Path) -> None:
    """One's own mapping of a name comes before the next folder's, and before ours."""
    for folder, separator in (("one", ";"), ("two", ",")):
        (tmp_path / folder).mkdir()
        text = f'separator = "{separator}"\n{SMALL}'
        (tmp_path / folder / "users.toml").write_text(text, encoding="utf-8")
    search = [tmp_path / "none", tmp_path / "one", tmp_path / "two"]
    assert load_mapping("users", search).separator == ";"
    assert load_mapping("users").separator is None
    assert load_mapping(tmp_path / "two" / "users.toml").separator == ","
    assert load_mapping(str(tmp_path / "two" / "users.toml")).separator == ","


@pytest.mark.parametrize("name", ["nobody", "../users", "", "a/b"])
def test_an_unknown_mapping_is_named(name: str) -> None:
    """A name that leads nowhere, or out of the folders, is refused."""
    with pytest.raises(MappingInvalid, match="no mapping called"):
        load_mapping(name)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that is missing or no text is refused by its name."""
    (tmp_path / "bad.toml").write_bytes(b"name = '\xff'")
    for name in ("none.toml", "bad.toml"):
        with pytest.raises(MappingInvalid, match=name):
            load_mapping(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name = \n", "line 1"),
        (SMALL + 'type = "number"', "columns.login.type"),
        (SMALL + "colour = 1", "columns.login.colour"),
        ('dates = "mm-dd"\n' + SMALL, "dates"),
        ('separator = "^"\n' + SMALL, "separator"),
        ('encoding = "latin-99"\n' + SMALL, "latin-99"),
        ('encoding = "hex"\n' + SMALL, "hex"),
        (SMALL.replace("login", "nickname"), "key is one of"),
        ('name = "x"\n[columns.mail]', "the key needs a column legalEntity"),
        (SMALL + 'empty = "clear"', "columns.login.empty"),
        (SMALL + "[columns.dtContractEnd]", "columns.dtContractEnd.type is date"),
        (SMALL + '[columns.mail]\naliases = ["LOG IN"]', "stands for both login and mail"),
        (SMALL + '[columns.a]\ntype = "manager"\n[columns.b]\ntype = "manager"', "one manager"),
        (SMALL + '[defaults]\nculture = "fr-FR"', "default for culture"),
        (SMALL + '[defaults_by.department.RH]\nculture = "fr-FR"', "default for culture"),
        (SMALL + "[defaults_by.floor.1]", "defaults_by"),
    ],
)
def test_a_bad_mapping_is_refused_with_the_place(text: str, place: str) -> None:
    """One sentence says which part of which file is wrong."""
    sentence = refuse(text)
    assert sentence.startswith("small.toml")
    assert place in sentence


def test_pins_are_taken() -> None:
    """An encoding that Python knows and a separator that is read can be pinned."""
    mapping = parse_mapping('encoding = "latin-1"\nseparator = "\\t"\n' + SMALL)
    assert (mapping.encoding, mapping.separator) == ("latin-1", "\t")


def test_defaults_are_looked_up_from_the_legal_entity_on() -> None:
    """The legal entity's default comes before the department's, and that before everybody's."""
    mapping = parse_mapping(
        SMALL
        + '[columns.culture]\n[defaults]\nculture = "a"\n'
        + '[defaults_by.department.RH]\nculture = "b"\n'
        + '[defaults_by.legalEntity.FR02]\nculture = "c"\n'
    )
    assert mapping.default("culture", "FR01", "Paie") == "a"
    assert mapping.default("culture", "FR01", "RH") == "b"
    assert mapping.default("culture", "FR02", "RH") == "c"
    assert mapping.default("login", "FR02", "RH") is None


def test_the_fingerprint_stands_for_all_of_a_mapping(mapping: Mapping) -> None:
    """Whatever is changed in a mapping changes its fingerprint, and nothing else does."""
    assert mapping.fingerprint == load_mapping("users").fingerprint
    other = mapping.model_copy(update={"clear": "NULL"})
    assert other.fingerprint != mapping.fingerprint


def test_a_mapping_can_cross_to_another_process(mapping: Mapping) -> None:
    """Mappings are part of requests, which are pickled."""
    assert pickle.loads(pickle.dumps(mapping)) == mapping  # noqa: S301  # our own bytes
