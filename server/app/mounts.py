"""An account's folders as mounts of the virtual file system."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..accounts import Folder
from ..home import ClientHome
from ..vfs import Mount, canonical

#: where every account finds the reports on its uploads
REPORTS = "/reports"


def mounts_of(home: ClientHome, login: str, folders: Iterable[Folder]) -> list[Mount]:
    """The mounts of an account: its folders, and its reports."""
    mounts = [folder_mount(home, folder) for folder in folders]
    mounts.append(Mount(canonical(REPORTS), home.reports / login))
    return mounts


def folder_mount(home: ClientHome, folder: Folder) -> Mount:
    """The mount of one folder; it lies in the home as the client sees it."""
    path = canonical(folder.path)
    return Mount(path, home.files.joinpath(folder.login, *path), folder)


def make_roots(mounts: Iterable[Mount]) -> None:
    """Make the folders of mounts on the disk. Blocks; raises OSError."""
    for mount in mounts:
        Path(mount.root).mkdir(mode=0o700, parents=True, exist_ok=True)
