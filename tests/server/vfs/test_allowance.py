"""What an account may still use: space over all its uploads, and a rate over all its sessions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from wharfinger.server.vfs import Allowance


@dataclass(eq=False)
class Upload:
    """An upload on its way."""

    size: int = 0
    ended: bool = False


def measured(allowance: Allowance, folder: Path) -> None:
    """Measure as a session does."""
    ended = allowance.ended()
    allowance.note(allowance.measure([folder]), ended)


def test_space_is_what_lies_there_and_what_is_on_its_way(tmp_path: Path) -> None:
    """In all folders below, and for all uploads together."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(bytes(40))
    allowance, first, second = Allowance(space=100), Upload(), Upload()
    measured(allowance, tmp_path)
    allowance.begin(first)
    allowance.begin(second)
    assert allowance.has_room(first, 60)
    assert not allowance.has_room(first, 61)
    first.size = 50
    assert allowance.has_room(second, 10)
    assert not allowance.has_room(second, 11)


def test_an_upload_that_has_ended_counts_until_the_disk_is_measured(tmp_path: Path) -> None:
    """Not twice afterwards, and not at all if nothing of it was kept."""
    allowance, first, second = Allowance(space=100), Upload(90), Upload()
    allowance.begin(first)
    allowance.begin(second)
    first.ended = True
    assert not allowance.has_room(second, 50)
    measured(allowance, tmp_path)
    assert allowance.has_room(second, 50)


def test_a_rate_lets_a_second_through_and_then_slows_down() -> None:
    """Whoever was idle may catch up for a second, and no more."""
    now = [100.0]
    allowance = Allowance(rate=1000, clock=lambda: now[0])
    assert [allowance.pause(500) for _ in range(4)] == [0.5, 1.0, 1.5, 2.0]
    now[0] += 60
    assert [allowance.pause(500) for _ in range(4)] == [0.0, 0.0, 0.5, 1.0]


def test_no_limit_is_none() -> None:
    """And costs nothing."""
    allowance, upload = Allowance(), Upload()
    allowance.begin(upload)
    assert allowance.has_room(upload, 1 << 60)
    assert allowance.pause(1 << 60) == 0
    assert not allowance.ended()
