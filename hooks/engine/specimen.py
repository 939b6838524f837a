"""Payroll files of a firm that does not exist, each with the truth beside it.

    company = Company(seed=1, people=300)
    day = company.first_day()                 # then company.next_day(), again and again
    day.csv                                   # what the payroll software would send
    day.users, day.managers, day.findings     # what an import has to come to

The files are as French payroll software writes them: semicolons, cp1252, dd/mm/yyyy, labels of its
own for departments, managers by number or by mail, and now and then a row that is wrong.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import resources
from itertools import cycle
from random import Random

from .mapping import Mapping
from .mapping_file import parse_mapping
from .row import make_key
from .text import fold_label

ENTITIES = ("FR01", "FR02")
#: label in the payroll software -> department in the directory
DEPARTMENTS = {
    "DIR-GALE": "Direction générale",
    "RECH-DEV": "Recherche et développement",
    "R&D LABO": "Recherche et développement",
    "PAIE": "Ressources humaines",
    "RH": "Ressources humaines",
    "COMM-FR": "Commerce",
    "COMM-EXP": "Commerce",
    "COMPTA": "Comptabilité",
    "LOGIST.": "Logistique",
}
FIRST_NAMES = (
    "Aïcha", "Amélie", "André", "Anaïs", "Benoît", "Cécile", "Chloé", "Clément", "Élodie", "Émile",
    "Éric", "Fatou", "François", "Gaëlle", "Gérard", "Hélène", "Inès", "Jean-Loïc", "Jérôme",
    "Joël", "Karim", "Léa", "Loïc", "Maëlys", "Marc", "Mégane", "Noël", "Océane", "Paul", "Raphaël",
    "Rémi", "René", "Sébastien", "Sœurette", "Stéphane", "Thérèse", "Timéo", "Valérie", "Yaël",
    "Zoé",
)  # fmt: skip
LAST_NAMES = (
    "Aubé", "Béranger", "Bénard", "Chrétien", "Côté", "D'Hervé", "Delaunay", "Desprès", "Dupont",
    "Durand", "Dûment", "Faÿ", "Ferré", "Garçon", "Gérin", "Hébert", "Île", "Jourdan", "Lacroix",
    "Lefèvre", "Legoût", "Lœw", "Maître", "Martin", "Ménard", "Moreau", "Müller", "Nuñez",
    "O'Brien", "Père", "Pétain", "Prévost", "Quéré", "Rivière", "Sénéchal", "Thévenot", "Tréguier",
    "Vallée", "Weiß", "Yvrène",
)  # fmt: skip
COLUMNS = (
    "legalEntity", "ID number", "lastName", "firstName", "mail", "login", "dtContractStart",
    "dtContractEnd", "dtBirth", "Département", "csp", "manager", "rolePrincipal", "culture",
)  # fmt: skip
#: column, wrong cell, code of the finding
_FAULTS = (
    ("dtBirth", "03/25/1987", "date-order"),
    ("mail", "prenom.nom(at)acme", "type-error"),
    ("dtContractStart", "14/02/24", "date-year"),
)
#: whoever left is in the file for so long
_EXPORTED = timedelta(days=31)
#: everybody has this many people under them at most
_SPAN = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """One employee as the payroll software knows them."""

    entity: str
    number: str
    last_name: str
    first_name: str
    mail: str
    start: date
    end: date | None = None
    birth: date
    label: str
    csp: str
    #: place of the manager in the file, one's own for who has none
    manager: int
    #: managers are named by mail where the payroll software knows it
    by_mail: bool

    @property
    def key(self) -> str:
        """The key of the user that this employee is."""
        return make_key(self.entity, self.number)

    @property
    def values(self) -> dict[str, str]:
        """The user's values."""
        values = {
            "legalEntity": self.entity,
            "employeeNumber": self.number,
            "lastName": self.last_name,
            "firstName": self.first_name,
            "mail": self.mail,
            "login": self.mail.partition("@")[0],
            "dtContractStart": self.start.isoformat(),
            "dtBirth": self.birth.isoformat(),
            "department": DEPARTMENTS[self.label],
            "csp": self.csp,
            "rolePrincipal": "Salarié",
            "culture": "fr-FR",
        }
        return values if self.end is None else {**values, "dtContractEnd": self.end.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The file of one day, and what the directory has to be after its import."""

    day: date
    csv: bytes
    #: key -> values
    users: dict[str, dict[str, str]]
    #: key -> key of the manager
    managers: dict[str, str | None]
    #: line and code of what the import has to say about rows
    findings: tuple[tuple[int, str], ...]
    hired: tuple[str, ...] = ()
    #: who leaves by a date in the file
    leavers: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


class Company:
    """A firm with a payroll file a day; the same seed always makes the same files.

    `bad_rows` rows of each file are wrong; nobody who manages others is in one, or leaves.
    """

    def __init__(
        self,
        seed: int,
        people: int,
        *,
        bad_rows: int = 2,
        first_day: date = date(2026, 11, 2),
        encoding: str = "cp1252",
    ) -> None:
        self._random = Random(seed)  # noqa: S311  # reproducible, and no secret
        self._bad_rows = bad_rows
        self._day = first_day
        self._encoding = encoding
        self._logins: dict[str, int] = {}
        self._employees: list[Employee] = []
        for _ in range(people):
            start = first_day - timedelta(days=self._random.randrange(30, 4000))
            self._employees.append(self._hire(start))
        #: the directory, as far as it has been told
        self._users: dict[str, dict[str, str]] = {}
        self._managers: dict[str, str | None] = {}

    def first_day(self) -> Day:
        """The first file, with everybody in it."""
        return self._write(set(range(len(self._employees))), set(), set())

    def next_day(self) -> Day:
        """The next day's file: some are hired, some leave, some move to another department."""
        self._day += timedelta(days=1)
        staying = [it for it in self._manage_nobody() if self._employees[it].end is None]
        some = max(1, sum(employee.end is None for employee in self._employees) // 100)
        chosen = self._random.sample(staying, min(2 * some, len(staying)))
        leavers, movers = set(chosen[:some]), set(chosen[some:])
        for place in leavers:
            gone = replace(self._employees[place], end=self._day - timedelta(days=1))
            self._employees[place] = gone
        for place in movers:
            self._employees[place] = self._move(self._employees[place])
        before = len(self._employees)
        for _ in range(some):
            self._employees.append(self._hire(self._day))
        return self._write(set(range(before, before + some)), leavers, movers)

    def _manage_nobody(self) -> range:
        count = len(self._employees)
        return range((count + _SPAN - 2) // _SPAN if count > 1 else 1, count)

    def _hire(self, start: date) -> Employee:
        random = self._random
        place = len(self._employees)
        number = f"{place + 101:05}"
        first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
        return Employee(
            entity=ENTITIES[place % 5 == 4],
            number=number,
            last_name=last,
            first_name=first,
            mail=self._mail(first, last),
            start=start,
            birth=date(1960, 1, 1) + timedelta(days=random.randrange(15000)),
            label=random.choice(list(DEPARTMENTS)),
            csp=random.choice(("Cadre", "Employé", "Ouvrier")),
            manager=max(0, (place - 1) // _SPAN),
            by_mail=random.random() < 0.3,
        )

    def _mail(self, first: str, last: str) -> str:
        login = f"{fold_label(first)}.{fold_label(last)}"
        count = self._logins[login] = self._logins.get(login, 0) + 1
        return f"{login}{count if count > 1 else ''}@acme.example"

    def _move(self, employee: Employee) -> Employee:
        others = [it for it in DEPARTMENTS if DEPARTMENTS[it] != DEPARTMENTS[employee.label]]
        return replace(employee, label=self._random.choice(others))

    def _write(self, hired: set[int], leavers: set[int], moved: set[int]) -> Day:
        rows = {place: self._row(self._employees[place]) for place in self._listed()}
        lines = {place: line for line, place in enumerate(rows, start=2)}
        quiet = sorted((rows.keys() & self._manage_nobody()) - leavers - moved)
        bad = sorted(self._random.sample(quiet, min(self._bad_rows, len(quiet))))
        findings = []
        for place, (column, value, code) in zip(bad, cycle(_FAULTS), strict=False):
            rows[place][COLUMNS.index(column)] = value
            findings.append((lines[place], code))
        for place in rows:
            employee = self._employees[place]
            if place not in bad:
                above = self._employees[employee.manager]
                self._users[employee.key] = employee.values
                self._managers[employee.key] = None if above is employee else above.key
        return Day(
            day=self._day,
            csv=self._text(list(rows.values())).encode(self._encoding),
            users=dict(self._users),
            managers=dict(self._managers),
            findings=tuple(findings),
            hired=self._keys(hired - set(bad)),
            leavers=self._keys(leavers),
            moved=self._keys(moved),
        )

    def _listed(self) -> list[int]:
        """Places of those whom the payroll software still exports."""
        oldest = self._day - _EXPORTED
        return [
            place
            for place, employee in enumerate(self._employees)
            if employee.end is None or employee.end >= oldest
        ]

    def _keys(self, places: set[int]) -> tuple[str, ...]:
        return tuple(self._employees[place].key for place in sorted(places))

    def _row(self, employee: Employee) -> list[str]:
        values = employee.values
        above = self._employees[employee.manager]
        manager = above.mail if employee.by_mail else above.number
        if above.entity != employee.entity and not employee.by_mail:
            manager = f"{above.entity}/{above.number}"
        cells = {
            **values,
            "ID number": employee.number,
            "Département": employee.label,
            "manager": manager,
            "dtContractStart": f"{employee.start:%d/%m/%Y}",
            "dtContractEnd": f"{employee.end:%d/%m/%Y}" if employee.end else "",
            "dtBirth": f"{employee.birth:%d/%m/%Y}",
        }
        return [cells[column] for column in COLUMNS]

    def _text(self, rows: list[list[str]]) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
        writer.writerows([COLUMNS, *rows])
        return text.getvalue()


def mapping_text() -> str:
    """The mapping `specimen` as TOML: the one called `users`, and what the departments mean."""
    users = resources.files(__package__) / "mappings" / "users.toml"
    text = users.read_text(encoding="utf-8").replace('name = "users"', 'name = "specimen"')
    table = "".join(f'"{label}" = "{name}"\n' for label, name in DEPARTMENTS.items())
    return f"{text}\n[columns.department.values]\n{table}"


def load_specimen_mapping() -> Mapping:
    """The mapping by which the files are imported."""
    return parse_mapping(mapping_text(), "specimen")
