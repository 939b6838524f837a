"""French names and professions from Faker: nothing here is tuned to what the engine knows."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from faker import Faker

_LONGEST = 40


class Names(NamedTuple):
    """What people of a firm can be called, and do."""

    last: tuple[str, ...]
    first: tuple[str, ...]
    jobs: tuple[str, ...]
    cities: tuple[str, ...]


@cache
def french_names() -> Names:
    """The names, each as often as it is common; always the same."""
    faker = Faker("fr_FR")
    faker.seed_instance(1)
    jobs = dict.fromkeys(faker.job()[:_LONGEST].strip() for _ in range(3000))
    return Names(
        last=tuple(faker.last_name() for _ in range(3000)),
        first=tuple(faker.first_name() for _ in range(3000)),
        jobs=tuple(jobs),
        cities=tuple(faker.city() for _ in range(500)),
    )
