"""The home: where things lie, whose they are, and who serves from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wharfinger.server.exceptions import HomeBusy, HomeMissing
from wharfinger.server.home import Home, HomeLock

HOLD = """
import sys
from pathlib import Path
from wharfinger.server.home import Home, HomeLock

lock = HomeLock(Home(Path(sys.argv[1])))
lock.note('{"pid": 1}')
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path) -> Home:
    """The folders of a new home, without settings."""
    found = Home(tmp_path / "home")
    found.create()
    return found


def test_a_folder_is_a_home_once_it_has_settings(place: Home) -> None:
    """Until then the error says how to make one."""
    with pytest.raises(HomeMissing) as missing:
        place.require()
    assert "wharfinger init" in missing.value.hint
    place.settings.touch()
    place.require()


def test_everything_is_the_servers_alone(place: Home) -> None:
    """No other user of the machine gets in; making the folders again changes nothing."""
    place.client("acme").create()
    (place.client("acme").files / "kept").touch()
    place.create()
    place.client("acme").create()
    folders = [place.root, *(path for path in place.root.rglob("*") if path.is_dir())]
    assert len(folders) == 8
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in folders)
    assert (place.client("acme").files / "kept").exists()


def test_a_client_has_a_part_of_its_own(place: Home) -> None:
    """No two clients share a path."""
    for part in ("files", "spool", "reports", "directory"):
        paths = {getattr(place.client(name), part) for name in ("acme", "acme-2")}
        assert len(paths) == 2


def test_one_process_serves_from_a_home(place: Home) -> None:
    """The others hear so, and can read what it says of itself, until it ends in any way."""
    assert place.running() is None
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HomeBusy):
            HomeLock(place)
        assert place.running() == '{"pid": 1}'
        holder.kill()
    assert place.running() is None
    HomeLock(place).release()


def test_what_a_server_says_replaces_what_it_said(place: Home, no_leaks: None) -> None:
    """Shorter or longer; the words of a server that is gone are not repeated."""
    lock = HomeLock(place)
    assert place.running() is None  # it has said nothing yet
    for text in ('{"pid": 12345}', "{}"):
        lock.note(text)
        assert place.running() == text
    lock.release()
    lock = HomeLock(place)
    assert place.running() is None
    lock.release()
