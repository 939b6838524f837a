"""The virtual file system as a whole: makes sessions, and brings order after a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .allowance import Allowance
from .landing import Landing
from .mount import Mount, Tree
from .path import canonical
from .publish import Publisher
from .receipt import Answers, Identity, Receipt, Receipts
from .session import VfsSession
from .spool import Spool
from .threads import Threads

#: threads that do I/O for all sessions together
_THREADS = 8


class VirtualFileSystem:
    """One a server. `largest` is the size of the largest file taken, in bytes."""

    def __init__(
        self,
        receipts: Receipts,
        answers: Answers,
        *,
        largest: int,
        durable: bool = True,
        read: Callable[[Identity, str], None] = lambda _identity, _path: None,
    ) -> None:
        """`read` is told of each file that is opened for reading."""
        self._read = read
        self._receipts = receipts
        self._largest = largest
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="wharfinger-io")
        self._threads = Threads(self._executor)
        self._publisher = Publisher(receipts, durable=durable)
        self._landing = Landing(self._publisher, receipts, answers, self._threads)

    def session(
        self,
        identity: Identity,
        mounts: Iterable[Mount],
        spool: Path,
        *,
        largest: int | None = None,
        allowance: Allowance | None = None,
    ) -> VfsSession:
        """What a client that has logged in can do; `spool` is its client's.

        `largest` and `allowance` are what its account may use, where that is less.
        """
        return VfsSession(
            identity,
            Tree(mounts),
            Spool(spool),
            landing=self._landing,
            receipts=self._receipts,
            threads=self._threads,
            largest=self._largest if largest is None else min(largest, self._largest),
            allowance=allowance or Allowance(),
            read=self._read,
        )

    def recover(
        self, spool: Path, has_receipt: Callable[[str], bool], partial_lifetime: float
    ) -> None:
        """Sort out what a stop left in a spool, before clients come. Blocks; raises OSError.

        `has_receipt` tells of an upload's id, `partial_lifetime` is in seconds.
        """
        Spool(spool).recover(has_receipt, partial_lifetime)

    def purge_partials(self, spool: Path, partial_lifetime: float) -> None:
        """Remove cut-off uploads that nobody resumed for that many seconds. Blocks."""
        Spool(spool).purge_partials(partial_lifetime)

    def publish_again(self, receipt: Receipt, mounts: Iterable[Mount], spool: Path) -> None:
        """Do again what a crash left undone after a receipt. Blocks; raises OSError, Refused."""
        tree = Tree(mounts)
        target = tree.to_change(canonical(receipt.path))
        source = None
        if receipt.renamed_from is not None:
            source = tree.find(canonical(receipt.renamed_from))
        self._publisher.publish(Spool(spool), receipt, target, source)

    def close(self) -> None:
        """Wait for what the threads still do, and end them."""
        self._executor.shutdown()
