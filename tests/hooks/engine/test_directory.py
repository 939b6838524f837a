"""What every implementation of the storage port has to do.

To hold another implementation to it, add it to the fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from wharfinger.hooks.engine import Directory, ImportRecord, State, User
from wharfinger.hooks.engine.change import Change
from wharfinger.hooks.engine.directory import HistoryEntry, Note
from wharfinger.hooks.engine.facts import FileFacts
from wharfinger.hooks.engine.manager import identify
from wharfinger.hooks.engine.sqlite import open_directory
from wharfinger.hooks.engine.user import Absence

NOW = "2026-11-02T21:00:00+00:00"
FEED = "acme-payroll:/hr/users"


@pytest.fixture(params=["sqlite"])
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Directory]:
    """An empty directory of each kind."""
    assert request.param == "sqlite"
    with open_directory(tmp_path / "directory.db") as opened:
        yield opened


def user(number: str, manager: str | None = None, **more: object) -> User:
    """A user of FR01."""
    values = {
        "legalEntity": "FR01",
        "employeeNumber": number,
        "firstName": "Éric",
        "lastName": f"Dupont {number}",
        "mail": f"e.{number}@acme.fr",
        "login": f"e{number}",
        "dtContractStart": "2020-01-01",
    }
    settings = {"values": values, "manager": manager, "reference": manager, **more}
    return User(key=f"FR01/{number}", feed=FEED, **settings)  # type: ignore[arg-type]  # as in User


def ended(someone: User, end: str) -> User:
    """The user with an end of contract."""
    return replace(someone, values={**someone.values, "dtContractEnd": end})


def create(directory: Directory, *users: User, notes: dict[str, Note] | None = None) -> None:
    """Write users who were not there."""
    changes = [Change("create", it.key, None, it, 2) for it in users]
    with directory.transaction():
        directory.write("import-1", NOW, changes, notes or {})


def record(import_id: str, state: State, **more: object) -> ImportRecord:
    """An import."""
    settings = {
        "upload_id": f"upload-{import_id}",
        "feed": FEED,
        "file_name": "users.csv",
        "sha256": "00",
        "received_at": NOW,
        "day": "2026-11-02",
        "mode": "full",
        "mapping": "users",
        "finished_at": NOW,
        **more,
    }
    return ImportRecord(id=import_id, state=state, **settings)  # type: ignore[arg-type]  # as in ImportRecord


def facts(day: str, **entities: int) -> FileFacts:
    """A file of the day."""
    return FileFacts(
        sha256=day, day=day, encoding="utf-8", separator=";", rows=3, entities=entities
    )


def test_an_empty_directory(directory: Directory) -> None:
    """Every question has an answer where there is nothing."""
    assert directory.digests() == {}
    assert directory.users(["FR01/1"]) == {}
    assert directory.users([]) == {}
    assert list(directory.all_users()) == []
    assert list(directory.standings("2026-11-02")) == []
    assert directory.marked(FEED) == set()
    assert directory.identities(["1"]) == []
    assert directory.identities([]) == []
    assert directory.referring(["1"]) == {}
    assert directory.superiors(["FR01/1"]) == {}
    assert directory.superiors([]) == {}
    assert directory.reports(["FR01/1"], "") == {}
    assert directory.find_import("import-1") is None
    assert directory.imports(10) == []
    assert directory.last_applied(FEED) is None
    assert directory.full_files(FEED) == []
    assert directory.held(FEED) == []
    assert directory.history("FR01/1") == []
    assert directory.changes("import-1") == []


def test_users_come_back_as_they_were_written(directory: Directory) -> None:
    """Byte for byte, by key, and in the order of their keys."""
    users = [user("2", absence=Absence("2026-11-02", "2026-11-01")), user("1", manager="FR01/2")]
    create(directory, *users)
    found = directory.users(["FR01/1", "FR01/2", "FR01/3"])
    assert {key: it.canonical() for key, it in found.items()} == {
        it.key: it.canonical() for it in users
    }
    assert [it.key for it in directory.all_users()] == ["FR01/1", "FR01/2"]


def test_a_change_replaces_and_a_removal_removes(directory: Directory) -> None:
    """A user is what the last change made of them, and the history keeps every step."""
    one, two = user("1"), user("2")
    create(directory, one, two)
    changed = ended(one, "2026-01-01")
    with directory.transaction():
        changes = [
            Change("leaver", one.key, one, changed, None),
            Change("undo", two.key, two, None, None),
        ]
        directory.write("import-2", NOW, changes, {})
    assert directory.users([one.key, two.key]) == {one.key: changed}
    assert directory.history(one.key) == [
        HistoryEntry("import-1", NOW, Change("create", one.key, None, one, 2)),
        HistoryEntry("import-2", NOW, Change("leaver", one.key, one, changed, None)),
    ]
    assert [it.change.after for it in directory.history(two.key)] == [two, None]
    assert [it.kind for it in directory.changes("import-1")] == ["create", "create"]
    assert [it.key for it in directory.changes("import-2")] == [one.key]


def test_notes_are_kept_beside_users(directory: Directory) -> None:
    """A digest stays until another one, or a change without one, takes its place."""
    one, two = user("1"), user("2")
    create(directory, one, two, notes={one.key: Note(b"abc", pending=False)})
    assert directory.digests() == {one.key: b"abc", two.key: b""}
    assert directory.referring([]).keys() == {two.key}
    with directory.transaction():
        directory.write("import-2", NOW, [], {one.key: Note(None, pending=True)})
    assert directory.digests()[one.key] == b"abc"
    assert directory.referring([]).keys() == {one.key, two.key}
    with directory.transaction():
        directory.write("import-3", NOW, [], {two.key: Note(b"def", pending=False)})
    assert directory.digests()[two.key] == b"def"
    changed = ended(one, "2026-01-01")
    with directory.transaction():
        change = Change("leaver", one.key, one, changed)
        directory.write("import-4", NOW, [change], {one.key: Note(None, pending=False)})
        directory.write("import-5", NOW, [Change("undo", two.key, two, two)], {})
    assert directory.digests() == {one.key: b"abc", two.key: b""}


def test_many_changes_at_once(directory: Directory) -> None:
    """More users than one statement takes are written and found all the same."""
    users = [user(str(number), manager="FR01/0") for number in range(2500)]
    create(directory, *users)
    keys = [it.key for it in users]
    assert len(directory.digests()) == 2500
    assert directory.users(keys).keys() == set(keys)
    assert len(directory.reports(keys, "")["FR01/0"]) == 2500


def test_who_stands_on_a_day(directory: Directory) -> None:
    """All who have not ended, with what counting them needs; those who start later as well."""
    create(
        directory,
        ended(user("1"), "2026-11-01"),
        ended(user("2"), "2026-11-02"),
        user("3"),
        User(key="x", feed="other", values={}),
    )
    assert sorted(directory.standings("2026-11-02")) == [
        ("FR01/2", "FR01", FEED, "2020-01-01"),
        ("FR01/3", "FR01", FEED, "2020-01-01"),
        ("x", "", "other", ""),
    ]


def test_who_was_missing(directory: Directory) -> None:
    """Only those of the feed."""
    absence = Absence("2026-11-02", "2026-11-01")
    other = User(key="x", feed="other", values={}, absence=absence)
    create(directory, user("1"), user("2", absence=absence), other)
    assert directory.marked(FEED) == {"FR01/2"}


@pytest.mark.parametrize("token", ["1", "e.1@acme.fr", "e1", "1 dupont eric"])
def test_who_can_be_named(directory: Directory, token: str) -> None:
    """Users are found by everything that a reference may name them by."""
    one = ended(user("1"), "2026-01-01")
    create(directory, one, user("2"))
    assert directory.identities([token, "nobody"]) == [identify(one)]


def test_who_refers(directory: Directory) -> None:
    """Users are found by the token of their reference, however it is written."""
    one = user("1", reference="Éric  DUPONT 9", manager="FR01/9")
    create(
        directory,
        one,
        user("2"),
        notes={it: Note(b"", pending=False) for it in ("FR01/1", "FR01/2")},
    )
    assert directory.referring(["9 dupont eric"]) == {one.key: one}
    assert directory.referring(["else"]) == {}


def test_the_way_up_and_down(directory: Directory) -> None:
    """Managers are followed to the top, even round a cycle; reports are those still there."""
    create(
        directory,
        user("1", manager="FR01/2"),
        user("2", manager="FR01/3"),
        user("3", manager="FR01/2"),
        user("4"),
        ended(user("5", manager="FR01/2"), "2026-01-01"),
    )
    assert directory.superiors(["FR01/1", "FR01/4"]) == {
        "FR01/1": "FR01/2",
        "FR01/2": "FR01/3",
        "FR01/3": "FR01/2",
    }
    assert directory.reports(["FR01/2", "FR01/4"], "2026-11-02") == {"FR01/2": ["FR01/1", "FR01/3"]}
    assert directory.reports(["FR01/2"], "") == {"FR01/2": ["FR01/1", "FR01/3", "FR01/5"]}


def test_imports_come_back_as_they_were_recorded(directory: Directory) -> None:
    """With everything, newest first; what is recorded again takes the old one's place."""
    full = record(
        "import-1",
        State.HELD,
        plan_hash="ff",
        counts={"creates": 1},
        facts=facts("2026-11-01", FR01=3),
        report={"summary": "é"},
        corrected_csv=b"\xef\xbb\xbfa",
    )
    plain = record("import-2", State.REJECTED)
    applied = replace(full, state=State.APPLIED, decided_by="Léa", decided_at=NOW, report={})
    with directory.transaction():
        directory.record(full)
        directory.record(plain)
    assert directory.find_import("import-1") == full
    assert directory.held(FEED) == [full]
    assert directory.imports(10) == [plain, full]
    with directory.transaction():
        directory.record(applied)
    assert directory.imports(10) == [plain, applied]
    assert directory.imports(1) == [plain]
    assert directory.held(FEED) == []


def test_the_files_of_a_feed(directory: Directory) -> None:
    """The last applied one, and the full ones with those equal to one, newest first."""
    imports = [
        record("1", State.APPLIED, facts=facts("2026-11-01", FR01=1)),
        record("2", State.DUPLICATE, facts=facts("2026-11-02")),
        record("3", State.APPLIED_WITH_WARNINGS, facts=facts("2026-11-03")),
        record("4", State.APPLIED, facts=facts("2026-11-04"), mode="delta"),
        record("5", State.UNDONE, facts=facts("2026-11-05")),
        record("6", State.HELD, facts=facts("2026-11-06")),
        record("7", State.APPLIED, facts=facts("2026-11-07"), feed="other"),
        record("8", State.REJECTED),
    ]
    with directory.transaction():
        for it in imports:
            directory.record(it)
    assert directory.last_applied(FEED) == facts("2026-11-04")
    assert [it.day for it in directory.full_files(FEED)] == [
        "2026-11-03",
        "2026-11-02",
        "2026-11-01",
    ]
    assert directory.full_files(FEED)[-1] == facts("2026-11-01", FR01=1)


def test_a_transaction_is_all_or_nothing(directory: Directory) -> None:
    """What goes wrong in the middle leaves nothing behind."""

    def fail() -> None:
        with directory.transaction():
            directory.write("import-1", NOW, [Change("create", "FR01/1", None, user("1"))], {})
            directory.record(record("import-1", State.APPLIED))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert directory.digests() == {}
    assert directory.imports(1) == []
