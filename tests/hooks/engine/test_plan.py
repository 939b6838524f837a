"""Plans: properties that hold for every file and every directory."""

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

from wharfinger.hooks.engine import (
    ImportResult,
    Mapping,
    State,
    approve,
    get_user,
    load_mapping,
    plan_undo,
    run_import,
    undo,
)
from wharfinger.hooks.engine.mapping import Column
from wharfinger.hooks.engine.sqlite import SqliteDirectory
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

USERS = load_mapping("users")
MAPPING = Mapping(
    **{
        **USERS.model_dump(),
        "columns": {
            **USERS.columns,
            "department": Column(values={"RH": "Ressources humaines", "PAIE": "Paie"}),
        },
        "defaults": {"culture": "fr-FR"},
    }
)
COLUMNS = (*make_row(), "dtBirth", "department", "manager", "login", "culture")
#: each example imports several files; whoever asks for more examples gets more here too
SOON = settings(
    max_examples=settings().max_examples * 3 // 5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

_number = st.sampled_from(["1", "2", "3", "4", "5", "01"])
_row = st.builds(
    make_row,
    _number,
    legalEntity=st.sampled_from(["FR01", "FR01", "FR01", "FR02"]),
    lastName=st.sampled_from(["Dupont", "Durand", "Dû", "", 'D"u', "FranÃ§ois"]),
    firstName=st.sampled_from(["Léa", "Zoé"]),
    mail=st.sampled_from(["a@b.fr", "c@d.fr", "bad"]),
    dtContractStart=st.sampled_from(["01/02/2020", "02/01/2020", "01/12/2026", "31/31/2020"]),
    dtBirth=st.sampled_from(["", "01/02/1980", "02/01/1980", "05/05/1990"]),
    dtContractEnd=st.sampled_from(["", "", "", "31/10/2026", "31/12/2026", "31/12/9999"]),
    department=st.sampled_from(["RH", "PAIE", "Paie", "X", "", "{empty}"]),
    manager=st.sampled_from(["", "1", "2", "3", "FR02/4", "Léa Dupont", "c@d.fr", "{empty}"]),
    login=st.sampled_from(["", "leo", "zoe"]),
    culture=st.sampled_from(["", "fr_FR", "de-DE", "xx"]),
)
_good_row = st.builds(
    make_row,
    _number,
    lastName=st.sampled_from(["Dupont", "Durand", "Dû"]),
    dtContractEnd=st.sampled_from(["", "", "31/10/2026", "31/12/2026"]),
    manager=st.sampled_from(["", "1", "2", "3", "Léa Dû"]),
)


def _unique(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return list({row["employeeNumber"]: row for row in rows}.values())


_rows = st.lists(_row, min_size=1, max_size=8)
_files = st.lists(st.tuples(_rows, st.sampled_from(["full", "full", "delta"])), max_size=5)
_good_files = st.lists(st.lists(_good_row, min_size=1).map(_unique), min_size=1, max_size=5)


@contextmanager
def new_feed() -> Iterator[FeedHarness]:
    """A feed of its own for each example."""
    # in memory where there is such a place: hundreds of directories are made and thrown away
    memory = Path("/dev/shm")  # noqa: S108  # only to be quicker
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield FeedHarness(Path(folder), MAPPING)


def send(feed: FeedHarness, rows: list[dict[str, str]], day: int, mode: str = "full") -> Any:
    """Import rows, and approve them if they are held."""
    request = feed.request(write_csv(*rows, columns=COLUMNS), f"2026-11-{day:02}", mode=mode)
    result = run_import(request, feed.directory)
    return approve(request, feed.directory, "Léa") if result.state is State.HELD else result


def records(feed: FeedHarness) -> dict[str, str]:
    """Every user, byte for byte."""
    return {key: user.canonical() for key, user in feed.users().items()}


def told(result: ImportResult) -> dict[str, Any]:
    """Everything that an import says, but for times and ids."""
    report = {
        name: value
        for name, value in result.report.items()
        if name not in {"import", "upload", "times", "timings_ms", "file", "decision"}
    }
    return {**report, "corrected": result.corrected_csv}


@SOON
@given(_files, _rows, st.randoms())
def test_the_order_of_the_rows_is_irrelevant(
    files: list[tuple[list[dict[str, str]], str]],
    rows: list[dict[str, str]],
    shuffle: random.Random,
) -> None:
    """A plan is the same in whatever order the software writes its rows."""
    with new_feed() as feed:
        for day, (before, mode) in enumerate(files, 1):
            send(feed, before, day, mode)
        shuffled = shuffle.sample(rows, len(rows))
        one, other = (
            # the line break keeps them from being the last file again
            feed.plan(write_csv(*some, columns=COLUMNS) + "\r\n", "2026-11-20")
            for some in (rows, shuffled)
        )
    assert one.plan_hash == other.plan_hash
    assert one.counts == other.counts
    assert sorted(it.code for it in one.findings) == sorted(it.code for it in other.findings)
    assert one.report["safeguards"] == other.report["safeguards"]


@SOON
@given(_files, _rows)
def test_a_file_applied_twice_changes_nothing_the_second_time(
    files: list[tuple[list[dict[str, str]], str]], rows: list[dict[str, str]]
) -> None:
    """Once a file is applied, planning it again on the same day finds nothing to do."""
    with new_feed() as feed:
        for day, (before, mode) in enumerate(files, 1):
            send(feed, before, day, mode)
        send(feed, rows, 20)
        content = write_csv(*rows, columns=COLUMNS) + "\r\n"
        again = feed.plan(content, "2026-11-20")
    assert again.report["changes"] == []


@SOON
@given(_files, _rows)
def test_undoing_restores_every_record(
    files: list[tuple[list[dict[str, str]], str]], rows: list[dict[str, str]]
) -> None:
    """After an undone import every user is byte for byte what they were before it."""
    with new_feed() as feed:
        for day, (before, mode) in enumerate(files, 1):
            send(feed, before, day, mode)
        expected = records(feed)
        result = send(feed, rows, 20)
        if result.state in {State.APPLIED, State.APPLIED_WITH_WARNINGS}:
            plan = plan_undo(feed.directory, result.import_id).report["undo"]["plan_hash"]
            undone = undo(feed.directory, result.import_id, "Léa", plan=plan)
            assert undone.report["undo"]["findings"] == []
        # the last file again counts absences, which is nothing that is undone
        assert result.state is State.DUPLICATE or records(feed) == expected


@SOON
@given(st.lists(_rows, min_size=2, max_size=6))
def test_a_rejected_user_never_leaves(files: list[list[dict[str, str]]]) -> None:
    """Whoever is named in a file, however badly, is not ended or marked by it."""
    with new_feed() as feed:
        for day, rows in enumerate(files, 1):
            before = feed.users()
            result = send(feed, rows, day)
            named = {f"{it['legalEntity']}/{it['employeeNumber']}" for it in rows}
            rejected = {it.key for it in result.findings if it.severity == "error"}
            after = feed.users()
            for key in rejected & before.keys():
                assert after[key].values == before[key].values
                assert after[key].manager == before[key].manager
            for key in named & after.keys():
                assert after[key].absence is None
                assert after[key].ended_by != "absence" or key in rejected


@SOON
@given(_files, st.data())
def test_skipping_unchanged_rows_changes_nothing(
    files: list[tuple[list[dict[str, str]], str]], data: st.DataObject
) -> None:
    """With and without the digests, every file comes to the same users, findings and report."""
    with new_feed() as skipping, new_feed() as thorough:
        rows: list[dict[str, str]] = []
        for day, (some, mode) in enumerate([*files, ([make_row()], "full")], 1):
            # most rows of a daily file are those of the day before
            kept = [row for row in rows if data.draw(st.booleans() | st.just(True))]
            rows = [*kept, *some]
            one = send(skipping, rows, day, mode)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(SqliteDirectory, "digests", _forget_digests)
                other = send(thorough, rows, day, mode)
            assert told(one) == told(other)
            assert records(skipping) == records(thorough)


_remember_digests = SqliteDirectory.digests


def _forget_digests(directory: SqliteDirectory) -> dict[str, bytes]:
    return dict.fromkeys(_remember_digests(directory), b"")


@SOON
@given(_good_files, st.lists(st.integers(0, 4), max_size=6))
def test_the_newest_full_file_decides(
    files: list[list[dict[str, str]]], repeats: list[int]
) -> None:
    """Whatever was sent before, and however often, what a file says is how it is afterwards."""
    with new_feed() as feed, new_feed() as fresh:
        sent = [*files, *(files[place % len(files)] for place in repeats), files[-1]]
        for day, rows in enumerate(sent, 1):
            send(feed, rows, day)
        send(fresh, files[-1], len(sent))
        expected = {key: dict(it.values) for key, it in fresh.users().items()}
        users = {key: dict(it.values) for key, it in feed.users().items() if key in expected}
        assert users == expected


def test_the_hash_stands_for_the_changes(tmp_path: Path) -> None:
    """Another user, value, or value before makes another hash; lines and remarks do not."""
    feed = FeedHarness(tmp_path, MAPPING)
    one, two = make_row("1"), make_row("2")
    hashes = [
        feed.plan(content).plan_hash
        for content in (
            write_csv(one),
            write_csv(two),
            write_csv(make_row("1", lastName="Durand")),
            write_csv(one, two),
        )
    ]
    assert len(set(hashes)) == 4
    assert feed.plan("\r\n" + write_csv(one)).plan_hash == hashes[0]
    feed.send(write_csv(one, two), "2026-11-01")
    first = feed.plan(write_csv(make_row("1", lastName="Durand"), two)).plan_hash
    feed.send(write_csv(make_row("1", lastName="Martin"), two), "2026-11-01")
    assert feed.plan(write_csv(make_row("1", lastName="Durand"), two)).plan_hash != first


def test_a_changed_row_is_all_that_is_written(tmp_path: Path) -> None:
    """The history holds what changed, and nothing about those who did not."""
    feed = FeedHarness(tmp_path, MAPPING)
    rows = [make_row(str(number)) for number in range(30)]
    feed.send(write_csv(*rows), "2026-11-01")
    rows[7] = make_row("7", lastName="Durand")
    result = feed.send(write_csv(*rows), "2026-11-02")
    assert result.counts == {
        "rows": 30,
        "creates": 0,
        "updates": 1,
        "leavers": 0,
        "rehires": 0,
        "unchanged": 29,
        "absent": 0,
        "errors": 0,
        "warnings": 0,
    }
    lengths = [
        len(get_user(feed.directory, f"FR01/{number}", "2026-11-02").history)
        for number in range(30)
    ]
    assert lengths == [2 if number == 7 else 1 for number in range(30)]
