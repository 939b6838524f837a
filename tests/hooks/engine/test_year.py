"""A year of daily files, and everything that goes wrong with them: the engine does no harm.

`truth` makes the files, knows the truth about each, and compares the directory with it after every
one. The same years run through what others do in `bench/harm.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from truth.damage import Mutation
from truth.engine import Engine
from truth.judge import APPLIED, DOUBLED, FALSE_LEAVER, LOST, REFUSED, WRONG, Judge
from truth.mutations import MUTATIONS
from truth.rivals import FullSync
from truth.year import Delivery, Year

SOAK = pytest.mark.skipif("WHARFINGER_SOAK" not in os.environ, reason="takes long: make soak")


def judge(folder: Path, deliveries: Iterable[Delivery]) -> Judge:
    """What the engine does with these files."""
    judged = Judge(Engine(folder))
    for delivery in deliveries:
        judged.deliver(delivery)
    return judged


@pytest.mark.parametrize("people", [12, 60])
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda it: it.name)
def test_a_damaged_file_does_no_harm(tmp_path: Path, mutation: Mutation, people: int) -> None:
    """It is applied as it was meant, or refused or held with the right code, and then mended."""
    for seed in range(2):
        folder = tmp_path / str(seed)
        folder.mkdir()
        assert judge(folder, Year(people, seed).around(mutation)).harms == []


@pytest.mark.parametrize(
    ("people", "seed"),
    [
        (12, 1),
        (12, 2),
        (12, 3),
        (12, 8),
        (300, 1),
        pytest.param(5_000, 1, marks=[SOAK, pytest.mark.timeout(3600)]),
        pytest.param(50_000, 1, marks=[SOAK, pytest.mark.timeout(4 * 3600)]),
    ],
)
def test_a_year_does_no_harm(tmp_path: Path, people: int, seed: int) -> None:
    """No false leaver, no silently wrong value, no lost change, no harmful file let through."""
    judged = judge(tmp_path, Year(people, seed))
    assert judged.harms == []


def test_the_judge_sees_harm() -> None:
    """On the same files a plain full sync does harm of every kind that is looked for."""
    judged = Judge(FullSync())
    for delivery in Year(12, 3):
        judged.deliver(delivery)
    counts = judged.counts()
    assert all(counts[kind] > 0 for kind in (FALSE_LEAVER, WRONG, LOST, DOUBLED, APPLIED, REFUSED))
