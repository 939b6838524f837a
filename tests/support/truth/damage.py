"""What became of a file on its way, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import NamedTuple

from truth.person import Person
from truth.table import Table


class Verdict(Enum):
    """What must come of a file."""

    #: it is right, however it looks: everything in it must arrive
    APPLY = "apply"
    #: it is harmful: it must be refused or held
    STOP = "stop"
    #: it may be applied or stopped, but nothing that it spoils may arrive
    EITHER = "either"


@dataclass(frozen=True, kw_only=True)
class Damage:
    """A file, and the truth about it."""

    data: bytes
    verdict: Verdict
    #: findings or safeguards of which at least one must tell what is wrong; empty for none needed
    codes: frozenset[str] = frozenset()
    #: keys of those whose row says nothing that can be believed
    spoiled: frozenset[str] = frozenset()
    #: keys of those who are employed and not in the file
    omitted: frozenset[str] = frozenset()
    #: what the file says otherwise than the payroll software, rightly or by a typing error
    says: tuple[Person, ...] = ()
    #: somebody who knows the truth approves the file if it is held
    right: bool = field(default=True)


Mutator = Callable[[Random, Table], Damage | None]


class Mutation(NamedTuple):
    """A mutator and the row of the table of ugly input that it stands for; 0 for none."""

    name: str
    row: int
    mutate: Mutator


def harmless(data: bytes, **more: object) -> Damage:
    """It looks strange, and all of it must arrive."""
    return Damage(data=data, verdict=Verdict.APPLY, **more)  # type: ignore[arg-type]  # as in Damage


def harmful(data: bytes, *codes: str) -> Damage:
    """It must be refused or held, for one of these reasons."""
    return Damage(data=data, verdict=Verdict.STOP, codes=frozenset(codes), right=False)


def spoiled(data: bytes, keys: Collection[Person], *codes: str, right: bool = True) -> Damage:
    """The rows of these people are skipped with one of these codes, and the others arrive."""
    return Damage(
        data=data,
        verdict=Verdict.EITHER,
        codes=frozenset(codes),
        spoiled=frozenset(it.key for it in keys),
        right=right,
    )


def some(random: Random, table: Table, count: int = 1) -> list[int]:
    """Places of a few rows."""
    return sorted(random.sample(range(len(table.rows)), min(count, len(table.rows))))


def people_at(table: Table, indexes: Iterable[int]) -> list[Person]:
    """Whose rows these are."""
    return [table.people[it] for it in indexes]
