"""What rows make of users."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wharfinger.hooks.engine import Finding, User
from wharfinger.hooks.engine.mapping import Column, Mapping
from wharfinger.hooks.engine.merge import Merger
from wharfinger.hooks.engine.row import Blank, Row, Unknown

MAPPING = Mapping(
    name="test",
    key=("login",),
    columns={
        "login": Column(),
        "lastName": Column(required=True),
        "department": Column(values={"RH": "Ressources humaines"}),
        "role": Column(owner="create_only"),
        "note": Column(empty="clear"),
        "culture": Column(empty="default"),
        "dtContractStart": Column(type="date"),
        "dtContractEnd": Column(type="date"),
        "manager": Column(type="manager"),
    },
    defaults={"culture": "fr-FR", "role": "Salarié"},
    defaults_by={"department": {"Sud": {"culture": "fr-MC"}}},
)
DAY = "2026-11-02"
PLACES = {name: place for place, name in enumerate(MAPPING.columns)}


def row(values: dict[str, str], **blanks: Blank | Unknown) -> Row:
    """A row of jean."""
    return Row(line=2, key="jean", entity="", digest=b"", values=values, blanks=blanks)


def merge(before: User | None, change: Row, mode: str = "full") -> tuple[User, list[Finding]]:
    """What the row makes of the user."""
    return Merger(MAPPING, PLACES, mode, "a:/b", DAY).merge(before, change)


def jean(**values: str) -> User:
    """A user who is there already."""
    return User(key="jean", feed="other:/feed", values={"lastName": "Dupont", **values})


def test_a_new_user() -> None:
    """A new user belongs to the feed, and gets the defaults where the file says nothing."""
    user, findings = merge(None, row({"login": "jean", "lastName": "Dupont", "manager": "00101"}))
    assert user == User(
        key="jean",
        feed="a:/b",
        values={"login": "jean", "lastName": "Dupont", "culture": "fr-FR", "role": "Salarié"},
        reference="00101",
    )
    assert findings == []


def test_defaults_of_the_department_come_first() -> None:
    """The department in the row decides, wherever its column stands."""
    user, _ = merge(None, row({"lastName": "D", "department": "Sud"}, culture=Blank.EMPTY))
    assert user.values["culture"] == "fr-MC"
    again, _ = merge(jean(department="Nord"), row({"department": "Sud"}, culture=Blank.EMPTY))
    assert again.values["culture"] == "fr-MC"


def test_a_default_department_has_its_defaults() -> None:
    """Defaults that depend on the department count, wherever the columns stand in the mapping."""
    mapping = MAPPING.model_copy(
        update={
            "columns": dict(reversed(MAPPING.columns.items())),
            "defaults": {**MAPPING.defaults, "department": "Sud"},
        }
    )
    user, _ = Merger(mapping, PLACES, "full", "f", DAY).merge(None, row({"lastName": "D"}))
    assert (user.values["department"], user.values["culture"]) == ("Sud", "fr-MC")


def test_a_new_user_without_what_is_required() -> None:
    """A new user needs the required columns and known values; the row is an error otherwise."""
    _, findings = merge(None, row({}, lastName=Blank.EMPTY, department=Unknown("X")))
    assert sorted((it.code, it.severity, it.column) for it in findings) == [
        ("constraint-error", "error", "lastName"),
        ("unknown-value-create", "error", "department"),
    ]


def test_what_the_row_gives_is_taken() -> None:
    """Values of the row replace those of the user, others stay, and the owner stays."""
    user, findings = merge(jean(department="Sud"), row({"lastName": "Durand"}))
    assert user.values == {"lastName": "Durand", "department": "Sud"}
    assert user.feed == "other:/feed"
    assert findings == []


def test_columns_that_are_only_for_new_users() -> None:
    """A column that is set at creation is never touched again, whatever the cell says."""
    for change in (row({"role": "Chef"}), row({}, role=Blank.CLEARED), row({}, role=Unknown("X"))):
        user, findings = merge(jean(role="Salarié"), change)
        assert user.values["role"] == "Salarié"
        assert findings == []


def test_empty_cells_do_what_the_mapping_says() -> None:
    """Empty keeps, clears or takes the default, column by column."""
    before = jean(department="Sud", note="x", culture="de-DE")
    user, findings = merge(
        before, row({}, department=Blank.EMPTY, note=Blank.EMPTY, culture=Blank.EMPTY)
    )
    assert user.values == {"lastName": "Dupont", "department": "Sud", "culture": "fr-MC"}
    assert findings == []


def test_an_empty_required_cell_keeps_the_value_and_says_so() -> None:
    """A user who exists keeps the name that the file forgot."""
    user, findings = merge(jean(), row({}, lastName=Blank.EMPTY))
    assert user.values["lastName"] == "Dupont"
    assert [(it.code, it.severity, it.value, it.cell) for it in findings] == [
        ("value-kept", "warning", "Dupont", "B2")
    ]


def test_an_unknown_value_keeps_the_previous_one() -> None:
    """The rest of the row is applied, and the report names the new value."""
    user, findings = merge(
        jean(department="Sud"), row({"lastName": "Durand"}, department=Unknown("X"))
    )
    assert user.values == {"lastName": "Durand", "department": "Sud"}
    assert [(it.code, it.severity, it.value) for it in findings] == [
        ("unknown-value", "warning", "X")
    ]


def test_a_cleared_cell_takes_the_value_away() -> None:
    """The clear token empties a column that is otherwise kept."""
    user, _ = merge(jean(department="Sud"), row({}, department=Blank.CLEARED))
    assert "department" not in user.values


@pytest.mark.parametrize(("mode", "end"), [("full", None), ("delta", "2026-01-31")])
def test_an_empty_end_of_contract(mode: str, end: str | None) -> None:
    """It opens the contract in a full file, so that a corrected leaver comes back to life."""
    before = jean(dtContractStart="2020-01-01", dtContractEnd="2026-01-31")
    user, _ = merge(before, row({}, dtContractEnd=Blank.EMPTY), mode)
    assert user.values.get("dtContractEnd") == end
    assert user.ended_by == ("date" if end else None)


def test_an_end_before_the_start_is_an_error() -> None:
    """Also where the start is not in the row."""
    before = jean(dtContractStart="2020-01-01")
    _, findings = merge(before, row({"dtContractEnd": "2019-12-31"}))
    assert [(it.code, it.severity) for it in findings] == [("date-period", "error")]


def test_a_new_contract_after_the_end() -> None:
    """A later start ends the ended contract, if the file has no column for ends."""
    before = jean(dtContractStart="2020-01-01", dtContractEnd="2021-12-31")
    user, findings = merge(before, row({"dtContractStart": "2026-01-01"}))
    assert "dtContractEnd" not in user.values
    assert findings == []
    user, _ = merge(before, row({"dtContractStart": "2020-02-01"}))
    assert user.values["dtContractEnd"] == "2021-12-31"


def test_an_end_by_absence_is_taken_back() -> None:
    """Whoever is in the file again has not ended, even if the file has no column for ends."""
    before = User(
        key="jean",
        feed="f",
        values={"dtContractStart": "2020-01-01", "dtContractEnd": "2026-01-31"},
        ended_by="absence",
    )
    user, _ = merge(before, row({"lastName": "Dupont"}))
    assert (user.values.get("dtContractEnd"), user.ended_by) == (None, None)
    user, _ = merge(before, row({"dtContractEnd": "2026-02-15"}))
    assert (user.values.get("dtContractEnd"), user.ended_by) == ("2026-02-15", "date")


@pytest.mark.parametrize(
    ("change", "reference"),
    [
        (row({"manager": "00102"}), "00102"),
        (row({}, manager=Blank.EMPTY), "00101"),
        (row({}, manager=Blank.CLEARED), None),
        (row({}), "00101"),
    ],
)
def test_the_reference_to_a_manager(change: Row, reference: str | None) -> None:
    """The reference is what the file last said; the manager is looked up later."""
    before = User(key="jean", feed="f", values={"lastName": "D"}, manager="k", reference="00101")
    user, _ = merge(before, change)
    assert (user.reference, user.manager) == (reference, "k")


def test_an_empty_manager_may_clear() -> None:
    """A mapping can make an empty cell mean that there is no manager."""
    columns = {**MAPPING.columns, "manager": Column(type="manager", empty="clear")}
    mapping = MAPPING.model_copy(update={"columns": columns})
    before = User(key="jean", feed="f", values={"lastName": "D"}, reference="00101")
    user, _ = Merger(mapping, PLACES, "full", "f", DAY).merge(before, row({}, manager=Blank.EMPTY))
    assert user.reference is None


def test_a_mapping_without_managers() -> None:
    """What another feed said of the manager stays."""
    columns = {name: it for name, it in MAPPING.columns.items() if name != "manager"}
    mapping = MAPPING.model_copy(update={"columns": columns})
    before = User(key="jean", feed="f", values={"lastName": "D"}, reference="00101", manager="k")
    user, _ = Merger(mapping, PLACES, "full", "f", DAY).merge(before, row({"lastName": "E"}))
    assert (user.reference, user.manager) == ("00101", "k")


def test_a_row_gives_the_same_user_twice() -> None:
    """A row that was applied changes nothing when it is applied again."""
    change = row({"lastName": "Durand"}, note=Blank.EMPTY, culture=Blank.EMPTY)
    once, _ = merge(jean(note="x"), change)
    assert merge(once, change)[0] == once


STATUS = MAPPING.model_copy(
    update={
        "columns": {
            **MAPPING.columns,
            "status": Column(type="status", required=True, values={"S": "ended", "P": "active"}),
        }
    }
)


def merge_status(
    before: User | None, said: str | None, values: dict[str, str], **blanks: Blank | Unknown
) -> tuple[User, list[Finding]]:
    """What a row with a status makes of the user."""
    change = replace(row({"lastName": "D", **values}, **blanks), status=said)
    return Merger(STATUS, PLACES, "full", "f", DAY).merge(before, change)


def test_a_status_ends_and_takes_back() -> None:
    """It is no value of the user, only what becomes of the contract."""
    ended, findings = merge_status(jean(), "ended", {}, dtContractEnd=Blank.EMPTY)
    assert (ended.values["dtContractEnd"], ended.ended_by) == ("2026-11-01", "status")
    assert findings == []
    kept, findings = merge_status(ended, None, {}, status=Unknown("X"), dtContractEnd=Blank.EMPTY)
    assert kept == ended
    assert [it.code for it in findings] == ["unknown-value"]
    back, findings = merge_status(ended, "active", {}, dtContractEnd=Blank.EMPTY)
    assert (back.values, back.ended_by, findings) == ({"lastName": "D"}, None, [])


def test_a_status_may_be_required() -> None:
    """A new user needs a known one; of somebody who is there, an empty cell says nothing."""
    assert [it.code for it in merge_status(None, None, {})[1]] == ["constraint-error"]
    unknown = merge_status(None, None, {}, status=Unknown("X"))[1]
    assert [it.code for it in unknown] == ["unknown-value-create"]
    assert merge_status(jean(), None, {}, status=Blank.EMPTY)[1] == []
    assert merge_status(None, "active", {})[1] == []


@pytest.mark.parametrize(
    ("status", "values"),
    [
        ("active", {"dtContractEnd": "2026-11-01"}),
        ("ended", {"dtContractStart": "2026-12-01"}),
    ],
)
def test_a_status_that_contradicts_the_dates(status: str, values: dict[str, str]) -> None:
    """Nobody knows which of the two is right, so the row is an error, told once."""
    _, findings = merge_status(jean(), status, values)
    assert [(it.code, it.severity) for it in findings] == [("status-conflict", "error")]


LOCAL = MAPPING.model_copy(
    update={
        "columns": {
            **MAPPING.columns,
            "department": Column(owner="local_wins"),
            "note": Column(owner="local_wins", empty="clear"),
            "dtContractEnd": Column(type="date", owner="local_wins"),
        }
    }
)


def merge_local(before: User, change: Row) -> tuple[User, list[Finding]]:
    """What the row makes of a user with columns where local values win."""
    return Merger(LOCAL, PLACES, "full", "f", DAY).merge(before, change)


def test_a_local_value_wins_once_it_was_edited() -> None:
    """And not before; what the file says instead is told."""
    user, findings = merge_local(jean(department="A"), row({"department": "B"}))
    assert (user.values["department"], findings) == ("B", [])
    edited = replace(jean(department="A"), edited=("department",))
    user, findings = merge_local(edited, row({"department": "B"}))
    assert (user.values["department"], user.edited) == ("A", ("department",))
    assert [(it.code, it.severity, it.value, it.cell) for it in findings] == [
        ("local-kept", "info", "B", "C2")
    ]
    for agreeing in (row({"department": "A"}), row({}, department=Blank.EMPTY), row({})):
        assert merge_local(edited, agreeing) == (edited, [])


def test_a_value_that_was_cleared_locally_stays_away() -> None:
    """No value is a local value too, and so is one that the file would clear."""
    cleared = replace(jean(), edited=("note",))
    user, findings = merge_local(cleared, row({"note": "x"}))
    assert ("note" in user.values, [it.code for it in findings]) == (False, ["local-kept"])
    noted = replace(jean(note="x"), edited=("note",))
    user, findings = merge_local(noted, row({}, note=Blank.EMPTY))
    assert (user.values["note"], [it.code for it in findings]) == ("x", ["local-kept"])


def test_a_local_end_of_contract_stays() -> None:
    """Even where an empty cell means an open end; but an end by absence is nobody's edit."""
    edited = replace(jean(dtContractEnd="2027-01-31"), edited=("dtContractEnd",))
    user, findings = merge_local(edited, row({}, dtContractEnd=Blank.EMPTY))
    assert user.values["dtContractEnd"] == "2027-01-31"
    assert [it.code for it in findings] == ["local-kept"]
    absent = replace(edited, ended_by="absence")
    user, findings = merge_local(absent, row({}, dtContractEnd=Blank.EMPTY))
    assert ("dtContractEnd" in user.values, user.edited, findings) == (False, (), [])


def test_an_edit_is_overwritten_by_a_file_that_owns_the_column() -> None:
    """Once, and told; what the row does not speak of stays edited."""
    edited = replace(jean(note="x"), edited=("lastName", "note"))
    user, findings = merge(edited, row({"lastName": "Durand"}))
    assert (user.values["lastName"], user.edited) == ("Durand", ("note",))
    assert [(it.code, it.severity, it.value) for it in findings] == [
        ("edit-overwritten", "warning", "Durand")
    ]
    again, findings = merge(user, row({"lastName": "Durand"}))
    assert (again, findings) == (user, [])
    user, findings = merge(edited, row({}, note=Blank.EMPTY))
    assert ("note" in user.values, user.edited) == (False, ("lastName",))
    assert [it.code for it in findings] == ["edit-overwritten"]


def test_a_file_that_says_the_same_as_an_edit() -> None:
    """It overwrites nothing, and the value is the file's from now on."""
    edited = replace(jean(), edited=("lastName",))
    user, findings = merge(edited, row({"lastName": "Dupont"}))
    assert (user, findings) == (jean(), [])


def test_a_status_does_not_argue_with_a_local_end() -> None:
    """Whoever was ended by hand stays so, and the rest of the row counts."""
    columns = {**LOCAL.columns, "status": STATUS.columns["status"]}
    mapping = LOCAL.model_copy(update={"columns": columns})
    before = replace(jean(dtContractEnd="2026-01-31"), edited=("dtContractEnd",))
    change = replace(row({"lastName": "Durand"}, dtContractEnd=Blank.EMPTY), status="active")
    user, findings = Merger(mapping, PLACES, "full", "f", DAY).merge(before, change)
    assert user.values == {"lastName": "Durand", "dtContractEnd": "2026-01-31"}
    assert [it.code for it in findings] == ["local-kept"]
