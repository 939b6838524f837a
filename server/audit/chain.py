r"""The chain: each line carries the SHA-256 of the line before it. Pure; log.py has the files.

Rules:
1. A line is JSON in ASCII: a line feed or an escape in a field is written \n or \u001b, and cannot
   begin another line.
2. `seq` counts lines from 1 on, over all files. `previous` is the digest of the line before, its
   line feed included; that of the first line is 64 zeros.
3. What the chain proves: between two lines that are right, none was changed, added, taken away or
   moved. Its head, which is kept in the database, proves the end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: `previous` of the first line
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chain stands: its last line."""

    seq: int
    digest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    file: str
    #: of the file, from 1 on
    line: int
    problem: str


START = Link(0, GENESIS)


def make_line(event: Mapping[str, Any], before: Link) -> tuple[bytes, Link]:
    """The line that follows `before`, and the link that it is."""
    line = {"seq": before.seq + 1, **event, "previous": before.digest}
    written = json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"
    return written, Link(before.seq + 1, digest_of(written))


def digest_of(line: bytes) -> str:
    """What the next line carries."""
    return hashlib.sha256(line).hexdigest()


def read_line(line: bytes) -> dict[str, Any] | None:
    """The fields of a line; None if it is none."""
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    whole = isinstance(fields, dict) and type(fields.get("seq")) is int and "previous" in fields
    return fields if whole else None


class Checker:
    """Follows a chain line by line, and says what is wrong."""

    def __init__(self) -> None:
        #: the line that was read last; None before the first
        self.last: Link | None = None
        self._where = ("", 0)

    def check(self, file: str, lines: Iterable[bytes]) -> Iterator[Fault]:
        """The faults of one file; files are given in order."""
        for number, line in enumerate(lines, 1):
            fields = read_line(line)
            if fields is None:
                yield Fault(file, number, "this is no line of the log")
            else:
                yield from self._follow(file, number, fields)
                self.last = Link(fields["seq"], digest_of(line))
            self._where = (file, number)

    def end(self, head: Link) -> Iterator[Fault]:
        """The faults of the end, which has to be `head`."""
        last = self.last or START
        file, number = self._where
        if last.seq < head.seq:
            yield Fault(file, number + 1, f"{_lines(last.seq + 1, head.seq)} missing at the end")
        elif last.seq > head.seq:
            yield Fault(file, number, f"line {head.seq} is the last one that was written here")
        elif last.digest != head.digest:
            yield Fault(file, number, f"line {last.seq} was changed")

    def _follow(self, file: str, number: int, fields: Mapping[str, Any]) -> Iterator[Fault]:
        if self.last is None:
            if fields["seq"] == 1 and fields["previous"] != GENESIS:
                yield Fault(file, number, "line 1 was changed")
            return  # older files may have been taken away in order
        expected, found = self.last.seq + 1, fields["seq"]
        if found > expected:
            yield Fault(file, number, f"{_lines(expected, found - 1)} missing before line {found}")
        elif found < expected:
            yield Fault(file, number, f"line {found} stands where line {expected} belongs")
        elif fields["previous"] != self.last.digest:
            yield Fault(*self._where, f"line {self.last.seq} was changed")


def _lines(first: int, last: int) -> str:
    return f"line {first} is" if first == last else f"lines {first} to {last} are"
