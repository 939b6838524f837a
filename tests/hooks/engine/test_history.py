"""Properties of whole histories of files, with everything that is held approved.

What one plan must be is in test_plan; here are many files after one another.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from truth.damage import Verdict
from truth.table import make_table
from truth.year import Year
from wharfinger.hooks.engine import (
    ImportResult,
    State,
    User,
    approve,
    load_mapping,
    plan_undo,
    run_import,
    status,
    undo,
)
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

#: each example imports many files, and a soak has many examples
pytestmark = pytest.mark.timeout(3600)

MAPPING = load_mapping("users")
COLUMNS = (*make_row(), "dtBirth", "department", "manager")
SOON = settings(
    max_examples=settings().max_examples // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
_APPLIED = {State.APPLIED, State.APPLIED_WITH_WARNINGS, State.DUPLICATE}

#: number -> cells of the row
_People = dict[int, dict[str, str]]


def _entity(number: int) -> str:
    return "FR01" if number < 6 else "FR02"


def _cells(number: int) -> st.SearchStrategy[dict[str, str]]:
    """What a right row may say; managers are colleagues of a smaller number, or nobody."""
    return st.fixed_dictionaries(
        {
            "legalEntity": st.just(_entity(number)),
            "lastName": st.sampled_from(["Dupont", "Dûrand", "d'Arc"]),
            "mail": st.sampled_from([f"{number}@acme.example", f"x{number}@acme.example"]),
            "dtContractStart": st.sampled_from(["01/02/2020", "05/11/2026", "20/11/2026"]),
            "dtContractEnd": st.sampled_from(["", "", "", "25/11/2026", "31/12/2027"]),
            "department": st.sampled_from(["Paie", "Ventes"]),
            "manager": st.integers(1, number).map(
                lambda it: f"{'FR01' if it < 6 else 'FR02'}:{it}"
            ),
        }
    )


_people = st.fixed_dictionaries({}, optional={number: _cells(number) for number in range(1, 9)})
_files = st.lists(_people.filter(bool), min_size=1, max_size=5)


@contextmanager
def new_feed() -> Iterator[FeedHarness]:
    """A feed of its own for each example."""
    with TemporaryDirectory() as folder:
        yield FeedHarness(Path(folder), MAPPING)


def day_of(number: int) -> str:
    """The day of the nth file."""
    return f"2026-11-{number:02}"


def write(people: _People) -> str:
    """The full file, or the delta, about these people."""
    rows = [make_row(str(number), **cells) for number, cells in people.items()]
    return write_csv(*rows, columns=COLUMNS)


def send(feed: FeedHarness, content: str | bytes, day: str, **changes: Any) -> ImportResult:
    """Import the content; if it is held, somebody approves what it means by then."""
    request = feed.request(content, day, **changes)
    result = run_import(request, feed.directory)
    return approve(request, feed.directory, "Léa") if result.state is State.HELD else result


def complete(people: _People) -> _People:
    """The people whose managers are in the file too; the others manage themselves."""
    known = {f"{cells['legalEntity']}:{number}" for number, cells in people.items()}
    return {
        number: cells
        if cells["manager"] in known
        else {**cells, "manager": f"{cells['legalEntity']}:{number}"}
        for number, cells in people.items()
    }


@SOON
@given(_files, st.lists(st.integers(0, 4), max_size=6))
def test_the_newest_full_file_decides(files: list[_People], repeats: list[int]) -> None:
    """Once it came on two days, the directory is what it says, whatever came before.

    Each user whom the file names is the same, with manager and status, as in a directory that never
    saw another file. Who is not named has ended, in the legal entities that the file names; in the
    others, nobody has changed. Both days come after all starts: a user who has not begun yet is not
    missing.
    """
    newest = complete(files[-1])
    sent = [*files, *(files[place % len(files)] for place in repeats)]
    with new_feed() as feed, new_feed() as fresh:
        for day, people in enumerate(sent, 1):
            send(feed, write(complete(people)), day_of(day))
        before = feed.users()
        for day in (27, 28):
            send(feed, write(newest), day_of(day))
            send(fresh, write(newest), day_of(day))
        after, expected = feed.users(), fresh.users()
        assert {key: after[key] for key in expected} == expected
        covered = {user.entity for user in expected.values()}
        for key in after.keys() - expected.keys():
            if after[key].entity in covered:
                assert has_ended(after[key], day_of(28))
            else:
                assert after[key].canonical() == before[key].canonical()


def has_ended(user: User, day: str) -> bool:
    """Whether the user has ended, or leaves with this day, the last one of presence."""
    return status(user, day) == "ended" or user.ended_by == "absence"


_statement = st.tuples(st.sampled_from(["full", "delta", "delta"]), _people.filter(bool))


@SOON
@given(st.lists(_statement, min_size=1, max_size=10), st.lists(st.integers(0, 20), max_size=4))
def test_no_delta_is_lost(statements: list[tuple[Any, _People]], repeats: list[int]) -> None:
    """What is said last of a user is what the directory says, be it in a delta or a full file.

    Only the end of who was ever ended by absence may be another: their return may clear it.
    """
    sent = [*statements, *(statements[place % len(statements)] for place in repeats)]
    said: _People = {}
    ended: set[str] = set()
    with new_feed() as feed, new_feed() as fresh:
        for number, (mode, people) in enumerate(sent, 1):
            send(feed, write(people), day_of(number), mode=mode)
            ended |= {key for key, it in feed.users().items() if it.ended_by == "absence"}
            said |= {it: _merge(said.get(it, {}), cells, mode) for it, cells in people.items()}
        send(fresh, write(said), day_of(28))
        users, expected = feed.users(), fresh.users()
        assert users.keys() == expected.keys()
        for key, user in users.items():
            free = {"dtContractEnd"} if key in ended else set()
            assert _without(free, user) == _without(free, expected[key])


def _merge(said: dict[str, str], cells: dict[str, str], mode: str) -> dict[str, str]:
    """An empty end says in a full file that there is none, and in a delta nothing."""
    kept = {"dtContractEnd": said.get("dtContractEnd", "")} if mode == "delta" else {}
    return {**cells, **(kept if not cells["dtContractEnd"] else {})}


def _without(columns: set[str], user: User) -> dict[str, str]:
    return {name: value for name, value in user.values.items() if name not in columns}


def test_a_year_can_be_undone_repeated_and_shuffled(tmp_path: Path) -> None:
    """For every file of some months: twice changes nothing, and undoing it everything.

    Users are byte for byte what they were, and the rows may come in any order.
    """
    feed, draw = FeedHarness(tmp_path, MAPPING), random.Random(1)  # noqa: S311 - repeatable
    for delivery in Year(12, 7, days=90):
        if delivery.damage.verdict is Verdict.STOP:
            continue
        content, day = delivery.damage.data, delivery.day.isoformat()
        before = canonical(feed)
        result = send(feed, content, day)
        if result.state not in _APPLIED:
            continue
        after = canonical(feed)
        assert feed.plan(content, day).report["changes"] == []
        if result.state is not State.DUPLICATE:
            way_back = plan_undo(feed.directory, result.import_id).report["undo"]["plan_hash"]
            undo(feed.directory, result.import_id, "Léa", plan=way_back)
            assert canonical(feed) == before
            if delivery.what == "daily":
                people = list(delivery.content.values())
                draw.shuffle(people)
                shuffled = make_table(people, "utf-8-sig").data
                assert feed.plan(shuffled, day).plan_hash == result.plan_hash
            send(feed, content, day)
        assert canonical(feed) == after


def canonical(feed: FeedHarness) -> dict[str, str]:
    """Every user as they are kept."""
    return {key: user.canonical() for key, user in feed.users().items()}
