"""What a system that keeps a directory must answer to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from truth.year import Delivery

#: findings about a whole file that warn of every value in it
DOUBTS = frozenset({"encoding-guessed"})


class Record(NamedTuple):
    """A person in a directory."""

    values: Mapping[str, str]
    manager: str | None
    ended: bool


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a system did with a file."""

    #: it believes the file now, be it that somebody approved it
    applied: bool
    #: in its own words
    state: str
    #: somebody had to decide
    held: bool = False
    #: findings and safeguards that spoke
    codes: frozenset[str] = frozenset()
    #: whom findings are about
    keys: frozenset[str] = frozenset()
    summary: str = ""

    def tells(self, key: str) -> bool:
        """Whether somebody was told that the person's values may not be right."""
        return key in self.keys or bool(self.codes & DOUBTS)


class System(Protocol):
    """Something that brings a directory to what files say."""

    name: str

    def receive(self, delivery: Delivery) -> Outcome:
        """Take a file. What is held is approved at once if the file is right, else rejected."""

    def records(self, day: date) -> Mapping[str, Record]:
        """Everybody by key, as on the day."""
