"""Single operations on places of the disk. They block, decide nothing, and raise OSError."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from . import beneath
from .mount import Place


def status(place: Place) -> os.stat_result:
    """The status of a file or folder."""
    with _root(place) as root:
        return beneath.stat_beneath(root, place.rest)


def open_file(place: Place) -> int:
    """A descriptor of a regular file, for reading."""
    with _root(place) as root:
        return beneath.open_regular(root, place.rest)


def check_folder(place: Place) -> None:
    """Raise NotADirectoryError or FileNotFoundError unless the place is a folder."""
    with _root(place) as root:
        os.close(beneath.open_beneath(root, place.rest, os.O_PATH | os.O_DIRECTORY))


def names(place: Place) -> list[str]:
    """The names in a folder, sorted."""
    with _folder(place) as folder:
        return sorted(os.listdir(folder))


def statuses(place: Place, some: Iterable[str]) -> list[tuple[str, os.stat_result]]:
    """The status of some names in a folder; what is gone by now is left out."""
    found = []
    with _folder(place) as folder:
        for name in some:
            try:
                found.append((name, os.stat(name, dir_fd=folder, follow_symlinks=False)))
            except FileNotFoundError:
                continue
    return found


def remove_file(place: Place) -> None:
    """Remove a file."""
    with _parent(place) as (parent, name):
        os.unlink(name, dir_fd=parent)


def make_folder(place: Place) -> None:
    """Make a folder."""
    with _parent(place) as (parent, name):
        os.mkdir(name, 0o700, dir_fd=parent)


def remove_folder(place: Place) -> None:
    """Remove an empty folder."""
    with _parent(place) as (parent, name):
        os.rmdir(name, dir_fd=parent)


def rename(source: Place, target: Place, *, replace: bool) -> None:
    """Rename a file or folder."""
    with _parent(source) as (parent, name), _parent(target) as (new_parent, new_name):
        if replace:
            os.rename(name, new_name, src_dir_fd=parent, dst_dir_fd=new_parent)
        else:
            beneath.rename_without_replacing(parent, name, new_parent, new_name)


def set_times(place: Place, accessed_at: float, modified_at: float) -> None:
    """Set the times of a file or folder (POSIX times)."""
    with _parent(place) as (parent, name):
        os.utime(name, (accessed_at, modified_at), dir_fd=parent, follow_symlinks=False)


def space(place: Place) -> os.statvfs_result:
    """The space on the file system."""
    return os.statvfs(place.mount.root)


@contextmanager
def _root(place: Place) -> Iterator[int]:
    root = beneath.open_root(place.mount.root)
    try:
        yield root
    finally:
        os.close(root)


@contextmanager
def _parent(place: Place) -> Iterator[tuple[int, str]]:
    with _root(place) as root, beneath.parent_of(root, place.rest) as found:
        yield found


@contextmanager
def _folder(place: Place) -> Iterator[int]:
    with _root(place) as root:
        folder = beneath.open_beneath(root, place.rest, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield folder
        finally:
            os.close(folder)
