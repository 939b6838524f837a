"""The audit log: one chain, whoever writes, and nothing that is done to it goes unseen."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from wharfinger.server.audit import AuditLog, Recorder
from wharfinger.server.database import Database
from wharfinger.server.migrations import migrations

DAY = datetime(2026, 11, 25, 23, 59, tzinfo=UTC)


class Clock:
    """A time that the test sets."""

    now = DAY

    def __call__(self) -> datetime:
        """What time it is."""
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The database that holds the head."""
    found = Database(tmp_path / "wharfinger.db", migrations)
    yield found
    found.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def log(tmp_path: Path, database: Database, clock: Clock) -> AuditLog:
    """A log with three lines of one day and two of the next."""
    log = AuditLog(tmp_path / "audit", database, durable=False, clock=clock)
    for n in range(3):
        log.append({"event": "login", "account": f"a{n}"})
    clock.now = DAY + timedelta(days=1)
    log.append({"event": "upload", "path": "/x"}, {"event": "download", "path": "/x"})
    return log


@pytest.fixture
def files(log: AuditLog, tmp_path: Path) -> list[Path]:
    """The log's files."""
    return sorted((tmp_path / "audit").iterdir())


def problems(log: AuditLog) -> list[tuple[str, int, str]]:
    """What is wrong, and where."""
    return [(fault.file, fault.line, fault.problem) for fault in log.verify()]


def test_the_log_goes_on_over_days(log: AuditLog, files: list[Path]) -> None:
    """One file a day, and one chain over all of them; nobody else can read it."""
    assert [file.name for file in files] == ["2026-11-25.jsonl", "2026-11-26.jsonl"]
    assert [event["seq"] for event in log.events()] == [1, 2, 3, 4, 5]
    assert [event["seq"] for event in log.events(since=date(2026, 11, 26))] == [4, 5]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert problems(log) == []


def test_a_clock_that_was_set_back_opens_no_older_file(log: AuditLog, clock: Clock) -> None:
    """The line says when it was, in the file that is the last."""
    clock.now = DAY - timedelta(days=5)
    log.append({"event": "login"})
    assert list(log.events(since=date(2026, 11, 26)))[-1]["at"].startswith("2026-11-20")
    assert problems(log) == []


@pytest.mark.parametrize("bit", [0x01, 0x20])
def test_every_byte_counts(log: AuditLog, files: list[Path], bit: int) -> None:
    """A change of any byte of any line is found."""
    for file in files:
        right = file.read_bytes()
        for n in range(len(right)):
            file.write_bytes(right[:n] + bytes([right[n] ^ bit]) + right[n + 1 :])
            assert log.verify(), (file.name, n)
        file.write_bytes(right)
    assert problems(log) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda lines: [lines[0], lines[2]], (2, "line 2 is missing before line 3")),
        (lambda lines: lines[1:], None),
        (lambda lines: lines[:1], (1, "lines 2 to 3 are missing before line 4")),
        (
            lambda lines: [lines[0], lines[2], lines[1]],
            (2, "line 2 is missing before line 3"),
        ),
        (lambda lines: [lines[0], lines[0], *lines[1:]], (2, "line 1 stands where line 2 belongs")),
        (
            lambda lines: [lines[0], lines[1].replace(b"a1", b"b1"), lines[2]],
            (2, "line 2 was changed"),
        ),
        (lambda lines: [*lines, b"{}\n"], (4, "this is no line of the log")),
    ],
)
def test_the_fault_is_named(
    log: AuditLog,
    files: list[Path],
    change: Callable[[list[bytes]], list[bytes]],
    found: tuple[int, str] | None,
) -> None:
    """By its file and line; only the oldest lines may be taken away, and in order."""
    lines = files[0].read_bytes().splitlines(keepends=True)
    files[0].write_bytes(b"".join(change(lines)))
    if found is None:
        assert problems(log) == []
    else:
        number, problem = found
        shown = [(line, what) for _, line, what in problems(log)]
        assert (number, problem) in shown or (1, problem) in shown


@pytest.mark.parametrize("kept", [0, 1])
def test_a_log_that_was_cut_short_is_found_out(log: AuditLog, files: list[Path], kept: int) -> None:
    """By the head in the database; lines that follow do not hide it."""
    lines = files[1].read_bytes().splitlines(keepends=True)
    files[1].write_bytes(b"".join(lines[:kept]))
    missing = "lines 4 to 5 are" if kept == 0 else "line 5 is"
    assert [problem for _, _, problem in problems(log)] == [f"{missing} missing at the end"]
    log.append({"event": "login"})
    assert problems(log)


def test_a_last_line_that_was_changed_is_found_out(log: AuditLog, files: list[Path]) -> None:
    """No line follows it, but the head does."""
    files[1].write_bytes(files[1].read_bytes().replace(b"download", b"overload"))
    assert problems(log) == [("2026-11-26.jsonl", 2, "line 5 was changed")]


def test_what_a_crash_left_behind_the_head_is_cut_and_told(
    log: AuditLog, files: list[Path]
) -> None:
    """It was promised to nobody; verify shows it until then."""
    with files[1].open("ab") as file:
        file.write(b'{"seq":6,"torn')
    assert problems(log)
    log.append({"event": "login"})
    assert problems(log) == []
    assert [event["event"] for event in log.events()][-2:] == ["tail-cut", "login"]


def test_no_field_can_forge_a_line(log: AuditLog, files: list[Path]) -> None:
    """Line feeds, escapes and other line ends are written out."""
    before = files[1].read_bytes()
    log.append({"event": "upload", "path": 'a\n{"seq":9}\r\x1b[2J\u2028\x85\x00'})
    added = files[1].read_bytes()[len(before) :]
    assert added.count(b"\n") == 1
    assert all(byte >= 0x20 for byte in added[:-1])
    assert added.isascii()
    assert json.loads(added)["path"].startswith("a\n")
    assert problems(log) == []


WRITER = """
import sys
from pathlib import Path
from wharfinger.server.audit import AuditLog
from wharfinger.server.database import Database
from wharfinger.server.migrations import migrations
home = Path(sys.argv[1])
log = AuditLog(home / "audit", Database(home / "wharfinger.db", migrations), durable=False)
for _ in range(40):
    log.append({"event": "change"})
"""


def test_processes_that_write_at_once_keep_one_chain(tmp_path: Path, database: Database) -> None:
    """No line is lost, and none is written over another."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    assert [one.wait(60) for one in [subprocess.Popen(command) for _ in range(3)]] == [0] * 3
    log = AuditLog(tmp_path / "audit", database)
    assert problems(log) == []
    assert len(list(log.events())) == 120


def test_the_recorder_writes_everything_before_it_ends(tmp_path: Path, database: Database) -> None:
    """In order, from any thread."""
    log = AuditLog(tmp_path / "audit", database)
    recorder = Recorder(log)
    for n in range(2000):
        recorder.record("login", account=str(n))
    recorder.close()
    assert [event["account"] for event in log.events()] == [str(n) for n in range(2000)]
    assert problems(log) == []


def test_events_that_could_not_be_kept_are_counted(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails stops nobody, and the gap is told of in the next line."""
    log = AuditLog(tmp_path / "audit", database)
    recorder = Recorder(log)
    append, failures = log.append, [OSError("full")]

    def failing(*events: dict[str, object]) -> None:
        if failures:
            raise failures.pop()
        append(*events)

    monkeypatch.setattr(log, "append", failing)
    recorder.record("login")
    recorder.close()
    again = Recorder(log)
    again._lost = recorder._lost
    again.record("login")
    again.close()
    assert [(e["event"], e.get("events")) for e in log.events()] == [("login", None), ("lost", 1)]
