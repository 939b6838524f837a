"""How an upload is landed: the order of steps that makes an acknowledgement durable.

    data on the disk  ->  its name in the spool on the disk  ->  receipt in the journal
    ->  final name  ->  final name on the disk  ->  reply

Rules:
1. A crash before the receipt leaves nothing that looks like an upload; what a crash after it left
   undone is done again at the next start, and doing it twice changes nothing.
2. What is published is a new file each time, so its name in the spool is a snapshot that no later
   upload changes.
3. Two uploads to one path are landed one after the other, so that the version with the last receipt
   is the one that is seen.
4. Once there is a receipt the sender hears "ok": should publishing fail, the file is safe, its
   import goes on, and publishing is tried again at the next start.

Everything here blocks, and runs in I/O threads.
"""

from __future__ import annotations

import hashlib
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from ..accounts.folder import Folder
from . import beneath
from .companion import LONGEST, companion_of
from .mount import Place
from .path import VirtualPath, display
from .receipt import Identity, Receipt, Receipts, Recorded
from .refusal import Refusal, Refused
from .spool import Spool, sync_folder
from .upload_handle import UploadHandle

_log = structlog.get_logger()
_LOCKS = 64


class Publisher:
    """Lands uploads. With `durable=False` the steps stay, and nothing waits for the disk."""

    def __init__(self, receipts: Receipts, *, durable: bool) -> None:
        self._receipts = receipts
        self._durable = durable
        self._locks = [threading.Lock() for _ in range(_LOCKS)]

    def seal(self, handle: UploadHandle) -> Receipt:
        """Make an upload's draft whole and safe; returns what its receipt will say.

        Raises Refused when bytes of it were never sent, OSError.
        """
        digest = handle.complete()
        if digest is None:
            raise Refused(Refusal.INCOMPLETE)
        destination = handle.destination
        self._sync_draft(handle)
        path = display(destination.place.path)
        return Receipt(
            id=destination.id,
            identity=destination.identity,
            folder=folder_of(destination.place),
            path=path,
            companion=companion_of(path),
            renamed_from=None,
            size=handle.size,
            sha256=digest,
            received_at=handle.received_at,
            snapshot=handle.draft.name,
        )

    def seal_stored(
        self, upload_id: str, identity: Identity, spool: Spool, source: Place, target: Place
    ) -> Receipt:
        """The receipt of a stored file that is renamed to its final name. Raises OSError."""
        snapshot = spool.name(upload_id, identity.account_id, target.path)
        root = beneath.open_root(source.mount.root)
        try:
            with beneath.parent_of(root, source.rest) as (parent, name):
                spool.link_from(parent, name, snapshot)
        finally:
            os.close(root)
        if self._durable:
            spool.sync()
        with (spool.folder / snapshot).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            size = os.fstat(file.fileno()).st_size
        path = display(target.path)
        return Receipt(
            id=upload_id,
            identity=identity,
            folder=folder_of(target),
            path=path,
            companion=companion_of(path),
            renamed_from=display(source.path),
            size=size,
            sha256=digest.hexdigest(),
            received_at=datetime.now(UTC),
            snapshot=snapshot,
        )

    def land(self, spool: Spool, receipt: Receipt, target: Place, source: Place | None) -> Recorded:
        """Record a receipt and publish its file, unless the sender is refused.

        `source` is the temporary name that goes, None for a file that was written as what it is.
        Raises OSError where the journal fails: then there is no receipt.
        """
        if receipt.folder.complete_on == "marker":
            receipt = _read(spool, receipt)
        with self._lock(target.path):
            recorded = self._receipts.record(receipt)
            if recorded.refusal is not None:
                return recorded
            try:
                self.publish(spool, receipt, target, source)
            except OSError:
                _log.exception("publishing failed, tried again at the next start", id=receipt.id)
            spool.drop_partial(receipt.identity.account_id, target.path)
            return recorded

    def publish(self, spool: Spool, receipt: Receipt, target: Place, source: Place | None) -> None:
        """Give an upload its final name; may be done again at any time. Raises OSError."""
        self._link(spool, receipt.snapshot, target)
        if source is not None:
            self._unlink_stored(spool, receipt.snapshot, source)
        self._receipts.published(receipt.id)

    def store(self, handle: UploadHandle) -> None:
        """Publish a file under a name that makes no upload of it. Raises Refused, OSError."""
        if handle.complete() is None:
            raise Refused(Refusal.INCOMPLETE)
        self._sync_draft(handle)
        destination = handle.destination
        with self._lock(destination.place.path):
            self._link(destination.spool, handle.draft.name, destination.place)
            destination.spool.drop_partial(destination.identity.account_id, destination.place.path)

    def _sync_draft(self, handle: UploadHandle) -> None:
        if self._durable:
            handle.draft.sync()
            handle.destination.spool.sync()

    def _link(self, spool: Spool, name: str, target: Place) -> None:
        root = beneath.open_root(target.mount.root)
        try:
            beneath.make_parents(root, target.rest)
            with beneath.parent_of(root, target.rest) as (parent, final):
                spool.link_over(name, parent, final)
                if self._durable:
                    _sync(parent)
        finally:
            os.close(root)

    def _unlink_stored(self, spool: Spool, snapshot: str, source: Place) -> None:
        """Take the temporary name away, if it still is the file that was landed."""
        landed = os.stat(spool.folder / snapshot)
        root = beneath.open_root(source.mount.root)
        try:
            with beneath.parent_of(root, source.rest) as (parent, name):
                if os.path.samestat(landed, os.stat(name, dir_fd=parent, follow_symlinks=False)):
                    os.unlink(name, dir_fd=parent)
        except FileNotFoundError:
            return  # gone already
        finally:
            os.close(root)

    def _lock(self, path: VirtualPath) -> threading.Lock:
        return self._locks[hash(path) % _LOCKS]


def folder_of(place: Place) -> Folder:
    """The account's folder that a writable place lies in."""
    folder = place.mount.folder
    if folder is None:
        raise Refused(Refusal.READ_ONLY)
    return folder


def _read(spool: Spool, receipt: Receipt) -> Receipt:
    """The receipt with what a folder that waits for a marker has to know of its file."""
    with (spool.folder / receipt.snapshot).open("rb") as file:
        if receipt.companion is not None:
            companion = receipt.companion.reading(file.read(LONGEST))
            return replace(receipt, companion=companion)
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        return replace(receipt, md5=digest.hexdigest())


def _sync(parent: int) -> None:
    """fsync of a folder of which only a path descriptor is open."""
    sync_folder(f"/proc/self/fd/{parent}")
