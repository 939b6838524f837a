"""Rows: whom they are about, and what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import Mapping
from wharfinger.hooks.engine.header import Header
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.row import Blank, Row, RowReader, Subject, Unknown, make_key
from wharfinger.hooks.engine.value import BadValue, is_kept

COLUMNS = {
    "legalEntity": Column(values={"ACME France": "FR01", "ACME Sud": "FR02"}),
    "employeeNumber": Column(type="identifier"),
    "lastName": Column(),
    "mail": Column(type="mail"),
    "dtContractEnd": Column(type="date"),
    "department": Column(values={"RH": "Ressources humaines"}),
    "csp": Column(values={"C": "Cadre"}, unknown="pass"),
    "culture": Column(type="culture"),
}
MAPPING = Mapping(name="test", columns=COLUMNS)
GOOD = ["ACME France", "00123", "Dupont", "a@b.fr", "31/12/2030", "RH", "C", "fr_FR"]


def reader(mapping: Mapping = MAPPING, *columns: str, mode: str = "full") -> RowReader:
    """A reader of rows with these columns, or all of the mapping."""
    names = columns or tuple(mapping.columns)
    return RowReader(mapping, Header(1, names, {it: names.index(it) for it in names}, ()), mode)


def read(cells: list[str], mapping: Mapping = MAPPING) -> Row:
    """A row that has nothing wrong with it."""
    rows = reader(mapping)
    joined = rows.joined(cells)
    row = rows.read(Subject(2, "key", "FR01"), cells, joined, rows.digest(joined))
    assert isinstance(row, Row)
    return row


def faults(cells: list[str]) -> list[tuple[str, str | None, str | None]]:
    """Code, cell and column of what is wrong with a row."""
    rows = reader()
    findings = rows.read(Subject(2, "key", "FR01"), cells, rows.joined(cells), b"")
    assert isinstance(findings, list)
    return [(it.code, it.cell, it.column) for it in findings]


def test_cells_become_values() -> None:
    """Values are cleaned, dates are ISO 8601, and tables of values are looked up."""
    row = read(GOOD)
    assert row.values == {
        "legalEntity": "FR01",
        "employeeNumber": "00123",
        "lastName": "Dupont",
        "mail": "a@b.fr",
        "dtContractEnd": "2030-12-31",
        "department": "Ressources humaines",
        "csp": "Cadre",
        "culture": "fr-FR",
    }
    assert row.blanks == {}


def test_cells_without_a_value() -> None:
    """An empty cell, the clear token, a date that means none and an unknown value differ."""
    row = read(["", "1", "{empty}", " ", "31/12/9999", "Paie", "{empty}", "français"])
    assert row.values == {"employeeNumber": "1"}
    assert row.blanks == {
        "legalEntity": Blank.EMPTY,
        "lastName": Blank.EMPTY,  # a name cannot be cleared
        "mail": Blank.EMPTY,
        "dtContractEnd": Blank.CLEARED,
        "department": Unknown("Paie"),
        "csp": Blank.CLEARED,
        "culture": Unknown("français"),
    }


def test_values_may_be_what_they_are_mapped_to_or_pass() -> None:
    """A target of the table is known, and a column may let through what is not in its table."""
    row = read([*GOOD[:5], "Ressources humaines", "Ouvrier", "fr-FR"])
    assert row.values["department"] == "Ressources humaines"
    assert row.values["csp"] == "Ouvrier"


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    """Each bad cell of a row has its finding, at its address."""
    assert faults(["ACME France", "1E+5", 'D"u', "a@", "2030-12-31", "RH", "C\x07", "é\ufffd"]) == [
        ("scientific-notation", "B2", "employeeNumber"),
        ("stray-quote", "C2", "lastName"),
        ("type-error", "D2", "mail"),
        ("type-error", "E2", "dtContractEnd"),
        ("control-character", "G2", "csp"),
        ("mojibake", "H2", "culture"),
    ]


def test_a_control_character_between_cells_is_seen() -> None:
    """The character that joins cells for the digest is as wrong in a cell as any other."""
    assert faults([*GOOD[:2], "Du\x1fpont", *GOOD[3:]]) == [("control-character", "C2", "lastName")]


@pytest.mark.parametrize(
    ("entity", "number", "key"),
    [
        ("ACME France", "00123", "FR01/00123"),
        (" ACME Sud ", " 00123 ", "FR02/00123"),
        ("ACME Sud", '="00123"', "FR02/00123"),
        ("FR01", "'00123", "FR01/00123"),
        ("FR01", "A-1", "FR01/A-1"),
        ("FR01", "É1", "FR01/É1"),
    ],
)
def test_a_key_is_the_same_however_it_is_written(entity: str, number: str, key: str) -> None:
    """The key is made of the values, not of the cells."""
    rows = reader()
    cells = [entity, number, *GOOD[2:]]
    assert rows.key(cells, rows.entity(cells)) == key


@pytest.mark.parametrize(
    ("entity", "number", "code", "column"),
    [
        ("", "1", "key-error", "legalEntity"),
        ("{empty}", "1", "key-error", "legalEntity"),
        ("Unknown", "1", "key-error", "legalEntity"),
        ("FR\x0701", "1", "key-error", "legalEntity"),
        ("FR01", "", "key-error", "employeeNumber"),
        ("FR01", "{empty}", "key-error", "employeeNumber"),
        ("FR01", "1,2E+7", "scientific-notation", "employeeNumber"),
        ("FR01", "1\x07", "control-character", "employeeNumber"),
    ],
)
def test_a_key_that_cannot_be_read(entity: str, number: str, code: str, column: str) -> None:
    """A row whose key is missing or damaged names nobody, and says in which cell."""
    rows = reader()
    cells = [entity, number, *GOOD[2:]]
    with pytest.raises(BadValue) as caught:
        rows.key(cells, rows.entity(cells))
    finding = rows.key_finding(caught.value, 7, cells)
    assert (finding.code, finding.column, finding.line) == (code, column, 7)
    assert finding.cell == ("A7" if column == "legalEntity" else "B7")


@pytest.mark.parametrize(
    ("column", "cell", "key"),
    [
        ("login", "Jean.Dupont", "jean.dupont"),
        ("mail", "Jean@ACME.fr", "jean@acme.fr"),
        ("employeeNumber", "00123", "00123"),
    ],
)
def test_other_keys(column: str, cell: str, key: str) -> None:
    """Logins and mail addresses are keys without regard to case; numbers stay as they are."""
    kind = "mail" if column == "mail" else "text"
    mapping = Mapping(name="test", key=(column,), columns={column: Column(type=kind)})
    rows = reader(mapping)
    assert rows.key([cell], rows.entity([cell])) == key


def test_a_key_that_is_no_mail_address_names_nobody() -> None:
    """A plain word in a mail column is no key, though it has only letters."""
    mapping = Mapping(name="test", key=("mail",), columns={"mail": Column(type="mail")})
    with pytest.raises(BadValue, match="type-error"):
        reader(mapping).key(["jean"], "")


def test_a_clear_token_of_letters_is_no_key() -> None:
    """A mapping whose clear token is a word does not make a user of it."""
    mapping = MAPPING.model_copy(update={"clear": "NULL"})
    with pytest.raises(BadValue, match="key-error"):
        reader(mapping).key(["FR01", "NULL", *GOOD[2:]], "FR01")


def test_the_legal_entity_may_have_a_default() -> None:
    """Without a column, or in an empty cell, the default for everybody counts."""
    mapping = MAPPING.model_copy(update={"defaults": {"legalEntity": "FR09"}})
    assert reader(mapping).entity(["", *GOOD[1:]]) == "FR09"
    assert reader(mapping, "employeeNumber").entity(["1"]) == "FR09"
    assert reader(MAPPING, "employeeNumber").entity(["1"]) == ""


@given(st.text(), st.text(), st.text(), st.text())
def test_no_two_users_share_a_key(one: str, two: str, three: str, four: str) -> None:
    """Legal entity and number can be told from the key, slashes or not."""
    assert (make_key(one, two) == make_key(three, four)) == ((one, two) == (three, four))


def test_the_digest_stands_for_what_is_read() -> None:
    """Other cells, mapping, mode or columns make another digest; columns not read do not."""
    rows = reader()
    digest = rows.digest(rows.joined(GOOD))
    assert digest == reader().digest(reader().joined([*GOOD, "exported at 22:00"]))
    assert digest != rows.digest(rows.joined([*GOOD[:7], "fr_BE"]))
    assert digest != reader(mode="delta").digest(rows.joined(GOOD))
    other = MAPPING.model_copy(update={"dates": "mm/dd/yyyy"})
    assert digest != reader(other).digest(rows.joined(GOOD))
    fewer = reader(MAPPING, *list(COLUMNS)[:7])
    assert digest != fewer.digest(rows.joined(GOOD))
    assert digest != rows.digest(rows.joined([*GOOD[:2], "Dupont\x1fa@b.fr", "", *GOOD[4:]]))


PADDED = Mapping(
    name="padded",
    nulls=("NULL", "N/A"),
    defaults={"legalEntity": "FR09"},
    columns={
        "legalEntity": Column(),
        "employeeNumber": Column(type="identifier", pad_to=5),
        "salary": Column(type="number"),
        "department": Column(values={"RH": "Paris", "Paris": "Siège", "Aucun": ""}),
        "manager": Column(type="manager", pad_to=5),
    },
)


@pytest.mark.parametrize("number", ["123", "00123", "'123", ' ="123"'])
def test_a_key_gets_its_zeros_back(number: str) -> None:
    """Digits that lost their zeros are the same user, and a manager is named likewise."""
    cells = ["FR01", number, "", "", "77"]
    for mapping in (PADDED, PADDED.model_copy(update={"nulls": ()})):
        rows = reader(mapping)
        assert rows.key(cells, rows.entity(cells)) == "FR01/00123"
    values = read(cells, PADDED).values
    assert (values["employeeNumber"], values["manager"]) == ("00123", "00077")


@pytest.mark.parametrize("number", ["NULL", "N/A", " N/A "])
def test_nulls_are_empty_cells(number: str) -> None:
    """What the mapping lists as empty is no key, no legal entity and no value."""
    rows = reader(PADDED)
    with pytest.raises(BadValue, match="key-error"):
        rows.key(["FR01", number, "", "", ""], "FR01")
    assert rows.entity([number, "1", "", "", ""]) == "FR09"
    row = read([number, "1", number, number, "n/a"], PADDED)
    assert row.values == {"employeeNumber": "00001", "manager": "n/a"}
    assert set(row.blanks.values()) == {Blank.EMPTY}


def test_numbers_are_read_by_the_mark_of_the_mapping() -> None:
    """A number column takes the mark that the mapping states, and no other."""
    assert read(["FR01", "1", "1\u202f200,50", "", ""], PADDED).values["salary"] == "1200.5"
    dotted = PADDED.model_copy(update={"decimal": "."})
    assert read(["FR01", "1", "1200.50", "", ""], dotted).values["salary"] == "1200.5"


def test_a_line_of_the_table_counts_before_its_targets() -> None:
    """A value that leads on is led on; one that leads to nothing is no value."""
    assert read(["FR01", "1", "", "Paris", ""], PADDED).values["department"] == "Siège"
    assert read(["FR01", "1", "", "Siège", ""], PADDED).values["department"] == "Siège"
    assert read(["FR01", "1", "", "Aucun", ""], PADDED).blanks["department"] is Blank.CLEARED


@given(st.lists(st.text(max_size=12), min_size=8, max_size=8))
def test_no_cell_becomes_a_value_that_its_column_cannot_keep(cells: list[str]) -> None:
    """Whatever is in a file: a value is one that its type can be, or there is none."""
    columns = dict(zip("abcdefgh", _ANY, strict=True))
    mapping = Mapping(name="test", key=("login",), columns={"login": Column(), **columns})
    rows = reader(mapping, *columns)
    row = rows.read(Subject(2, "key", ""), cells, rows.joined(cells), b"")
    for name, value in row.values.items() if isinstance(row, Row) else ():
        assert is_kept(columns[name].type, value)


_ANY = (
    Column(type="date"),
    Column(type="number"),
    Column(type="mail"),
    Column(type="culture"),
    Column(type="identifier", pad_to=4),
    Column(type="date", values={"x": "2020-01-01"}, unknown="pass"),
    Column(type="number", values={"x": "1.5", "y": ""}),
    Column(type="mail", values={"x": "a@b.fr"}, unknown="pass"),
)
