"""The spool: what a stop of any kind leaves, and what becomes of it at the next start."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wharfinger.server.vfs.spool import Spool, sync_folder

PATH = ("hr", "users", "users.csv")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """A spool on which a server has run since the machine started."""
    folder = tmp_path / "spool"
    folder.mkdir()
    found = Spool(folder)
    recover(found)
    return found


def recover(spool: Spool, *receipts: str, lifetime: float = 3600) -> list[str]:
    """Start again with receipts of these ids; returns the names that are there then."""
    spool.recover(receipts.__contains__, lifetime)
    return sorted(path.name for path in spool.folder.iterdir() if path.name != "boot")


def write(spool: Spool, name: str, content: bytes = b"content") -> Path:
    """Make a file of an upload."""
    descriptor = spool.create(name)
    os.write(descriptor, content)
    os.close(descriptor)
    return spool.folder / name


def test_names_tell_accounts_and_paths_apart(spool: Spool) -> None:
    """Two accounts or two paths never share a file, whatever is in the path."""
    names = {
        spool.name("u1", account, path)
        for account in (1, 11)
        for path in (PATH, ("hr", "users"), ("hr/users",), ("1", *PATH))
    }
    assert len(names) == 6  # ("hr/users",) is no canonical path, and reads like its neighbour
    assert all("/" not in name for name in names)


def test_an_upload_never_writes_into_a_file_that_is_there(spool: Spool) -> None:
    """A name is created once, and no link in its place is followed."""
    name = spool.name("u1", 1, PATH)
    write(spool, name)
    with pytest.raises(FileExistsError):
        spool.create(name)
    (spool.folder / "link").symlink_to("elsewhere")
    with pytest.raises(FileExistsError):
        spool.create("link")


def test_what_has_a_receipt_stays(spool: Spool) -> None:
    """It is the snapshot that imports read."""
    name = spool.name("u1", 1, PATH)
    write(spool, name)
    assert recover(spool, "u1") == [name]


def test_what_has_no_receipt_can_be_resumed(spool: Spool) -> None:
    """What was written in order is kept for that account and path, but for the last byte."""
    write(spool, spool.name("u1", 1, PATH), b"12345")
    recover(spool, "u2")
    partial = spool.partial(1, PATH)
    assert partial is not None
    assert partial.st_size == 4
    assert spool.partial(2, PATH) is None
    assert spool.partial(1, PATH[:2]) is None


@pytest.mark.parametrize("content", [b"", b"1"])
def test_next_to_nothing_is_not_worth_to_be_resumed(spool: Spool, content: bytes) -> None:
    """Where nothing would be left, nothing is kept."""
    write(spool, spool.name("u1", 1, PATH), content)
    assert recover(spool) == []


def test_what_was_written_out_of_order_goes(spool: Spool) -> None:
    """Nobody can tell which of its bytes are there; nor is a half-done link of use."""
    name = spool.name("u1", 1, PATH)
    write(spool, name)
    write(spool, spool.mark_gaps(name) + ".link")
    assert recover(spool, "u1") == []


def test_what_was_stored_under_a_temporary_name_goes(spool: Spool, tmp_path: Path) -> None:
    """The file itself is under that name; only the name in the spool goes."""
    stored = tmp_path / "users.csv.part"
    os.link(write(spool, spool.name("u1", 1, PATH)), stored)
    assert recover(spool) == []
    assert stored.read_bytes() == b"content"


def test_after_a_crash_of_the_machine_nothing_unsynced_is_resumed(spool: Spool) -> None:
    """Its size may be there without its bytes; what was synced as a partial stays."""
    write(spool, spool.name("u1", 1, PATH))
    spool.keep_partial(spool.name("u1", 1, PATH), 7)
    write(spool, spool.name("u2", 1, ("other.csv",)))
    (spool.folder / "boot").write_text("another start of the machine")
    (kept,) = recover(spool)
    assert kept.startswith("partial.")


def test_partials_go_when_nobody_resumes_them(spool: Spool) -> None:
    """After their lifetime, at a start or later; younger ones stay."""
    for age, path in ((100, ("old",)), (10, ("young",))):
        name = spool.name("u1", 1, path)
        file = write(spool, name)
        spool.keep_partial(name, 7)
        partial = file.with_name("partial." + name.split(".", 1)[1])
        status = partial.stat()
        os.utime(partial, (status.st_atime, status.st_mtime - age))
    spool.purge_partials(50)
    assert spool.partial(1, ("old",)) is None
    assert spool.partial(1, ("young",)) is not None


def test_a_partial_is_taken_once(spool: Spool) -> None:
    """Two that resume the same upload do not write into one file."""
    name = spool.name("u1", 1, PATH)
    write(spool, name)
    spool.keep_partial(name, 7)
    os.close(spool.take_partial(spool.name("u2", 1, PATH)))
    with pytest.raises(FileNotFoundError):
        spool.take_partial(spool.name("u3", 1, PATH))


def test_a_snapshot_takes_the_place_of_the_version_before(spool: Spool, tmp_path: Path) -> None:
    """One version or the other is under the name; doing it again changes nothing."""
    folder = tmp_path / "files"
    folder.mkdir()
    parent = os.open(folder, os.O_PATH)
    try:
        for upload_id in ("u1", "u2", "u2"):
            name = spool.name(upload_id, 1, PATH)
            if not (spool.folder / name).exists():
                write(spool, name, upload_id.encode())
            spool.link_over(name, parent, "users.csv")
            assert (folder / "users.csv").read_bytes() == upload_id.encode()
    finally:
        os.close(parent)
    assert os.listdir(folder) == ["users.csv"]
    assert recover(spool, "u1", "u2") == [spool.name(u, 1, PATH) for u in ("u1", "u2")]


def test_a_folder_that_is_gone_cannot_be_synced(tmp_path: Path) -> None:
    """The error reaches whoever would have said that it is safe."""
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "gone")
