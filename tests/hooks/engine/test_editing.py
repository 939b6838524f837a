"""Editing users by hand, and what files do to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wharfinger.hooks.engine import (
    EditRefused,
    Mapping,
    State,
    User,
    UserNotFound,
    edit_user,
    get_user,
    undo,
)
from wharfinger.hooks.engine.editing import edit
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

KEY = "FR01/1"
ONE = make_row("1", department="RH")


def owned(mapping: Mapping, **owners: str) -> Mapping:
    """The mapping with other owners of some columns."""
    changed = {
        name: mapping.columns[name].model_copy(update={"owner": owner})
        for name, owner in owners.items()
    }
    return mapping.model_copy(update={"columns": {**mapping.columns, **changed}})


def change(feed: FeedHarness, **values: str | None) -> User:
    """The user after Léa has edited them."""
    return edit_user(feed.directory, feed.mapping, KEY, values, "Léa")


def test_an_edit_is_kept_with_its_history(feed: FeedHarness) -> None:
    """Who did what and when, beside what imports did."""
    feed.send(write_csv(ONE))
    user = change(feed, department="R&D", csp=None)
    assert feed.users()[KEY] == user
    assert (user.values["department"], user.edited) == ("R&D", ("csp", "department"))
    first, second = get_user(feed.directory, KEY, "2026-11-02").history
    assert (first.import_id, first.person, first.change.kind) == ("import-1", None, "create")
    assert (second.import_id, second.person, second.change.kind) == ("", "Léa", "edit")
    assert second.change.before == first.change.after
    assert change(feed, department="R&D") == user
    assert len(get_user(feed.directory, KEY, "2026-11-02").history) == 2


def test_an_unchanged_row_overwrites_an_edit(feed: FeedHarness) -> None:
    """The next file is looked at, though its row is the one of before; after that nothing is."""
    two, three = (make_row(it, dtContractStart="02/11/2026") for it in ("2", "3"))
    feed.send(write_csv(ONE), "2026-11-01")
    change(feed, department="R&D")
    result = feed.send(write_csv(ONE, two), "2026-11-02")
    assert [(it.code, it.key, it.cell) for it in result.findings] == [
        ("edit-overwritten", KEY, "H2")
    ]
    user = feed.users()[KEY]
    assert (user.values["department"], user.edited) == ("RH", ())
    again = feed.send(write_csv(ONE, two, three), "2026-11-03")
    assert again.findings == ()


def test_the_file_of_before_overwrites_nothing(feed: FeedHarness) -> None:
    """The same bytes as the last applied ones change nothing, edits included."""
    feed.send(write_csv(ONE), "2026-11-01")
    change(feed, department="R&D")
    for day in ("2026-11-01", "2026-11-02"):
        assert feed.send(write_csv(ONE), day).state is State.DUPLICATE
        assert feed.users()[KEY].values["department"] == "R&D"


def test_a_local_value_survives_every_file(feed: FeedHarness) -> None:
    """It is told as long as the file says something else."""
    feed.mapping = owned(feed.mapping, department="local_wins")
    feed.send(write_csv(ONE), "2026-11-01")
    change(feed, department="R&D")
    for day, others in enumerate(("2", "3"), 2):
        result = feed.send(write_csv(ONE, make_row(others)), f"2026-11-{day:02}")
        assert [(it.code, it.value) for it in result.findings if it.key == KEY] == [
            ("local-kept", "RH")
        ]
        assert feed.users()[KEY].values["department"] == "R&D"
    moved = {**ONE, "department": "R&D", "lastName": "Durand"}
    result = feed.send(write_csv(moved), "2026-11-04")
    assert [it for it in result.findings if it.key == KEY] == []
    assert feed.users()[KEY].edited == ("department",)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["file", "local_wins", "create_only"]),
    st.sampled_from(["RH", "R&D", None]),
    st.lists(st.sampled_from(["RH", "Paie", ""]), min_size=1, max_size=3),
)
def test_edits_and_files(
    tmp_path_factory: pytest.TempPathFactory, owner: str, local: str | None, cells: list[str]
) -> None:
    """An edit survives files as the owner of the column says; a file again changes nothing."""
    feed = FeedHarness(tmp_path_factory.mktemp("feed"), MAPPING)
    feed.mapping = owned(feed.mapping, department=owner)
    feed.send(write_csv(ONE), "2026-11-01")
    change(feed, department=local)
    expected = local
    for day, text in enumerate(cells, 2):
        content = write_csv({**ONE, "department": text}, make_row(f"10{day}"))
        feed.send(content, f"2026-11-{day:02}", mode="delta")
        if owner == "file" and text:
            expected = text
        before = feed.users()[KEY]
        assert before.values.get("department") == expected
        assert (owner == "file") or before.edited == ("department",)
        again = feed.send(content + "\r\n", f"2026-11-{day:02}", mode="delta")
        assert again.report["changes"] == []
        assert feed.users()[KEY] == before


MAPPING = Mapping(
    name="test",
    columns={
        "legalEntity": Column(),
        "employeeNumber": Column(type="identifier"),
        "lastName": Column(required=True),
        "firstName": Column(),
        "mail": Column(type="mail"),
        "dtContractStart": Column(type="date"),
        "dtContractEnd": Column(type="date"),
        "department": Column(),
        "salary": Column(type="number"),
        "site": Column(values={"75": "Paris", "69": "Lyon", "-": ""}),
        "team": Column(values={"A": "Alpha"}, unknown="pass"),
        "manager": Column(type="manager"),
        "state": Column(type="status", values={"S": "ended"}),
    },
)
USER = User(key=KEY, feed="a:/b", values={"lastName": "D", "dtContractStart": "2020-01-01"})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("employeeNumber", "2", "part of the key"),
        ("departement", "RH", "no column departement"),
        ("manager", "FR01/2", "comes from files alone"),
        ("state", "ended", "comes from files alone"),
        ("lastName", None, "always has a value for lastName"),
        ("mail", None, "always has a value for mail"),
        ("mail", "jean", "“jean” is not a mail address"),
        ("dtContractEnd", "31/12/2026", "“31/12/2026” is not a date such as 2026-12-31"),
        ("dtContractEnd", "2019-12-31", "would end on 2019-12-31, before it starts"),
        ("salary", "1,5", "“1,5” is not a number such as 1234.5"),
        ("site", "75", "“75” is not among the known values of site"),
        ("site", "", "“” is not among"),
        ("department", "", "“” is not a plain text"),
        ("department", " RH", "“ RH” is not a plain text"),
        ("department", "FranÃ§ois", "is not a plain text"),
    ],
)
def test_what_cannot_be_edited(name: str, value: str | None, sentence: str) -> None:
    """One sentence says why, and one how to go on."""
    with pytest.raises(EditRefused, match=re.escape(sentence)) as caught:
        edit(USER, MAPPING, {name: value})
    assert caught.value.hint.endswith((".", "?"))


@pytest.mark.parametrize(
    ("name", "hint"), [("departement", "Did you mean department?"), ("x", "It has legalEntity")]
)
def test_the_nearest_column_is_named(name: str, hint: str) -> None:
    """A slip of the pen is recognised."""
    with pytest.raises(EditRefused) as caught:
        edit(USER, MAPPING, {name: "x"})
    assert caught.value.hint.startswith(hint)


def test_values_that_can_be_edited() -> None:
    """As the directory keeps them; a table's target, or anything where the table lets it pass."""
    values = {"salary": "1234.5", "site": "Paris", "team": "Omega", "dtContractEnd": "2030-01-01"}
    after = edit(USER, MAPPING, values)
    assert after.values == {**USER.values, **values}
    assert (after.ended_by, after.edited) == ("date", tuple(sorted(values)))
    back = edit(after, MAPPING, {"dtContractEnd": None})
    assert ("dtContractEnd" in back.values, back.ended_by) == (False, None)


def test_nobody_to_edit(tmp_path: Path, feed: FeedHarness) -> None:
    """A key that leads to nobody, or a client without users, is told; no file is made."""
    with pytest.raises(UserNotFound):
        edit_user(tmp_path / "none.db", MAPPING, KEY, {}, "Léa")
    assert not (tmp_path / "none.db").exists()
    feed.send(write_csv(make_row("2")))
    with pytest.raises(UserNotFound):
        change(feed, department="RH")


def test_who_refers_to_an_edited_user_is_looked_up_again(feed: FeedHarness) -> None:
    """An edited mail address is somebody's manager no longer by the old one."""
    feed.mapping = owned(feed.mapping, mail="local_wins")
    rows = [make_row("1", mail="old@acme.fr"), make_row("2", manager="new@acme.fr")]
    feed.send(write_csv(*rows), "2026-11-01")
    assert feed.users()["FR01/2"].manager is None
    change(feed, mail="new@acme.fr")
    feed.send(write_csv(make_row("3")), "2026-11-02", mode="delta")
    assert feed.users()["FR01/2"].manager == KEY
    change(feed, mail="other@acme.fr")
    result = feed.send(write_csv(rows[1], make_row("4")), "2026-11-03", mode="delta")
    assert "manager-not-found" in {it.code for it in result.findings}


def test_an_edit_outlives_another_manager(feed: FeedHarness) -> None:
    """Whom a user is managed by has nothing to do with what was edited."""
    feed.mapping = owned(feed.mapping, department="local_wins")
    feed.send(write_csv(ONE, make_row("2")), "2026-11-01")
    change(feed, department="R&D")
    feed.send(write_csv({**ONE, "manager": "2"}, make_row("2")), "2026-11-02")
    user = feed.users()[KEY]
    assert (user.manager, user.edited) == ("FR01/2", ("department",))


def test_undoing_an_import_brings_an_edit_back(feed: FeedHarness) -> None:
    """With its mark, byte for byte; an edit after the import is left alone and told."""
    feed.send(write_csv(ONE), "2026-11-01")
    edited = change(feed, department="R&D", csp=None)
    feed.send(write_csv({**ONE, "lastName": "Durand"}), "2026-11-02")
    undo(feed.directory, "import-2", "Léa")
    assert feed.users()[KEY].canonical() == edited.canonical()
    feed.send(write_csv({**ONE, "lastName": "Durand"}), "2026-11-03")
    latest = change(feed, department="Paie")
    findings = undo(feed.directory, "import-3", "Léa").findings
    assert [(it.code, it.column) for it in findings] == [("changed-since", "department")]
    user = feed.users()[KEY]
    assert (user.values["department"], user.values["lastName"]) == ("Paie", "Dupont 1")
    assert user.edited == latest.edited
