"""Who is told by mail of what happens in a folder, and of which of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

When = Literal["always", "change", "problem"]
Details = Literal["minimal", "full"]

#: states that somebody should know of, whatever else happened
_PROBLEMS = frozenset({"held", "rejected", "failed", "expired", "stale"})
#: states in which nothing was done
_IDLE = frozenset({"superseded", "duplicate"})
_CHANGES = ("creates", "updates", "leavers", "rehires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What the recipients of one folder want to know."""

    client: str
    #: file of the client's directory
    directory: Path
    account: str
    folder: str
    recipients: tuple[str, ...]
    when: When
    #: `full` shows values and messages, which may name people; `minimal` keys and cells alone
    details: Details
    #: of what is not told by a report
    language: str

    @property
    def feed(self) -> str:
        """The folder as the directory's outbox names it."""
        return f"{self.account}:{self.folder}"


def is_wanted(when: When, state: str, counts: Mapping[str, int]) -> bool:
    """Whether an import in this state is told."""
    if when == "always" or state in _PROBLEMS or counts.get("errors"):
        return True
    if when == "problem":
        return bool(counts.get("warnings")) and state not in _IDLE
    return state not in _IDLE and any(counts.get(name) for name in _CHANGES)
