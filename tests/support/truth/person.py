"""One person as the payroll software knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

COLUMNS = (
    "legalEntity",
    "employeeNumber",
    "lastName",
    "firstName",
    "mail",
    "login",
    "dtContractStart",
    "dtContractEnd",
    "dtBirth",
    "department",
    "csp",
    "manager",
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """What is true of a person, in the payroll software's own words."""

    #: stays the same whatever else changes: two keys with one identity are one person
    identity: int
    entity: str
    number: str
    last: str
    first: str
    mail: str
    login: str
    start: date
    end: date | None = None
    birth: date
    department: str
    csp: str
    #: key of the manager, one's own for nobody
    manager: str

    @cached_property
    def key(self) -> str:
        """How directories name the person."""
        return f"{self.entity}/{self.number}"

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The person's row, in the order of COLUMNS."""
        return (
            self.entity,
            self.number,
            self.last,
            self.first,
            self.mail,
            self.login,
            write_date(self.start),
            write_date(self.end),
            write_date(self.birth),
            self.department,
            self.csp,
            self._manager_cell,
        )

    @property
    def _manager_cell(self) -> str:
        entity, _, number = self.manager.partition("/")
        return number if entity == self.entity else f"{entity}:{number}"

    @cached_property
    def values(self) -> Mapping[str, str]:
        """What a directory should hold of the person, beside the manager."""
        values = {
            "legalEntity": self.entity,
            "employeeNumber": self.number,
            "lastName": self.last,
            "firstName": self.first,
            "mail": self.mail,
            "login": self.login,
            "dtContractStart": self.start.isoformat(),
            "dtContractEnd": self.end.isoformat() if self.end else "",
            "dtBirth": self.birth.isoformat(),
            "department": self.department,
            "csp": self.csp,
        }
        return {column: value for column, value in values.items() if value}

    @property
    def boss(self) -> str | None:
        """Key of the manager; None for who manages themselves."""
        return None if self.manager == self.key else self.manager

    def employed(self, day: date) -> bool:
        """Whether the contract runs on the day."""
        return self.start <= day and (self.end is None or self.end >= day)


def write_date(day: date | None) -> str:
    """The day as the file has it, dd/mm/yyyy."""
    return f"{day:%d/%m/%Y}" if day else ""
