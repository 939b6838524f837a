"""A year of files: one on most evenings, and all that goes wrong with daily files."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from truth.damage import Damage, Mutation, Verdict, harmful, harmless
from truth.firm import Firm
from truth.mutations import MUTATIONS
from truth.person import Person
from truth.table import Table, make_table

FIRST_DAY = date(2026, 1, 5)
_MORNING, _NOON, _EVENING, _NIGHT = time(6), time(11), time(19), time(20, 30)
#: chances a day
MISSING, LATE, TWICE, AGAIN, OLDER, SATURDAY, UNSORTED = 0.03, 0.04, 0.05, 0.08, 0.03, 0.3, 0.1
#: how files of a firm are usually written
ENCODINGS = ("utf-8-sig", "utf-8", "cp1252")


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A file that comes in, and the truth about it."""

    received: datetime
    name: str
    #: what was done to it, for people
    what: str
    #: row of the table of ugly input, 0 for none
    row: int
    damage: Damage
    #: what the right file would say, by key
    content: Mapping[str, Person]
    #: what is true when it comes in
    truth: Mapping[str, Person]

    @property
    def day(self) -> date:
        """The day on which it comes in."""
        return self.received.date()

    @property
    def says(self) -> dict[str, Person]:
        """What a careful reader may believe of it."""
        lost = self.damage.spoiled | self.damage.omitted
        said = {key: it for key, it in self.content.items() if key not in lost}
        return said | {it.key: it for it in self.damage.says}


class Year:
    """The deliveries of a year, in order; the same for the same arguments."""

    def __init__(
        self,
        people: int,
        seed: int,
        *,
        days: int = 365,
        rate: float = 0.35,
        mutations: Sequence[Mutation] = MUTATIONS,
    ) -> None:
        self._random = Random(f"year-{people}-{seed}")  # noqa: S311 - repeatable on purpose
        self._firm = Firm(people, seed, FIRST_DAY)
        self._days = days
        self._rate = rate
        self._mutations = mutations
        self._deck: list[Mutation] = []
        self._encoding = ENCODINGS[seed % len(ENCODINGS)]
        self._sent: deque[Delivery] = deque(maxlen=12)
        self._late: Delivery | None = None
        self._newest = ""

    def __iter__(self) -> Iterator[Delivery]:
        yield self._make(_EVENING, "first", self._table())
        for _ in range(self._days - 1):
            yield from self._mornings()
            self._firm.live()
            if self._brings_a_file():
                yield from self._evening()

    def around(self, mutation: Mutation) -> Iterator[Delivery]:
        """The first file, one that is damaged in this way, and what comes in on two days after.

        Nothing at all where the mutation does not suit the file.
        """
        first = self._make(_EVENING, "first", self._table())
        self._deck = [mutation]
        self._firm.live()
        if damaged := self._damaged():
            yield first
            yield damaged
            for _ in range(2):
                self._firm.live()
                yield self._make(_EVENING, "daily", self._table())

    def _chance(self, chance: float) -> bool:
        return self._random.random() < chance

    def _brings_a_file(self) -> bool:
        weekday = self._firm.day.weekday()
        working = weekday < 5 or (weekday == 5 and self._chance(SATURDAY))
        return working and not self._chance(MISSING)

    def _table(self) -> Table:
        people = list(self._firm.people.values())
        if self._chance(UNSORTED):
            self._random.shuffle(people)
        return make_table(people, self._encoding)

    def _make(self, at: time, what: str, table: Table) -> Delivery:
        delivery = self._deliver(at, what, 0, harmless(table.data))
        self._sent.append(delivery)
        return delivery

    def _deliver(self, at: time, what: str, row: int, damage: Damage) -> Delivery:
        people = dict(self._firm.people)
        self._newest = f"users_{self._firm.day:%Y%m%d}.csv"
        return Delivery(
            received=datetime.combine(self._firm.day, at, UTC),
            name=self._newest,
            what=what,
            row=row,
            damage=damage,
            content=people,
            truth=people,
        )

    def _again(self, old: Delivery, at: time, what: str, **changes: object) -> Delivery:
        """An old file comes in now."""
        received = datetime.combine(self._firm.day, at, UTC)
        changes |= {"received": received, "what": what, "truth": dict(self._firm.people)}
        return replace(old, **changes)  # type: ignore[arg-type]  # names of the fields

    def _mornings(self) -> Iterator[Delivery]:
        """What comes in on the next day, before anything happens in the firm."""
        tomorrow = timedelta(days=1)
        if self._late is not None:
            yield replace(self._late, received=self._late.received + tomorrow)
            self._late = None
        elif self._sent[-1].name == self._newest and self._chance(AGAIN / 4):
            again = self._again(self._sent[-1], _MORNING, "the same bytes next day")
            yield replace(again, received=again.received + tomorrow)

    def _evening(self) -> Iterator[Delivery]:
        if self._chance(TWICE):
            yield self._make(_NOON, "twice a day", self._table())
            self._firm.amend()
        if self._chance(OLDER) and (old := self._older()):
            harm = harmful(old.damage.data, "stale")
            yield self._again(old, _EVENING, "an older file", row=22, damage=harm)
        if self._chance(self._rate) and (damaged := self._damaged()):
            yield damaged
            if damaged.damage.verdict is not Verdict.APPLY and self._chance(0.5):
                yield self._make(_NIGHT, "sent again", self._table())
            return
        if self._chance(LATE):
            self._late = self._make(_MORNING, "late", self._table())
            return
        yield self._make(_EVENING, "daily", self._table())
        if self._chance(AGAIN):
            yield self._again(self._sent[-1], _NIGHT, "the same bytes")

    def _older(self) -> Delivery | None:
        """A file of some days ago that says something else than the last one.

        Of two files of one day nobody can tell by the date in their names which is the older one.
        """
        old = self._sent[self._random.randrange(len(self._sent))]
        return old if old.name < self._newest and old.content != self._sent[-1].content else None

    def _damaged(self) -> Delivery | None:
        """The day's file as the next mutation leaves it; None if it does not suit the file."""
        if not self._deck:
            self._deck = self._random.sample(self._mutations, len(self._mutations))
        mutation = self._deck.pop()
        damage = mutation.mutate(self._random, self._table())
        if damage is None:
            return None
        return self._deliver(_EVENING, mutation.name, mutation.row, damage)
