"""Contracts from file to file: several lines of a user, and a status that ends them."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine import Mapping, State
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

KEY = "FR01/1"
OLD = make_row("1", dtContractEnd="31/12/2021", department="Paie")
NEW = make_row("1", dtContractStart="01/01/2022", department="R&D")
OTHERS = [make_row(str(number)) for number in range(2, 6)]


@pytest.fixture
def feed(feed: FeedHarness) -> FeedHarness:
    """A feed in which several lines of a user are contracts."""
    feed.mapping = feed.mapping.model_copy(update={"multi_contract": True})
    return feed


def test_unchanged_contracts_change_nothing(feed: FeedHarness) -> None:
    """A file with one more user is planned without a change to who has two contracts."""
    feed.send(write_csv(OLD, NEW, *OTHERS), "2026-11-01")
    assert feed.users()[KEY].values["department"] == "R&D"
    for rows in ([OLD, NEW], [NEW, OLD], [OLD, NEW, OLD]):
        result = feed.plan(write_csv(*rows, *OTHERS, make_row("9")), "2026-11-02")
        assert [it["key"] for it in result.report["changes"]] == ["FR01/9"]
        assert result.counts["unchanged"] == 5


def test_a_change_in_either_line_is_noticed(feed: FeedHarness) -> None:
    """Whether the line counts or comes to count by it; in the other one nothing is to be done."""
    feed.send(write_csv(OLD, NEW, *OTHERS), "2026-11-01")
    moved = feed.plan(write_csv(OLD, {**NEW, "department": "RH"}, *OTHERS), "2026-11-02")
    assert moved.report["changes"][0]["fields"] == {"department": ["R&D", "RH"]}
    ended = {**NEW, "dtContractEnd": "31/10/2026"}
    taken_up = {**OLD, "dtContractStart": "01/11/2026", "dtContractEnd": ""}
    swapped = feed.plan(write_csv(taken_up, ended, *OTHERS), "2026-11-02")
    assert swapped.report["changes"][0]["fields"]["department"] == ["R&D", "Paie"]
    other = feed.plan(write_csv({**OLD, "department": "RH"}, NEW, *OTHERS), "2026-11-02")
    assert other.report["changes"] == []
    doubtful = feed.plan(write_csv({**OLD, "dtContractEnd": ""}, NEW, *OTHERS), "2026-11-02")
    assert [it.code for it in doubtful.findings] == ["primary-key"] * 2
    assert doubtful.report["changes"] == []


def test_a_second_contract_and_its_end(feed: FeedHarness) -> None:
    """A user goes from one line to two and back, and is always who the lines say."""
    alone = {**OLD, "dtContractEnd": ""}
    feed.send(write_csv(alone, *OTHERS), "2026-11-01")
    ended = {**OLD, "dtContractEnd": "02/11/2026"}
    coming = {**NEW, "dtContractStart": "03/11/2026"}
    for day, department in (("2026-11-02", "Paie"), ("2026-11-03", "R&D")):
        feed.send(write_csv(ended, coming, *OTHERS), day)
        assert feed.users()[KEY].values["department"] == department
    result = feed.send(write_csv(coming, *OTHERS), "2026-11-04")
    assert (result.report["changes"], result.findings) == ([], ())


def test_the_same_bytes_of_a_later_day(feed: FeedHarness) -> None:
    """Say that the next contract has begun."""
    content = write_csv({**OLD, "dtContractEnd": "02/11/2026"}, coming(), *OTHERS)
    feed.send(content, "2026-11-02")
    assert feed.send(content, "2026-11-02").state is State.DUPLICATE
    result = feed.send(content, "2026-11-03")
    assert result.state is State.APPLIED
    assert feed.users()[KEY].values["department"] == "R&D"
    assert feed.send(content, "2026-11-04").state is State.DUPLICATE


def coming() -> dict[str, str]:
    """A line whose contract begins on the 3rd."""
    return {**NEW, "dtContractStart": "03/11/2026"}


STATUS = Column(type="status", values={"Sorti": "ended", "Présent": "active"})


@pytest.mark.parametrize("mode", ["full", "delta"])
def test_a_status_ends_users(
    tmp_path_factory: pytest.TempPathFactory, mapping: Mapping, mode: str
) -> None:
    """Without a date the day before the file's counts, and stays; both modes are alike."""
    columns = {**mapping.columns, "statut": STATUS}
    feed = FeedHarness(
        tmp_path_factory.mktemp("feed"), mapping.model_copy(update={"columns": columns})
    )
    rows = [make_row(str(number), statut="Présent") for number in range(9)]
    one = make_row("1", statut="Sorti")
    feed.send(write_csv(*rows), "2026-11-01", mode=mode)
    assert "statut" not in feed.users()[KEY].values
    content = write_csv(rows[0], one, *rows[2:])
    result = feed.send(content, "2026-11-05", mode=mode)
    assert [(it["kind"], it["key"]) for it in result.report["changes"]] == [("leaver", KEY)]
    for changed in (one, {**one, "lastName": "Durand"}):
        feed.send(write_csv(rows[0], changed, *rows[3:]), "2026-11-08", mode=mode)
        user = feed.users()[KEY]
        assert (user.values["dtContractEnd"], user.ended_by) == ("2026-11-04", "status")
    back = feed.send(write_csv(*rows), "2026-11-09", mode=mode)
    assert "rehire" in {it["kind"] for it in back.report["changes"]}
    assert feed.users()[KEY].ended_by is None


def test_an_active_user_whose_end_has_passed(feed: FeedHarness) -> None:
    """Is noticed on the day, though the row is the one of before."""
    columns = {**feed.mapping.columns, "statut": STATUS}
    feed.mapping = feed.mapping.model_copy(update={"columns": columns})
    rows = [make_row(it, statut="Présent", dtContractEnd="05/11/2026") for it in ("1", "8")]
    assert feed.send(write_csv(*rows, *OTHERS[1:]), "2026-11-05").findings == ()
    result = feed.plan(write_csv(*rows, *OTHERS), "2026-11-06")
    troubles = [it.code for it in result.findings if it.severity != "info"]
    assert troubles == ["status-conflict"] * 2


def test_a_manager_who_is_ended_by_a_status(feed: FeedHarness) -> None:
    """Leaves orphans that are told, and makes room for whoever has the same name."""
    columns = {**feed.mapping.columns, "statut": STATUS}
    feed.mapping = feed.mapping.model_copy(update={"columns": columns})
    boss, namesake = (make_row(it, lastName="Dû", statut="Présent") for it in ("1", "2"))
    row = make_row("3", manager="Léa Dû")
    feed.send(write_csv(boss, row), "2026-11-01")
    feed.send(write_csv(boss, namesake, row), "2026-11-02")
    gone = feed.send(write_csv({**boss, "statut": "Sorti"}, namesake, row), "2026-11-03")
    assert feed.users()["FR01/3"].manager == "FR01/2"
    last = feed.send(write_csv({**namesake, "statut": "Sorti"}, row), "2026-11-04", mode="delta")
    assert [it.code for it in (*gone.findings, *last.findings)] == ["manager-leaver"]
