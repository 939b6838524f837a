"""Companions: small files by which a sender says that another file is whole.

`users.csv.ok`, `users.csv.done`, `users.ok` and `users.done` say so by being there, whatever they
hold; those that end in .sha256 and .md5 state the digest of the file.

Rules of a folder that waits for a marker:
1. A file is handed to hooks once a companion of it has come, before it or after it.
2. A companion counts for one version of the file. One that comes when no version waits is kept for
   the next one, unless it can only mean the version that was handed over last: it states that one's
   digest, or that one has had others, but not yet this one.
3. A digest that is not that of the waiting file refuses its companion, and the file goes on
   waiting. Where it was kept from before, the file waits too: it may be the digest of another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

#: what companions' names end in, in any case of letters -> the digest that they state
SUFFIXES: Final[Mapping[str, str | None]] = {
    ".ok": None,
    ".done": None,
    ".sha256": "sha256",
    ".md5": "md5",
}
#: hexadecimal digits of a digest
_LENGTHS: Final = {"sha256": 64, "md5": 32}
#: bytes of a companion that are looked at
LONGEST: Final = 4096


@dataclass(frozen=True, slots=True)
class Companion:
    """A companion, as its path and its content tell."""

    #: the path without its suffix: that of the file, or that of the file without its own suffix
    stem: str
    #: lower-case, with its dot
    suffix: str
    #: lower-case hexadecimal; None where there is none, or none was read yet
    digest: str | None = None

    @property
    def algorithm(self) -> str | None:
        """The digest that it states: `sha256` or `md5`; None for one that only has to be there."""
        return SUFFIXES[self.suffix]

    def reading(self, content: bytes) -> Companion:
        """The companion with the digest that its content states."""
        return replace(self, digest=read_digest(self.algorithm, content))

    def fit(self, digests: Mapping[str, str | None]) -> Fit:
        """How it fits a version with these digests (algorithm -> digest)."""
        if self.algorithm is None:
            return Fit.PLAIN
        right = self.digest is not None and self.digest == digests.get(self.algorithm)
        return Fit.RIGHT if right else Fit.WRONG


class Fit(Enum):
    """What a companion says of a version of a file."""

    #: that it is whole, and no more
    PLAIN = "plain"
    #: its digest
    RIGHT = "right"
    #: another digest
    WRONG = "wrong"


class Standing(Enum):
    """How the newest version of a file stands to a companion that comes."""

    #: there is none
    NONE = "none"
    WAITS = "waits"
    #: it was handed over, and has not had such a companion
    RELEASED = "released"
    #: it was handed over, and has had such a companion
    ANSWERED = "answered"


class Action(Enum):
    """What a companion does that comes."""

    RELEASE = "release"
    #: it counts for the next version
    REMEMBER = "remember"
    #: it says again what is known
    IGNORE = "ignore"
    REFUSE = "refuse"


ACTIONS: Final = {
    (Standing.NONE, Fit.PLAIN): Action.REMEMBER,
    (Standing.NONE, Fit.WRONG): Action.REMEMBER,
    (Standing.WAITS, Fit.PLAIN): Action.RELEASE,
    (Standing.WAITS, Fit.RIGHT): Action.RELEASE,
    (Standing.WAITS, Fit.WRONG): Action.REFUSE,
    (Standing.RELEASED, Fit.PLAIN): Action.IGNORE,
    (Standing.RELEASED, Fit.RIGHT): Action.IGNORE,
    (Standing.RELEASED, Fit.WRONG): Action.REMEMBER,
    (Standing.ANSWERED, Fit.PLAIN): Action.REMEMBER,
    (Standing.ANSWERED, Fit.RIGHT): Action.IGNORE,
    (Standing.ANSWERED, Fit.WRONG): Action.REMEMBER,
}


def companion_of(path: str) -> Companion | None:
    """The companion that a file of this path is, None if it is none."""
    stem, dot, ending = path.rpartition(".")
    suffix = (dot + ending).lower()
    if suffix not in SUFFIXES or stem.endswith("/") or not stem:
        return None
    return Companion(stem, suffix)


def stems_of(path: str) -> tuple[str, ...]:
    """The stems of the companions that a file of this path may have."""
    folder, slash, name = path.rpartition("/")
    short, _, _ = name.rpartition(".")
    return (path, folder + slash + short) if short else (path,)


def read_digest(algorithm: str | None, content: bytes) -> str | None:
    """The one digest in a companion: by itself, or as sha256sum, md5sum, BSD or Windows write it.

    None if there is none, or more than one.
    """
    if algorithm is None:
        return None
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = content.decode(encoding, "replace").lower()
    digits = rf"(?<![0-9a-z])[0-9a-f]{{{_LENGTHS[algorithm]}}}(?![0-9a-z])"
    found = set(re.findall(digits, text))
    return found.pop() if len(found) == 1 else None


def releases(fits: Iterable[Fit]) -> bool:
    """Whether a file that comes is handed over at once, by how kept companions fit it."""
    found = set(fits)
    return Fit.RIGHT in found or found == {Fit.PLAIN}
