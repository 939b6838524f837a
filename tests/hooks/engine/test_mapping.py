"""Mappings."""

from __future__ import annotations

import pickle

import pytest

from wharfinger.hooks.engine import Mapping, MappingInvalid, load_mapping, parse_mapping
from wharfinger.hooks.engine.limits import Override

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
        ('clear = "-"\nnulls = ["-"]\n' + SMALL, "- is both"),
        ('decimal = "·"\n' + SMALL, "decimal"),
        ("multi_contract = true\n" + SMALL, "multi_contract needs"),
        (SMALL + "pad_to = 5", "columns.login.pad_to is for"),
        (SMALL + '[columns.dtBirth]\ntype = "date"\npad_to = 10', "columns.dtBirth.pad_to is for"),
        (SMALL + '[columns.a]\ntype = "identifier"\npad_to = 0', "columns.a.pad_to"),
        (SMALL + '[columns.login.values]\n"a" = "b"\n"a " = "c"', "“a” is given"),
        (
            'nulls = ["-"]\n' + SMALL + '[columns.login.values]\n"-" = "b"',
            "“-” stands",
        ),
        (SMALL + '[columns.a]\ntype = "number"\nvalues.x = "1,5"', "“1,5” is not a number"),
        (
            SMALL + '[columns.a]\ntype = "date"\nvalues.x = "1/2/2020"',
            "“1/2/2020” is not a date",
        ),
        (SMALL + '[columns.a]\ntype = "culture"\nvalues.x = "french"', "is not a culture such as"),
        (
            SMALL + '[columns.a]\ntype = "date"\n[defaults]\na = "soon"',
            "default “soon” for a",
        ),
        (
            SMALL + '[columns.a]\ntype = "manager"\n[defaults]\na = "1"',
            "has the type manager",
        ),
        (SMALL + '[columns.a]\nempty = "default"', "columns.a.empty is default"),
        (SMALL + '[columns.a]\naliases = ["—"]', "columns.a.aliases: “—” has no letters"),
        (SMALL + 'owner = "local_wins"', "columns.login.owner is file"),
        (SMALL + '[columns.a]\ntype = "manager"\nowner = "create_only"', "columns.a.owner is file"),
        (SMALL + 'type = "status"\nvalues.x = "ended"', "columns.login.type is identifier"),
        (SMALL + '[columns.a]\ntype = "status"', "columns.a.values says of each status"),
        (SMALL + '[columns.a]\ntype = "status"\nvalues.x = "gone"', "active or ended"),
        (
            SMALL + '[columns.a]\ntype = "status"\nvalues.x = "ended"',
            "has to be a column",
        ),
    ],
)
def test_a_bad_mapping_is_refused_with_the_place(text: str, place: str) -> None:
    """One sentence says which part of which file is wrong."""
    sentence = refuse(text)
    assert sentence.startswith("small.toml")
    assert place in sentence


def test_two_columns_cannot_both_be_the_status() -> None:
    """A user has one status, whose only settings are labels and values."""
    status = 'type = "status"\nvalues.x = "ended"\n'
    dates = '[columns.dtContractEnd]\ntype = "date"\n'
    assert "one status" in refuse(SMALL + dates + f"[columns.a]\n{status}[columns.b]\n{status}")
    for more in ('unknown = "pass"', 'empty = "keep"'):
        assert "no settings but" in refuse(SMALL + dates + f"[columns.a]\n{more}\n{status}")


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


def test_the_fingerprint_stands_for_what_rows_come_to(mapping: Mapping) -> None:
    """Whatever may make other values of a row changes it; how plans are judged does not."""
    assert mapping.fingerprint == load_mapping("users").fingerprint
    other = mapping.model_copy(update={"clear": "NULL"})
    assert other.fingerprint != mapping.fingerprint
    for change in ({"absence": "report"}, {"exempt": ("1",)}, {"safeguards": {"x": Override()}}):
        assert mapping.model_copy(update=change).fingerprint == mapping.fingerprint


def test_a_mapping_can_cross_to_another_process(mapping: Mapping) -> None:
    """Mappings are part of requests, which are pickled."""
    assert pickle.loads(pickle.dumps(mapping)) == mapping  # noqa: S301  # our own bytes
