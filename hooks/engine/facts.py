"""What later files need to know of one that was applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """How a file was written, and how many people of which legal entity it named."""

    #: lower-case hexadecimal
    sha256: str
    #: day it was received on, in the client's time zone, ISO 8601
    day: str
    #: fingerprint of the mapping that it was read by
    mapping: str = ""
    encoding: str
    separator: str
    #: rows with anything in them
    rows: int
    #: legal entity -> rows; one without a name where the file names none
    entities: Mapping[str, int] = field(default_factory=dict)
    #: users whom the file ended by absence
    absentees: int = 0
    #: whether those who leave by it wait for a decision, so that it is not applied as a whole
    partial: bool = False
    #: whether somebody looked at what the file changes, and approved it
    approved: bool = False
    #: what the file's name says it is of, ISO 8601; None where it says nothing
    date: str | None = None

    def covers(self, entity: str) -> bool:
        """Whether somebody of this legal entity should be in the file."""
        return covered(self.entities) is None or entity in self.entities


def covered(entities: Mapping[str, int]) -> frozenset[str] | None:
    """The legal entities that a file with these rows covers; None for all, where it names none."""
    named = frozenset(entities) - {""}
    return named | frozenset(entities) if named else None
