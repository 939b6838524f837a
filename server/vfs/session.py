"""What a logged-in client can do with files: the one interface that both edges translate to.

Every method takes canonical paths (path.canonical) and raises Refused and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable

from . import disk
from .allowance import Allowance
from .entry import Entry, entry_of, new_entry, partial_entry, virtual_folder
from .landing import Landing
from .mount import Place, Tree
from .opening import Destination, WriteFlags, new_upload_id, open_destination
from .path import VirtualPath, canonical, display
from .publish import folder_of
from .read_handle import ReadHandle
from .receipt import Identity, Receipt, Receipts
from .refusal import Refusal, Refused
from .spool import Spool
from .threads import Threads
from .upload_handle import UploadHandle
from .verdict import Ending, rename_completes

#: names that are looked up in one go while a folder is listed
_BATCH = 500
#: files that one session may have open; each may hold two blocks of 1 MiB in memory
_MOST_OPEN = 16


class VfsSession:
    """A client's view of its folders."""

    def __init__(
        self,
        identity: Identity,
        tree: Tree,
        spool: Spool,
        *,
        landing: Landing,
        receipts: Receipts,
        threads: Threads,
        largest: int,
        allowance: Allowance,
        read: Callable[[Identity, str], None],
    ) -> None:
        self._read = read
        self._allowance = allowance
        #: set by `close`
        self.closed = False
        self.identity = identity
        self._tree = tree
        self._spool = spool
        self._landing = landing
        self._receipts = receipts
        self._threads = threads
        self._largest = largest
        self._uploads: set[UploadHandle] = set()
        self._readers: set[ReadHandle] = set()

    # looking

    async def stat(self, path: VirtualPath) -> Entry:
        """The attributes of a file or folder.

        For a name that has no complete version this session's own upload answers, because some
        clients look at what they have just created; else a cut-off upload, so that a client can see
        where to resume. Neither is in a listing, or can be read by others.
        """
        name = path[-1] if path else ""
        if self._tree.is_fixed(path) and self._tree.find(path) is None:
            return virtual_folder(name)
        place = self._tree.to_read(path)
        try:
            status = await self._threads.run(disk.status, place)
        except Refused as refused:
            if refused.kind is not Refusal.NO_SUCH_FILE:
                raise
            entry = await self._unfinished(place)
            if entry is None:
                raise
            return entry
        entry = entry_of(name, status, writable=place.mount.writable)
        if entry is None:
            raise Refused(Refusal.NO_SUCH_FILE)
        return entry

    async def list_folder(self, path: VirtualPath) -> AsyncIterator[Entry]:
        """The entries of a folder, by name, in batches of moderate cost."""
        place = self._tree.find(path)
        if place is None and not self._tree.is_fixed(path):
            raise Refused(Refusal.NO_SUCH_FILE)
        virtual = self._tree.children(path)
        names = await self._threads.run(disk.names, place) if place is not None else []
        for name in sorted(virtual.difference(names)):
            yield virtual_folder(name)
        for start in range(0, len(names), _BATCH):
            assert place is not None  # noqa: S101 - names come from it
            batch = [name for name in names[start : start + _BATCH] if _is_canonical(name)]
            for name, status in await self._threads.run(disk.statuses, place, batch):
                entry = entry_of(name, status, writable=place.mount.writable)
                if entry is not None:
                    yield entry

    async def check_folder(self, path: VirtualPath) -> None:
        """Raise Refused unless `path` is a folder."""
        place = self._tree.find(path)
        if place is not None:
            await self._threads.run(disk.check_folder, place)
        elif not self._tree.is_fixed(path):
            raise Refused(Refusal.NO_SUCH_FILE)

    async def space(self, path: VirtualPath) -> os.statvfs_result:
        """The space of the file system that a path is on."""
        place = self._tree.find(path) or next(iter(self._place_of_mounts()), None)
        if place is None:
            raise Refused(Refusal.NO_SUCH_FILE)
        return await self._threads.run(disk.space, place)

    async def available(self, path: VirtualPath) -> int:
        """The bytes of the largest file that could be put there now."""
        space = await self.space(path)
        return min(self._largest, space.f_bavail * space.f_frsize)

    # reading and writing

    async def open_read(self, path: VirtualPath) -> ReadHandle:
        """Open a file for reading; close it with `close_read`."""
        self._check_open_files()
        place = self._tree.to_read(path)
        descriptor = await self._threads.run(disk.open_file, place)
        reader = ReadHandle(descriptor, self._threads, self._allowance)
        self._readers.add(reader)
        self._read(self.identity, display(path))
        return reader

    def close_read(self, reader: ReadHandle) -> None:
        """Close a file that was open for reading."""
        if reader in self._readers:
            self._readers.discard(reader)
            reader.close()

    async def open_write(self, path: VirtualPath, flags: WriteFlags) -> UploadHandle:
        """Open a file for writing; end it with `end`.

        What the client sees under that name stays as it is until then.
        """
        self._check_open_files()
        place = self._tree.to_change(path)
        ended = self._allowance.ended()
        used, destination = await self._threads.run(self._open, place, flags)
        self._allowance.note(used, ended)
        handle = UploadHandle(destination, self._threads, self._allowance)
        self._uploads.add(handle)
        return handle

    def _open(self, place: Place, flags: WriteFlags) -> tuple[int, Destination]:
        """The space that is used, and the place of an upload: one call, as most have no limit."""
        roots = [mount.root for mount in self._tree.mounts if mount.folder is not None]
        used = self._allowance.measure(roots)
        return used, open_destination(place, self.identity, self._spool, flags, self._largest)

    async def end(self, handle: UploadHandle, ending: Ending) -> Receipt | None:
        """End an upload as the edge saw it end; returns its receipt, None where it made none.

        Raises Refused when the sender is to hear that it failed.
        """
        self._uploads.discard(handle)
        return await self._landing.end(handle, ending)

    def upload_to(self, path: VirtualPath) -> UploadHandle | None:
        """This session's own upload to `path`, None where there is none."""
        for handle in self._uploads:
            if handle.destination.place.path == path:
                return handle
        return None

    # changing

    async def rename(
        self, source: VirtualPath, target: VirtualPath, *, replace: bool
    ) -> Receipt | None:
        """Rename a file or folder; returns a receipt if that completed an upload."""
        from_place, to_place = self._tree.to_change(source), self._tree.to_change(target)
        completes = await self._threads.run(self._completes, from_place, to_place, replace=replace)
        if not completes:
            await self._threads.run(disk.rename, from_place, to_place, replace=replace)
            return None
        return await self._landing.rename(
            new_upload_id(), self.identity, self._spool, from_place, to_place
        )

    async def remove(self, path: VirtualPath) -> None:
        """Remove a file.

        A client that cleans up after a failed upload means what that left: the cut-off upload goes
        first, and the complete version under the same name only when it is named again.
        """
        place = self._tree.to_change(path)
        if await self._threads.run(self._partial, path) is not None:
            await self._threads.run(self._spool.drop_partial, self.identity.account_id, path)
            return
        await self._threads.run(disk.remove_file, place)
        await self._threads.run(self._receipts.removed, self.identity.login, display(path))

    async def make_folder(self, path: VirtualPath) -> None:
        """Make a folder."""
        if self._tree.is_fixed(path):
            raise Refused(Refusal.EXISTS)
        await self._threads.run(disk.make_folder, self._tree.to_change(path))

    async def remove_folder(self, path: VirtualPath) -> None:
        """Remove an empty folder."""
        await self._threads.run(disk.remove_folder, self._tree.to_change(path))

    async def set_times(
        self, path: VirtualPath, modified_at: float, accessed_at: float | None = None
    ) -> None:
        """Set a file's times (POSIX times)."""
        handle = self.upload_to(path)
        if handle is not None:
            handle.modified_at = modified_at
            return
        place = self._tree.to_change(path)
        accessed_at = modified_at if accessed_at is None else accessed_at
        await self._threads.run(disk.set_times, place, accessed_at, modified_at)

    # the end

    async def close(self, ending: Ending) -> None:
        """End whatever is still open, because the session ends."""
        self.closed = True
        for reader in list(self._readers):
            self.close_read(reader)
        for handle in list(self._uploads):
            try:
                await self.end(handle, ending)
            except Refused:
                continue  # which is what an aborting ending always is

    def _completes(self, source: Place, target: Place, *, replace: bool) -> bool:
        """Whether a rename finishes an upload. Blocks; raises OSError and Refused."""
        entry = entry_of(source.path[-1], disk.status(source), writable=True)
        if entry is None:
            raise Refused(Refusal.NO_SUCH_FILE)
        if entry.is_folder:
            return False
        if not replace and _exists(target):
            raise Refused(Refusal.EXISTS)
        complete_on = folder_of(target).complete_on
        uploaded = complete_on != "close" and self._receipts.is_upload(
            self.identity.login, display(source.path), entry.size
        )
        return rename_completes(
            source=source.path[-1],
            target=target.path[-1],
            complete_on=complete_on,
            uploaded=uploaded,
        )

    async def _unfinished(self, place: Place) -> Entry | None:
        """What there is of a file that is not complete."""
        name = place.path[-1] if place.path else ""
        handle = self.upload_to(place.path)
        if handle is not None:
            return new_entry(name, handle.size)
        partial = await self._threads.run(self._partial, place.path)
        return partial_entry(name, partial) if partial and place.mount.writable else None

    def _partial(self, path: VirtualPath) -> os.stat_result | None:
        return self._spool.partial(self.identity.account_id, path)

    def _check_open_files(self) -> None:
        if len(self._uploads) + len(self._readers) >= _MOST_OPEN:
            raise Refused(Refusal.FAILED, f"no more than {_MOST_OPEN} files can be open at once")

    def _place_of_mounts(self) -> list[Place]:
        return [Place(mount, ()) for mount in self._tree.mounts]


def _exists(place: Place) -> bool:
    try:
        disk.status(place)
    except FileNotFoundError:
        return False
    return True


def _is_canonical(name: str) -> bool:
    """Whether clients could name this file: what somebody else put there may not be nameable."""
    try:
        return canonical(name) == (name,)
    except Refused:
        return False
