"""The tree that an account sees: its folders, and what leads to them.

Rules:
1. A path belongs to the longest mount that begins it.
2. What is above the mounts is virtual: it can be listed, and nothing else.
3. A mount itself, and what leads to one, is never renamed or removed by a client.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..accounts.folder import Folder
from .path import VirtualPath
from .refusal import Refusal, Refused


@dataclass(frozen=True, slots=True)
class Mount:
    """A part of the tree that lies on the disk."""

    path: VirtualPath
    #: the folder on the disk
    root: Path
    #: the account's folder, None for what the server provides (reports)
    folder: Folder | None = None

    @property
    def writable(self) -> bool:
        """Whether the client may put files here."""
        return self.folder is not None and self.folder.direction == "in"


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a mount: `rest` is what follows the mount's own path."""

    mount: Mount
    rest: VirtualPath

    @property
    def path(self) -> VirtualPath:
        """The whole canonical path."""
        return self.mount.path + self.rest


class Tree:
    """The mounts of an account."""

    def __init__(self, mounts: Iterable[Mount]) -> None:
        self._mounts = {mount.path: mount for mount in mounts}
        #: every path that is a mount or leads to one
        self._fixed = {path[:end] for path in self._mounts for end in range(len(path) + 1)}
        self._fixed.add(())

    @property
    def mounts(self) -> list[Mount]:
        """All mounts."""
        return list(self._mounts.values())

    def find(self, path: VirtualPath) -> Place | None:
        """Where `path` lies, None when it lies in no mount."""
        for end in range(len(path), -1, -1):
            mount = self._mounts.get(path[:end])
            if mount is not None:
                return Place(mount, path[end:])
        return None

    def is_fixed(self, path: VirtualPath) -> bool:
        """Whether `path` is a mount or leads to one."""
        return path in self._fixed

    def children(self, path: VirtualPath) -> set[str]:
        """Names right below `path` that are mounts or lead to one."""
        return {fixed[-1] for fixed in self._fixed if fixed and fixed[:-1] == path}

    def to_read(self, path: VirtualPath) -> Place:
        """Where to read `path`. Raises Refused."""
        place = self.find(path)
        if place is None:
            kind = Refusal.IS_DIRECTORY if self.is_fixed(path) else Refusal.NO_SUCH_FILE
            raise Refused(kind)
        return place

    def to_change(self, path: VirtualPath) -> Place:
        """Where to change `path`. Raises Refused with the folders that can be written to."""
        place = self.find(path)
        if place is not None and place.mount.writable and not self.is_fixed(path):
            return place
        inbound = ["/" + "/".join(mount.path) for mount in self.mounts if mount.writable]
        where = f"; files go into {', '.join(sorted(inbound)[:5])}" if inbound else ""
        raise Refused(Refusal.READ_ONLY, f"not permitted here{where}")
