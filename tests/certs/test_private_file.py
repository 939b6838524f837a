"""Private files: written whole and tight, never replaced, refused when exposed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from wharfinger.certs import KeyUnusable, PrivateFileExposed
from wharfinger.certs.private_file import is_exposed, read_private, write_private


def test_a_private_file_is_tight_from_its_first_byte(tmp_path: Path) -> None:
    """Mode 0600 under the widest umask, and no draft stays behind."""
    before = os.umask(0)
    try:
        write_private(tmp_path / "key", b"secret")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert read_private(tmp_path / "key") == b"secret"
    assert os.listdir(tmp_path) == ["key"]


def test_a_private_file_is_never_replaced(tmp_path: Path) -> None:
    """The old content and no draft are there after the refusal."""
    write_private(tmp_path / "key", b"old")
    with pytest.raises(FileExistsError):
        write_private(tmp_path / "key", b"new")
    assert read_private(tmp_path / "key") == b"old"
    assert os.listdir(tmp_path) == ["key"]


def test_a_draft_is_not_written_through_a_link(tmp_path: Path) -> None:
    """A link that somebody laid where the draft goes does not lead the key elsewhere."""
    (tmp_path / f".key.{os.getpid()}").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        write_private(tmp_path / "key", b"secret")
    assert not (tmp_path / "elsewhere").exists()


def test_an_exposed_file_is_not_even_read(tmp_path: Path) -> None:
    """One permission of the group is enough."""
    write_private(tmp_path / "key", b"secret")
    (tmp_path / "key").chmod(0o620)
    with pytest.raises(PrivateFileExposed):
        read_private(tmp_path / "key")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file and a folder are KeyUnusable, with the system's reason."""
    for path, reason in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(KeyUnusable, match=reason) as refused:
            read_private(path)
        assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    ("mode", "owner", "user", "exposed"),
    [
        (0o600, 1000, 1000, False),
        (0o640, 1000, 1000, True),
        (0o640, 0, 1000, False),
        (0o644, 0, 1000, True),
        (0o660, 0, 1000, True),
        (0o640, 0, 0, True),
    ],
)
def test_only_a_file_of_roots_may_be_read_by_its_group(
    mode: int, owner: int, user: int, exposed: bool
) -> None:
    """So can an ACME client share its key with a server that is not root."""
    assert is_exposed(mode, owner=owner, user=user) is exposed
