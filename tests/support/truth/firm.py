"""A firm in which people are hired, move, marry, leave and come back.

Who it is about and what happens are drawn from the seed alone. A large firm sees each kind of event
in proportion to its people, a small one often enough that a year has some of each.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from truth.names import french_names
from truth.person import Person

#: kind of event -> events a year and person
RATES = {
    "hire": 0.18,
    "notice": 0.09,
    "drop": 0.06,
    "no_show": 0.01,
    "return": 0.02,
    "move": 0.3,
    "reassign": 0.15,
    "renumber": 0.015,
    "marry": 0.03,
    "correct": 0.1,
}
#: events a year of each kind at least, however small the firm
AT_LEAST = 4
CSPS = ("Cadre", "Employé", "Agent de maîtrise", "Ouvrier")


class Firm:
    """The payroll software's view of a firm; `people` is what its next export holds."""

    def __init__(self, people: int, seed: int, day: date) -> None:
        self._random = Random(f"firm-{people}-{seed}")  # noqa: S311 - repeatable on purpose
        self._names = french_names()
        self._size = people
        self._width = max(5, len(str(people)) + 2)
        self._drawn = 0
        self._mails: Counter[str] = Counter()
        self.day = day
        self.people: dict[str, Person] = {}
        #: who left, whether the file still names them or not
        self._gone: dict[str, Person] = {}
        count = 2 if people < 100 else min(12, 3 + people // 2000)
        self.entities = [f"FR{number:02}" for number in range(1, count + 1)]
        self.departments = self._random.sample(self._names.jobs, min(40, 4 + people // 25))
        self._heads: list[str] = []
        for _ in range(people):
            self._add(self._draw(day - timedelta(days=self._random.randrange(30, 9000))))

    # drawing

    def _draw(self, start: date) -> Person:
        self._drawn += 1
        draw = self._random
        entity = self.entities[min(draw.randrange(len(self.entities)), draw.randrange(12))]
        if self._drawn <= 2 * len(self.entities):
            entity = self.entities[self._drawn % len(self.entities)]
        number = f"{self._drawn * 3 + draw.randrange(3):0{self._width}}"
        last, first = draw.choice(self._names.last), draw.choice(self._names.first)
        if draw.random() < 0.02 and self.people:  # a homonym
            other = draw.choice(list(self.people.values()))
            last, first = other.last, other.first
        mail = self._mail(first, last)
        key = f"{entity}/{number}"
        return Person(
            identity=self._drawn,
            entity=entity,
            number=number,
            last=last,
            first=first,
            mail=mail,
            login=mail.partition("@")[0],
            start=start,
            birth=date(1960, 1, 1) + timedelta(days=draw.randrange(16000)),
            department=draw.choice(self.departments),
            csp=draw.choice(CSPS),
            manager=self._some_head() or key,
        )

    def _mail(self, first: str, last: str) -> str:
        plain = unicodedata.normalize("NFD", f"{first}.{last}".lower())
        name = "".join(it for it in plain if it.isascii() and (it.isalnum() or it in ".-"))
        self._mails[name] += 1
        count = self._mails[name]
        return f"{name}{count if count > 1 else ''}@acme.example"

    def _some_head(self) -> str | None:
        """One of those who manage; the first of all manages them, and nobody manages her."""
        if not self._heads:
            return None
        return self._random.choice(self._heads[1:] or self._heads)

    def _add(self, person: Person) -> None:
        self.people[person.key] = person
        if len(self._heads) * 12 < len(self.people):
            if self._heads:
                person = replace(person, manager=self._heads[0])
                self.people[person.key] = person
            self._heads.append(person.key)

    # living

    def live(self) -> None:
        """Let the next day come, with whatever happens on it."""
        self.day += timedelta(days=1)
        for kind, rate in RATES.items():
            expected = max(self._size * rate, AT_LEAST) / 365
            count = int(expected) + (self._random.random() < expected % 1)
            for _ in range(count):
                getattr(self, f"_{kind}")()
        if self._random.random() < 1 / 365:
            self._reorganise()
        self._stop_naming()

    def _settled(self) -> Person | None:
        """Somebody who is employed, stays, and manages nobody."""
        people = list(self.people.values()) if self._size < 1000 else None
        for _ in range(50):
            person = self._random.choice(people) if people else self._any()
            if person.employed(self.day) and not person.end and person.key not in self._heads:
                return person
        return None

    def _any(self) -> Person:
        """Somebody, found without a list of everybody."""
        if not hasattr(self, "_keys") or self._random.random() < 0.001:
            self._keys = list(self.people)
        while True:
            if person := self.people.get(self._random.choice(self._keys)):
                return person

    def _hire(self) -> None:
        if len(self.people) > self._size * 1.3:
            return
        ahead = self._random.choice((0, 0, 3, 14, 40))
        self._add(self._draw(self.day + timedelta(days=ahead)))

    def _may_lose(self, person: Person) -> bool:
        if len(self.people) < self._size * 0.8:
            return False
        if self._size >= 1000:
            return True
        colleagues = (it for it in self.people.values() if it.entity == person.entity)
        return sum(it.employed(self.day) for it in colleagues) >= 4

    def _notice(self) -> None:
        """A contract gets an end, often some weeks ahead."""
        if (person := self._settled()) and self._may_lose(person):
            end = self.day + timedelta(days=self._random.choice((0, 1, 10, 45)))
            self.people[person.key] = replace(person, end=end)

    def _drop(self) -> None:
        """Somebody leaves, and the file just does not name them any more."""
        if (person := self._settled()) and self._may_lose(person):
            del self.people[person.key]
            self._gone[person.key] = replace(person, end=self.day - timedelta(days=1))

    def _no_show(self) -> None:
        """Somebody who was to start never does, and is dropped."""
        upcoming = [it for it in list(self.people.values())[-200:] if it.start > self.day]
        if upcoming:
            person = self._random.choice(upcoming)
            if person.key not in self._heads:
                del self.people[person.key]

    def _return(self) -> None:
        """Somebody who left comes back under the old number, with a new contract."""
        if self._gone and len(self.people) < self._size * 1.3:
            person = self._gone.pop(self._random.choice(list(self._gone)))
            start = self.day + timedelta(days=self._random.choice((0, 0, 7)))
            manager = self._some_head() or person.key
            self.people[person.key] = replace(person, start=start, end=None, manager=manager)

    def _move(self) -> None:
        if person := self._settled():
            department = self._random.choice(self.departments)
            self.people[person.key] = replace(person, department=department)

    def _reassign(self) -> None:
        if (person := self._settled()) and (head := self._some_head()):
            self.people[person.key] = replace(person, manager=head)

    def _renumber(self) -> None:
        """The same person gets another number."""
        if person := self._settled():
            self._drawn += 1
            number = f"{self._drawn * 3 + self._random.randrange(3):0{self._width}}"
            del self.people[person.key]
            renumbered = replace(person, number=number)
            if person.manager == person.key:
                renumbered = replace(renumbered, manager=renumbered.key)
            self.people[renumbered.key] = renumbered

    def _marry(self) -> None:
        """A new name, and a new mail address with it."""
        if person := self._settled():
            last = self._random.choice(self._names.last)
            if self._random.random() < 0.4:
                last = f"{person.last}-{last}"
            mail = self._mail(person.first, last)
            self.people[person.key] = replace(person, last=last, mail=mail)

    def _correct(self) -> None:
        """Something was typed wrongly and is put right."""
        if person := self._settled():
            days = timedelta(days=self._random.randrange(1, 20))
            corrected = self._random.choice(
                (
                    replace(person, birth=person.birth + days),
                    replace(person, start=person.start - days),
                    replace(person, csp=self._random.choice(CSPS)),
                    replace(person, first=self._random.choice(self._names.first)),
                )
            )
            self.people[person.key] = corrected

    def _reorganise(self) -> None:
        """A department is called something else from today on."""
        index = self._random.randrange(len(self.departments))
        old, new = self.departments[index], self._random.choice(self._names.jobs)
        self.departments[index] = new
        for person in list(self.people.values()):
            if person.department == old:
                self.people[person.key] = replace(person, department=new)

    def _stop_naming(self) -> None:
        """The file names those who left by date for a month more."""
        for person in list(self.people.values()):
            if person.end and person.end < self.day:
                self._gone[person.key] = person
                if person.end < self.day - timedelta(days=30):
                    del self.people[person.key]

    def amend(self) -> None:
        """Something more happens on the same day."""
        self._move()
        self._correct()
