"""Host keys are rotated with an overlap: the successor is there before the old one goes."""

from __future__ import annotations

import shutil
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wharfinger.certs import (
    ALGORITHMS,
    RotationRefused,
    read_host_keys,
    retire_host_key,
    rotate_host_key,
)
from wharfinger.certs.host_keys import KINDS

NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


@pytest.fixture
def folder(keys: Path, tmp_path: Path) -> Path:
    """A copy of the host keys."""
    for path in keys.glob("ssh_host_*"):
        shutil.copy2(path, tmp_path)
    return tmp_path


def listed(folder: Path) -> tuple[list[str], list[str]]:
    """Fingerprints served and announced."""
    return read_host_keys(folder).fingerprints()


@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
def test_a_successor_follows_the_old_key(folder: Path, algorithm: str) -> None:
    """It is announced until the old one is retired, and then stands in its place, alone."""
    place = list(KINDS).index(ALGORITHMS[algorithm])
    before, none = listed(folder)
    assert none == []
    made = rotate_host_key(folder, algorithm).get_fingerprint()
    assert listed(folder) == (before, [made])
    aside = retire_host_key(folder, before[place], NOW)
    served, announced = listed(folder)
    assert (served[place], announced) == (made, [])
    assert aside.name == f"{ALGORITHMS[algorithm]}.retired-20261125T123000"
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    public = (folder / f"{ALGORITHMS[algorithm]}.pub").read_text().split()[1]
    assert public in read_host_keys(folder).served[place].export_public_key().decode()


def test_a_successor_can_be_withdrawn(folder: Path) -> None:
    """By its own fingerprint; the old key stays."""
    before, _ = listed(folder)
    made = rotate_host_key(folder, "ed25519").get_fingerprint()
    retire_host_key(folder, made, NOW)
    assert listed(folder) == (before, [])


def test_there_is_one_successor_at_a_time(folder: Path) -> None:
    """The sentence names the one that is there."""
    made = rotate_host_key(folder, "rsa").get_fingerprint()
    with pytest.raises(RotationRefused, match="has a successor already") as refused:
        rotate_host_key(folder, "rsa")
    assert made in str(refused.value)


def test_no_kind_of_key_is_left_without_one(folder: Path) -> None:
    """A key that nothing follows is not retired, and neither is an unknown one."""
    before, _ = listed(folder)
    with pytest.raises(RotationRefused, match="no successor"):
        retire_host_key(folder, before[0], NOW)
    with pytest.raises(RotationRefused, match="no host key with the fingerprint SHA256:none"):
        retire_host_key(folder, "SHA256:none", NOW)
    assert listed(folder) == (before, [])
