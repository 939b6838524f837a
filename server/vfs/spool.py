"""The spool: files on their way, cut-off uploads kept for resume, and the snapshots of uploads.

It lies on the same file system as the files that clients see, so that publishing is a link.

Names (one flat folder a client):
    ID.ACCOUNT.PATH          on its way, written in order; after its receipt: the snapshot
    ID.ACCOUNT.PATH.gaps     on its way, written out of order
    ID.ACCOUNT.PATH.link     the second name of a snapshot while it is renamed over an old version
    partial.ACCOUNT.PATH     a cut-off upload: whole from its start up to its size
ID is the upload's, ACCOUNT the account's number, PATH a hash of the canonical path.

Rules:
1. After a crash of the server alone, what was written in order can be resumed: the kernel still has
   it. After a crash of the machine only what was synced can; `boot` remembers which one it was.
2. A name without a receipt is nobody's upload.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from .path import VirtualPath, display

_PARTIAL = "partial."
_GAPS = ".gaps"
_LINK = ".link"
_BOOT = "boot"


class Spool:
    """The spool folder of one client."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def name(self, upload_id: str, account_id: int, path: VirtualPath) -> str:
        """The name of an upload's file."""
        return f"{upload_id}.{_key(account_id, path)}"

    def create(self, name: str) -> int:
        """Create the file of an upload; returns its descriptor."""
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(self.folder / name, flags, 0o600)

    def mark_gaps(self, name: str) -> str:
        """Note that the file is written out of order; returns its new name."""
        os.rename(self.folder / name, self.folder / (name + _GAPS))
        return name + _GAPS

    def clear_gaps(self, name: str) -> str:
        """Note that the file is whole after all; returns its new name."""
        whole = name.removesuffix(_GAPS)
        if whole != name:
            os.rename(self.folder / name, self.folder / whole)
        return whole

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        (self.folder / name).unlink(missing_ok=True)

    def partial(self, account_id: int, path: VirtualPath) -> os.stat_result | None:
        """The cut-off upload that is kept for a path; None where there is none."""
        try:
            return os.stat(self.folder / (_PARTIAL + _key(account_id, path)))
        except FileNotFoundError:
            return None

    def take_partial(self, name: str) -> int:
        """Make the cut-off upload for the same path the file `name`; returns its descriptor.

        Raises FileNotFoundError.
        """
        key = name.split(".", 1)[1]
        os.rename(self.folder / (_PARTIAL + key), self.folder / name)
        return os.open(self.folder / name, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)

    def keep_partial(self, name: str, size: int) -> None:
        """Keep a cut-off upload, whose content is synced, for resume: all but the last byte.

        Its sender may have sent everything but the end. Were the file of full size, clients would
        take it for complete when they resume, and never end it.
        """
        if size <= 1:
            self.remove(name)
            return
        os.truncate(self.folder / name, size - 1)
        key = name.removesuffix(_GAPS).split(".", 1)[1]
        os.replace(self.folder / name, self.folder / (_PARTIAL + key))

    def drop_partial(self, account_id: int, path: VirtualPath) -> None:
        """Forget the cut-off upload for a path."""
        self.remove(_PARTIAL + _key(account_id, path))

    def sync(self) -> None:
        """Put the names in this folder on the disk."""
        sync_folder(self.folder)

    def link_from(self, parent: int, source: str, name: str) -> None:
        """Make the file `source` of the folder `parent` a snapshot, called `name`."""
        os.link(source, self.folder / name, src_dir_fd=parent, follow_symlinks=False)

    def link_over(self, name: str, parent: int, target: str) -> None:
        """Give a snapshot the name `target` in the folder `parent`, in place of what has it."""
        spool = os.open(self.folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            try:
                os.link(name, target, src_dir_fd=spool, dst_dir_fd=parent, follow_symlinks=False)
            except FileExistsError:
                link = name + _LINK
                self.remove(link)
                os.link(name, link, src_dir_fd=spool, dst_dir_fd=spool, follow_symlinks=False)
                os.rename(link, target, src_dir_fd=spool, dst_dir_fd=parent)
                # rename(2) leaves both names where they are one file already
                self.remove(link)
        finally:
            os.close(spool)

    def recover(self, has_receipt: Callable[[str], bool], partial_lifetime: float) -> None:
        """Bring order after a stop of any kind; run before the first client is let in.

        `has_receipt` tells of an upload's id; `partial_lifetime` is in seconds.
        """
        same_boot = self._same_boot()
        for entry in list(os.scandir(self.folder)):
            if entry.name != _BOOT and not entry.name.startswith(_PARTIAL):
                self._recover_file(entry, has_receipt, same_boot=same_boot)
        self.purge_partials(partial_lifetime)

    def purge_partials(self, lifetime: float) -> None:
        """Remove cut-off uploads that nobody resumed for `lifetime` seconds."""
        now = time.time()
        for entry in list(os.scandir(self.folder)):
            if entry.name.startswith(_PARTIAL) and now - entry.stat().st_mtime > lifetime:
                self.remove(entry.name)

    def _recover_file(
        self, entry: os.DirEntry[str], has_receipt: Callable[[str], bool], *, same_boot: bool
    ) -> None:
        if entry.name.endswith((_GAPS, _LINK)):
            self.remove(entry.name)
        elif has_receipt(entry.name.split(".", 1)[0]):
            return
        elif entry.stat().st_nlink > 1 or not entry.stat().st_size or not same_boot:
            # stored under a temporary name already, or nothing worth to be resumed
            self.remove(entry.name)
        else:
            self.keep_partial(entry.name, entry.stat().st_size)

    def _same_boot(self) -> bool:
        now = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        marker = self.folder / _BOOT
        before = marker.read_text("ascii") if marker.exists() else ""
        if before != now:
            marker.write_text(now, "ascii")
        return before == now


def sync_folder(folder: str | Path) -> None:
    """Put the names in `folder` on the disk (fsync of the directory)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _key(account_id: int, path: VirtualPath) -> str:
    digest = hashlib.blake2b(display(path).encode(), digest_size=16).hexdigest()
    return f"{account_id}.{digest}"
