"""Opening beneath a folder: by the one system call, and by the walk where there is none."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wharfinger.server.vfs import beneath

RENAME_EXCHANGE = 2
SECRET = b"the other client's salaries"

Call = Callable[..., int]


def denied(code: int) -> Call:
    """A kernel, or a sandbox, that has no openat2."""

    def openat2(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    return openat2


WAYS: dict[str, Call] = {
    "openat2": beneath._openat2,
    "no-such-call": denied(errno.ENOSYS),
    "forbidden-call": denied(errno.EPERM),
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way to open, in turn."""
    monkeypatch.setattr(beneath, "_openat2", WAYS[request.param])
    return str(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file and a folder in it, and a secret beside it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(SECRET)
    place = tmp_path / "folder"
    (place / "inner" / "deep").mkdir(parents=True)
    (place / "inner" / "file").write_bytes(b"mine")
    return place


@pytest.fixture
def root(folder: Path, no_leaks: None) -> Iterator[int]:
    """The folder's descriptor; nothing else may be left open."""
    descriptor = beneath.open_root(folder)
    yield descriptor
    os.close(descriptor)


def read(root: int, *path: str) -> bytes:
    """The content of a file beneath the root."""
    descriptor = beneath.open_regular(root, path)
    try:
        return os.read(descriptor, 1000)
    finally:
        os.close(descriptor)


def test_this_system_has_the_call(root: int) -> None:
    """Otherwise the tests of it would be tests of the walk."""
    os.close(beneath._openat2(root, b"inner", os.O_PATH, 0))


def test_what_is_beneath_is_opened(way: str, root: int) -> None:
    """Files at any depth, folders, the root itself, and new files with their mode."""
    assert read(root, "inner", "file") == b"mine"
    os.close(beneath.open_beneath(root, (), os.O_RDONLY | os.O_DIRECTORY))
    created = beneath.open_beneath(root, ("inner", "new"), os.O_WRONLY | os.O_CREAT, 0o600)
    assert os.fstat(created).st_mode & 0o777 == 0o600
    assert os.get_inheritable(created) is False
    os.close(created)
    assert beneath.stat_beneath(root, ("inner", "file")).st_size == 4


LINKS = {
    "absolute": "/{outside}",
    "relative": "../outside",
    "inside": "inner",
    "magic": "/proc/self/root/{outside}",
    "itself": "link",
}


@pytest.mark.parametrize("target", LINKS.values(), ids=LINKS)
def test_no_link_is_followed(way: str, root: int, folder: Path, target: str) -> None:
    """Neither on the way nor at its end, wherever it leads: somebody put it there."""
    outside = folder.parent / "outside"
    (folder / "link").symlink_to(target.format(outside=str(outside)[1:]))
    (folder / "last").symlink_to(outside / "secret")
    for path in (("link", "secret"), ("link", "file"), ("last",), ("link",)):
        with pytest.raises(OSError, match=r".") as refused:
            read(root, *path)
        assert refused.value.errno in (errno.ELOOP, errno.ENOTDIR)
    with pytest.raises(OSError, match=r".") as refused:
        beneath.make_parents(root, ("link", "new", "file"))
    assert refused.value.errno in (errno.ELOOP, errno.ENOTDIR)
    assert os.listdir(outside) == ["secret"]


def test_the_status_of_a_link_is_its_own(way: str, root: int, folder: Path) -> None:
    """So that it can be told from a file, and is not shown."""
    (folder / "link").symlink_to("../outside/secret")
    status = beneath.stat_beneath(root, ("link",))
    assert status.st_size == len("../outside/secret")


@pytest.mark.parametrize(
    "path",
    [
        *(("..", "outside", "secret"), ("inner", "..", "..", "outside", "secret")),
        *(("../outside/secret",), ("/etc/passwd",), ("/etc", "passwd"), ("",), ("", "etc")),
    ],
)
def test_what_is_no_canonical_path_leads_nowhere(
    way: str, root: int, path: tuple[str, ...]
) -> None:
    """A caller that forgot to make a path canonical does no harm."""
    with pytest.raises(OSError, match=r".") as refused:
        read(root, *path)
    assert refused.value.errno in (errno.EXDEV, errno.ENOENT, errno.EISDIR)


def test_pipes_and_devices_are_refused_at_once(way: str, root: int, folder: Path) -> None:
    """Nobody waits for the other end of a FIFO."""
    os.mkfifo(folder / "fifo")
    with pytest.raises(OSError, match=r".") as refused:
        read(root, "fifo")
    assert refused.value.errno == errno.EACCES
    with pytest.raises(IsADirectoryError):
        read(root, "inner")


def test_parents_are_made_where_they_are_missing(way: str, root: int, folder: Path) -> None:
    """And only the parents."""
    beneath.make_parents(root, ("inner", "a", "b", "file"))
    assert (folder / "inner" / "a" / "b").is_dir()
    assert not (folder / "inner" / "a" / "b" / "file").exists()
    beneath.make_parents(root, ("inner", "a", "b", "file"))


def test_a_rename_without_replacing_replaces_nothing(root: int, folder: Path) -> None:
    """The file that has the name stays as it is."""
    (folder / "a").write_bytes(b"a")
    (folder / "b").write_bytes(b"b")
    with pytest.raises(FileExistsError):
        beneath.rename_without_replacing(root, "a", root, "b")
    beneath.rename_without_replacing(root, "a", root, "c")
    assert (folder / "b").read_bytes() == b"b"
    assert (folder / "c").read_bytes() == b"a"


def test_a_path_that_keeps_changing_is_given_up(root: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """EAGAIN again and again ends as an error, not as a loop."""
    monkeypatch.setattr(beneath, "_syscall", lambda *_: -1)
    monkeypatch.setattr("ctypes.get_errno", lambda: errno.EAGAIN)
    with pytest.raises(BlockingIOError, match="kept changing"):
        read(root, "inner", "file")


def test_a_folder_swapped_for_a_link_lets_nobody_out(way: str, root: int, folder: Path) -> None:
    """Thousands of operations while a folder and a link out change places: no secret, no harm."""
    outside = folder.parent / "outside"
    (folder / "way").mkdir()
    (folder / "way" / "secret").write_bytes(b"mine")
    (folder / "link").symlink_to(outside)
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            beneath._libc.renameat2(root, b"way", root, b"link", RENAME_EXCHANGE)

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen = set[bytes | int | None]()
    try:
        for turn in range(3000):
            try:
                seen.add(read(root, "way", "secret"))
                with beneath.parent_of(root, ("way", f"new{turn}")) as (parent, name):
                    os.mkdir(name, dir_fd=parent)
            except OSError as error:
                seen.add(error.errno)
    finally:
        stop.set()
        swapping.join()
    assert SECRET not in seen
    assert os.listdir(outside) == ["secret"]
    assert b"mine" in seen  # it was tried in earnest
