"""What a careful reader believes: the sum of the files that a system applied."""

from __future__ import annotations

from datetime import date

from truth.damage import Verdict
from truth.person import Person
from truth.year import Delivery


class Ledger:
    """What a directory has been told. It moves when a file is applied that is not harmful."""

    def __init__(self) -> None:
        #: key -> what the last file that named the person said
        self.told: dict[str, Person] = {}
        #: key -> what was told before that
        self.before: dict[str, Person | None] = {}
        #: key -> day of the first applied file without the person
        self.missing: dict[str, date] = {}
        #: keys of those who were missing from files of two days
        self.gone: set[str] = set()

    def take(self, delivery: Delivery) -> None:
        """Believe a file that was applied."""
        if delivery.damage.verdict is Verdict.STOP:
            return
        said = delivery.says
        for key, person in said.items():
            if (told := self.told.get(key)) is not person:
                self.before[key] = told
                self.told[key] = person
        for key in said.keys() & (self.missing.keys() | self.gone):
            self.missing.pop(key, None)
            self.gone.discard(key)
        if not delivery.damage.spoiled:
            self._miss(delivery, said)

    def _miss(self, delivery: Delivery, said: dict[str, Person]) -> None:
        day = delivery.day
        unseen = self.told.keys() - said.keys() - self.gone
        for key in (it for it in unseen if self.told[it].employed(day)):
            if self.missing.setdefault(key, day) < day:
                self.gone.add(key)

    def ended(self, key: str, day: date) -> bool:
        """Whether a directory must know that the person has left."""
        end = self.told[key].end
        return key in self.gone or (end is not None and end < day)
