"""The audit log in its files: one a day (UTC), written by any number of processes.

Rules:
1. Whoever writes holds the database's write lock from reading the head to committing the new one,
   so that lines of several processes are one chain.
2. Lines are on the disk before the head is: a head never promises a line that a crash could take.
   Lines that a crash left without a head were promised to nobody; the next writer cuts them off,
   and says so in a line of its own.
3. Files are only ever appended to. Whoever has to delete old days takes the oldest files away: the
   chain then begins with the first line that is left.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from ..database import Database
from .chain import START, Checker, Fault, Link, make_line, read_line

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Head:
    """The end of the log."""

    link: Link = START
    #: of its last file
    day: str = ""
    size: int = 0


class AuditLog:
    """Appends, lists and verifies."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        *,
        durable: bool = True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._database = database
        self._durable = durable
        self._clock = clock

    def append(self, *events: Event) -> None:
        """Add events; on return they are on the disk. Raises OSError, sqlite3.Error."""
        now = self._clock()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with self._database.writing() as db:
            head = _read_head(db)
            # a clock that was set back does not open an older file again
            day = max(now.date().isoformat(), head.day)
            start = head.size if day == head.day else 0
            link, written = head.link, b""
            with _Tail(self._file(day)) as file:
                if cut := file.cut_behind(start):
                    events = ({"event": "tail-cut", "bytes": cut}, *events)
                for event in events:
                    stamped = {"at": now.isoformat(timespec="milliseconds"), **event}
                    line, link = make_line(stamped, link)
                    written += line
                file.write(written, start, durable=self._durable)
            db.execute(
                "insert or replace into audit_head values (1, ?, ?, ?, ?)",
                [link.seq, link.digest, day, start + len(written)],
            )

    def events(self, *, since: date | None = None) -> Iterator[dict[str, Any]]:
        """The lines, oldest first, as they are in the files; what is no line is passed over."""
        first = "" if since is None else since.isoformat()
        for file in self._files():
            if file.stem >= first:
                yield from filter(None, map(read_line, _lines_of(file)))

    def verify(self) -> list[Fault]:
        """Everything that is wrong with the log, in order; empty if it is whole."""
        with self._database.writing(durable=False) as db:  # nobody writes while the end is read
            head = _read_head(db)
            sizes = {file: file.stat().st_size for file in self._files()}
        checker = Checker()
        faults = [
            fault
            for file, size in sizes.items()
            for fault in checker.check(file.name, _lines_of(file, size))
        ]
        return [*faults, *checker.end(head.link)]

    def _file(self, day: str) -> Path:
        return self._folder / f"{day}.jsonl"

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("????-??-??.jsonl"))


class _Tail:
    """The end of one file, open for writing."""

    def __init__(self, file: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = file
        self._new = not file.exists()
        self._descriptor = os.open(file, flags, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._descriptor)

    def cut_behind(self, size: int) -> int:
        """Take away what is behind the last line that counts; returns how many bytes."""
        behind = max(os.fstat(self._descriptor).st_size - size, 0)
        if behind:
            os.ftruncate(self._descriptor, size)
        return behind

    def write(self, data: bytes, offset: int, *, durable: bool) -> None:
        """Write at an offset; a file that was cut short gets a hole, and is found out by it."""
        view = memoryview(data)
        while view:
            done = os.pwrite(self._descriptor, view, offset)
            view, offset = view[done:], offset + done
        if durable:
            os.fdatasync(self._descriptor)
            if self._new:
                _sync_folder(self._file.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_head(db: Any) -> _Head:
    row = db.execute("select seq, digest, day, size from audit_head").fetchone()
    return (
        _Head() if row is None else _Head(Link(row["seq"], row["digest"]), row["day"], row["size"])
    )


def _lines_of(file: Path, size: int | None = None) -> Iterator[bytes]:
    """The lines of a file, or of its first `size` bytes."""
    left = file.stat().st_size if size is None else size
    with file.open("rb") as opened:
        for line in opened:
            if left <= 0:
                return
            yield line[:left]
            left -= len(line)
