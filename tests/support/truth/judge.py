"""Compares a directory with the truth after every file, and counts the harm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from truth.damage import Verdict
from truth.ledger import Ledger
from truth.person import Person
from truth.system import Outcome, Record, System
from truth.year import Delivery

#: kinds of harm
FALSE_LEAVER, WRONG, LOST, DOUBLED = "false leaver", "wrong value", "lost change", "doubled person"
APPLIED, REFUSED, UNEXPLAINED = "bad file applied", "good file refused", "not explained"
KINDS = (FALSE_LEAVER, WRONG, LOST, DOUBLED, APPLIED, REFUSED, UNEXPLAINED)


class Harm(NamedTuple):
    """One thing that went wrong, counted once when it begins."""

    kind: str
    day: date
    #: what was done to the file after which it was seen
    what: str
    key: str = ""
    column: str = ""
    detail: str = ""


@dataclass
class Judge:
    """What a system does to its directory over a year."""

    system: System
    harms: list[Harm] = field(default_factory=list)
    #: right files that a person had to approve, the first one apart
    approvals: Counter[str] = field(default_factory=Counter)
    files: int = 0

    def __post_init__(self) -> None:
        self._ledger = Ledger()
        self._standing: dict[tuple[str, str, str], bool] = {}

    def deliver(self, delivery: Delivery) -> Outcome:
        """Give the file to the system, and look at its directory."""
        outcome = self.system.receive(delivery)
        self.files += 1
        if outcome.held and delivery.damage.right and delivery.what != "first":
            self.approvals[delivery.what] += 1
        self.harms.extend(_judge_outcome(delivery, outcome))
        if outcome.applied:
            self._ledger.take(delivery)
        self._compare(delivery, outcome)
        return outcome

    def counts(self) -> dict[str, int]:
        """The number of harms by kind."""
        counted = Counter(harm.kind for harm in self.harms)
        return {kind: counted[kind] for kind in KINDS}

    def _compare(self, delivery: Delivery, outcome: Outcome) -> None:
        standing: dict[tuple[str, str, str], bool] = {}
        for harm in self._differences(delivery):
            place = (harm.key, harm.column, harm.detail)
            known = self._standing.get(place)
            if outcome.applied or known is None:
                told = harm.kind in {WRONG, LOST} and _is_told(delivery, outcome, harm.key)
            else:
                told = known
            standing[place] = told
            if not told and known in {None, True}:
                self.harms.append(harm)
        self._standing = standing

    def _differences(self, delivery: Delivery) -> Iterator[Harm]:
        records = self.system.records(delivery.day)
        told, day, what = self._ledger.told, delivery.day, delivery.what
        for key, person in told.items():
            if (record := records.get(key)) is None:
                yield Harm(LOST, day, what, key, "", "not created")
                continue
            if record.values != person.values or record.manager != person.boss:
                yield from self._values(delivery, key, record)
            yield from self._standings(delivery, key, record)
        for key in records.keys() - told.keys():
            if not records[key].ended and key not in delivery.truth:
                yield Harm(DOUBLED, day, what, key)

    def _standings(self, delivery: Delivery, key: str, record: Record) -> Iterator[Harm]:
        true = delivery.truth.get(key)
        employed = true is not None and true.employed(delivery.day)
        must_end = self._ledger.ended(key, delivery.day)
        if record.ended and employed and not must_end:
            yield Harm(FALSE_LEAVER, delivery.day, delivery.what, key)
        if not record.ended and not employed and must_end:
            yield Harm(LOST, delivery.day, delivery.what, key, "", "not ended")

    def _values(self, delivery: Delivery, key: str, record: Record) -> Iterator[Harm]:
        person, before = self._ledger.told[key], self._ledger.before.get(key)
        true = delivery.truth.get(key)
        absent = key in self._ledger.gone or key in self._ledger.missing or true is None
        for column, value, actual in _unlike(person, record):
            if column == "dtContractEnd" and (absent or record.ended):
                continue  # an end by absence; whether it is right is judged as such
            if true is not None and _value(true, column) == actual:
                continue
            lost = before is not None and _value(before, column) == actual
            detail = f"{actual or 'nothing'} instead of {value or 'nothing'}"
            kind = LOST if lost else WRONG
            yield Harm(kind, delivery.day, delivery.what, key, column, detail)


def _is_told(delivery: Delivery, outcome: Outcome, key: str) -> bool:
    """Whether a finding excuses the difference; nothing does where the file was right."""
    return delivery.damage.verdict is not Verdict.APPLY and outcome.tells(key)


def _unlike(person: Person, record: Record) -> Iterator[tuple[str, str, str]]:
    for column in person.values.keys() | record.values.keys():
        value, actual = person.values.get(column, ""), record.values.get(column, "")
        if value != actual and (column != "mail" or value.casefold() != actual.casefold()):
            yield column, value, actual
    if (person.boss or "") != (record.manager or ""):
        yield "manager", person.boss or "", record.manager or ""


def _value(person: Person, column: str) -> str:
    return person.boss or "" if column == "manager" else person.values.get(column, "")


def _judge_outcome(delivery: Delivery, outcome: Outcome) -> Iterator[Harm]:
    damage = delivery.damage
    said = Harm("", delivery.day, delivery.what, detail=f"{outcome.state}: {outcome.summary}")
    if damage.verdict is Verdict.STOP and outcome.applied:
        yield said._replace(kind=APPLIED)
    elif damage.verdict is Verdict.APPLY and not outcome.applied:
        yield said._replace(kind=REFUSED)
    elif damage.codes and not damage.codes & outcome.codes:
        yield said._replace(kind=UNEXPLAINED)
