"""Files that would do harm are held, and the first reason names the cause in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from examples import FIRM, swap
from wharfinger.hooks.engine import ImportResult, Mapping, State
from wharfinger.hooks.engine.limits import Override
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv


def send(feed: FeedHarness, *rows: dict[str, str], day: int = 2, **changes: Any) -> ImportResult:
    """What a file with these rows comes to, after one with the whole firm."""
    feed.send(write_csv(*FIRM), "2026-11-01")
    return feed.send(write_csv(*rows), f"2026-11-{day:02}", **changes)


def cause(result: ImportResult) -> str:
    """Name of the first rule that holds the import; empty where none does."""
    holding = [it for it in result.report["safeguards"] if it["holds"]]
    assert (result.state is State.HELD) == bool(holding)
    if not holding:
        return ""
    assert holding[0]["explanation"] in result.report["summary"]
    return str(holding[0]["name"])


def test_the_firm_is_taken_as_it_is(feed: FeedHarness) -> None:
    """The file of the tests below is a sound one."""
    result = send(feed, *FIRM[:6], {**FIRM[6], "department": "D9"}, *FIRM[7:])
    assert (cause(result), result.findings) == ("", ())


@pytest.mark.parametrize("count", [2, 3, 12])
def test_renumbering(feed: FeedHarness, count: int) -> None:
    """People who come back under other numbers would be ended and made anew, without their past."""
    new = [{**row, "employeeNumber": f"Z{row['employeeNumber']}"} for row in FIRM[:count]]
    result = send(feed, *new, *FIRM[count:])
    assert cause(result) == "key-churn"
    found = [(it.key, it.value) for it in result.findings if it.code == "renumbered"]
    assert found == [(f"FR01/Z{i + 1:05}", f"FR01/{i + 1:05}") for i in range(count)]


def test_one_person_under_another_number(feed: FeedHarness) -> None:
    """A new contract may have a new number; it is pointed out, and not held."""
    result = send(feed, {**FIRM[0], "employeeNumber": "99"}, *FIRM[1:])
    assert cause(result) == ""
    assert "renumbered" in {it.code for it in result.findings}


def test_renumbering_is_seen_by_name_and_birth_date(feed: FeedHarness) -> None:
    """Also when the mail addresses were changed on the same occasion."""
    new = [{**row, "employeeNumber": f"Z{i}", "mail": f"new{i}@x.fr"} for i, row in enumerate(FIRM)]
    assert cause(send(feed, *new)) == "key-churn"
    assert cause(send(feed, *new, day=3)) == "key-churn"


def test_renumbering_in_a_delta(feed: FeedHarness) -> None:
    """A delta ends nobody, and would have everybody twice."""
    new = [{**row, "employeeNumber": f"Z{i}"} for i, row in enumerate(FIRM[:4])]
    assert cause(send(feed, *new, mode="delta")) == "key-churn"


NEW = [
    make_row(f"N{i}", lastName=f"N{i}", firstName="X", mail="contact@acme.example")
    for i in range(3)
]


@pytest.mark.parametrize("sharing", [1, 12])
def test_an_address_that_many_share_says_nothing(feed: FeedHarness, sharing: int) -> None:
    """People without an address of their own often have that of the firm."""
    shared = [{**row, "mail": "contact@acme.example"} for row in FIRM[:sharing]]
    feed.send(write_csv(*shared, *FIRM[sharing:]), "2026-11-01")
    some = NEW if sharing == 1 else NEW[:1]
    result = feed.send(write_csv(*shared[1:], *FIRM[sharing:], *some), "2026-11-02")
    assert "renumbered" not in {it.code for it in result.findings}


def test_people_in_each_others_rows(feed: FeedHarness) -> None:
    """Names, birth dates and addresses that stand beside other numbers."""
    numbers = [row["employeeNumber"] for row in FIRM]
    rows = [
        {**row, "employeeNumber": number}
        for row, number in zip(FIRM, numbers[1:] + numbers[:1], strict=True)
    ]
    result = send(feed, *rows)
    assert cause(result) == "swapped-identity"
    assert result.counts["errors"] == 12
    assert result.report["changes"] == []


def test_a_row_that_makes_somebody_else_is_not_applied(feed: FeedHarness) -> None:
    """The user stays as they are, and is present."""
    before = {**FIRM[0], "lastName": "Nouveau", "firstName": "Luc", "mail": "luc@acme.example"}
    result = send(feed, before, *FIRM[1:])
    assert result.state is State.APPLIED_WITH_WARNINGS
    (finding,) = (it for it in result.findings if it.code == "identity-changed")
    assert (finding.line, finding.key, finding.column) == (2, "FR01/00001", "lastName")
    user = feed.users()["FR01/00001"]
    assert user.values["lastName"] == "Lefèvre"
    assert user.absence is None


def test_a_number_that_is_given_away_again(feed: FeedHarness) -> None:
    """Whoever left does not come back as somebody else."""
    send(feed, {**FIRM[0], "dtContractEnd": "01/10/2026"}, *FIRM[1:])
    heir = {**FIRM[5], "employeeNumber": "00001", "lastName": "Neuf", "mail": "neuf@acme.example"}
    result = feed.send(write_csv(heir, *FIRM[1:]), "2026-11-03")
    assert "identity-changed" in {it.code for it in result.findings}
    assert feed.users()["FR01/00001"].values["lastName"] == "Lefèvre"


def test_the_rule_for_identities_can_be_switched_off(tmp_path: Path, mapping: Mapping) -> None:
    """Where it is wrong, somebody says so in the mapping."""
    off = {"swapped-identity": Override(enabled=False)}
    feed = FeedHarness(tmp_path, mapping.model_copy(update={"safeguards": off}))
    other = {**FIRM[0], "lastName": "Neuf", "firstName": "Luc", "mail": "luc@acme.example"}
    assert send(feed, other, *FIRM[1:]).state is State.APPLIED
    assert feed.users()["FR01/00001"].values["lastName"] == "Neuf"


def test_lost_zeros(feed: FeedHarness) -> None:
    """Each would be ended, and created again under the number without its zeros."""
    rows = [{**row, "employeeNumber": row["employeeNumber"].lstrip("0")} for row in FIRM]
    result = send(feed, *rows)
    assert cause(result) == "lost-zeros"
    assert "FR01/00001 arrives as FR01/1" in result.report["summary"]


def test_a_file_in_another_code_page(feed: FeedHarness, mapping: Mapping) -> None:
    """Accented letters that change because the file is read as something else."""
    feed.mapping = mapping.model_copy(update={"encoding": "cp1252"})
    feed.send(write_csv(*FIRM).encode("cp1252"), "2026-11-01")
    feed.mapping = mapping.model_copy(update={"encoding": "iso8859-2"})
    result = feed.send(write_csv(*FIRM).replace("ç", "ü").encode("cp1252"), "2026-11-02")
    assert cause(result) == "encoding"


def test_letters_that_a_conversion_could_not_write(feed: FeedHarness) -> None:
    """A file of plain ASCII in which question marks stand for accented letters."""
    result = send(feed, *({**row, "lastName": _plain(row["lastName"])} for row in FIRM))
    assert cause(result) == "encoding"


def _plain(name: str) -> str:
    return name.encode("ascii", "replace").decode()


def test_another_encoding_alone_is_a_warning(feed: FeedHarness) -> None:
    """The same letters written otherwise are the same letters."""
    feed.send(write_csv(*FIRM), "2026-11-01")
    result = feed.send(write_csv(*FIRM, make_row("77")).encode("utf-16"), "2026-11-02")
    assert cause(result) == ""
    assert "encoding-changed" in {it.code for it in result.findings}


def test_days_and_months_that_change_places(feed: FeedHarness, mapping: Mapping) -> None:
    """The export now writes the month first, and most dates can be read both ways."""
    dates = ("dtContractStart", "dtBirth")
    rows = [{**row, **{name: swap(row[name]) for name in dates}} for row in FIRM]
    result = send(feed, *rows)
    assert cause(result) == "date-order"


def test_days_and_months_in_a_firm_of_two(feed: FeedHarness) -> None:
    """Two dates are enough where no others change."""
    feed.send(write_csv(*FIRM[:2]), "2026-11-01")
    row = {**FIRM[1], "dtContractStart": swap(FIRM[1]["dtContractStart"])}
    assert cause(feed.send(write_csv(FIRM[0], row), "2026-11-02")) == ""
    row = {**FIRM[0], **{name: swap(FIRM[0][name]) for name in ("dtContractStart", "dtBirth")}}
    assert cause(feed.send(write_csv(row, FIRM[1]), "2026-11-03")) == "date-order"


def test_months_beyond_twelve(feed: FeedHarness) -> None:
    """Where dates cannot be read both ways, the rows are in error, and the cause is the same."""
    rows = [{**row, "dtContractStart": "03/25/2019"} for row in FIRM]
    result = send(feed, *rows)
    assert cause(result) == "date-order"
    assert "date-order-changed" in {it.code for it in result.findings}


COLUMNS = tuple(FIRM[0])


@pytest.mark.parametrize("place", range(1, len(COLUMNS) - 1))
@pytest.mark.parametrize("step", [1, -1])
def test_columns_that_are_shifted(feed: FeedHarness, place: int, step: int) -> None:
    """From some column on, all cells have moved by one to the right or to the left."""
    result = send(feed, *(_shift(row, place, step) for row in FIRM))
    if (place, step) == (1, 1):  # nobody has a number any more
        assert cause(result) == "row-errors"
    else:
        assert cause(result) == "shifted-columns"
        assert "The columns of the file were shifted" in result.report["summary"]


def _shift(row: dict[str, str], place: int, step: int) -> dict[str, str]:
    cells = list(row.values())
    if step > 0:
        cells = [*cells[:place], "", *cells[place:-1]]
    else:
        cells = [*cells[:place], *cells[place + 1 :], ""]
    return dict(zip(row, cells, strict=True))


def test_names_in_each_others_column(feed: FeedHarness) -> None:
    """First and last names that change places."""
    rows = [{**row, "lastName": row["firstName"], "firstName": row["lastName"]} for row in FIRM]
    assert cause(send(feed, *rows)) == "shifted-columns"


def test_a_legal_entity_that_is_missing(feed: FeedHarness) -> None:
    """The export of one of two entities failed."""
    other = [{**row, "legalEntity": "FR02", "mail": f"x{row['mail']}"} for row in FIRM[:4]]
    feed.send(write_csv(*FIRM, *other), "2026-11-01")
    assert cause(feed.send(write_csv(*FIRM), "2026-11-02")) == "entities"


def test_a_new_column_is_nothing_bad(feed: FeedHarness) -> None:
    """Everybody gets a value where they had none."""
    result = send(feed, *({**row, "profile_figgo": "P"} for row in FIRM))
    assert (cause(result), result.counts["updates"]) == ("", 12)


def test_a_column_that_is_filled_with_something_else(feed: FeedHarness) -> None:
    """Everybody's department becomes the same."""
    assert cause(send(feed, *({**row, "department": "DEFAULT"} for row in FIRM))) == "column"


@pytest.mark.parametrize(
    ("people", "lost", "held"),
    [
        (12, 2, False), (12, 3, True), (12, 4, True), (12, 6, True),
        (8, 2, False), (7, 2, True), (6, 1, False), (6, 2, True), (5, 2, True),
        (4, 1, False), (4, 2, True), (3, 1, False), (3, 2, True), (2, 1, False),
    ],
)  # fmt: skip
def test_small_firms_that_lose_people(
    feed: FeedHarness, people: int, lost: int, held: bool
) -> None:
    """More than a quarter, and two at least, do not vanish without somebody having looked."""
    feed.send(write_csv(*FIRM[:people]), "2026-11-01")
    for day in (2, 3, 4):
        result = feed.send(write_csv(*FIRM[lost:people]), f"2026-11-{day:02}")
        assert (result.state is State.HELD) == held


@pytest.mark.parametrize("people", range(2, 13))
def test_a_small_firm_in_which_everybody_leaves(feed: FeedHarness, people: int) -> None:
    """Also if the file says so with dates."""
    feed.send(write_csv(*FIRM[:people]), "2026-11-01")
    rows = ({**row, "dtContractEnd": "31/10/2026"} for row in FIRM[:people])
    assert feed.send(write_csv(*rows), "2026-11-02").state is State.HELD


def test_a_firm_that_loses_one_a_day_is_held_in_the_end(feed: FeedHarness) -> None:
    """Those who vanished in the days before count, until somebody has looked."""
    states = [
        feed.send(write_csv(*FIRM[max(0, day - 1) :]), f"2026-11-{day:02}").state
        for day in range(1, 9)
    ]
    assert states.index(State.HELD) == 4
    gone = [user for user in feed.users().values() if user.ended_by == "absence"]
    assert len(gone) == 2


def test_the_users_of_another_feed_are_counted_with_those_whom_the_file_names(
    feed: FeedHarness,
) -> None:
    """A firm may send through a second account: its people are as many as before."""
    feed.send(write_csv(*FIRM), "2026-11-01")
    gone = [{**row, "dtContractEnd": "31/10/2026"} for row in FIRM[:2]]
    result = feed.send(write_csv(*gone, *FIRM[2:]), "2026-11-02", account="acme-ftps")
    assert (cause(result), result.counts["leavers"]) == ("", 2)
    assert cause(feed.send(write_csv(*FIRM[:4]), "2026-11-03", account="acme-third")) == ""
    assert not any(user.absence for user in feed.users().values())
