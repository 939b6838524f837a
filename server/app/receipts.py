"""The journal as the virtual file system's place for receipts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ...hooks.events import Upload
from ..accounts import Folder
from ..journal import AWAITING, COMPANION, QUEUED, Journal, JournalEntry
from ..vfs import Abort, Identity, Receipt, Recorded
from .markers import Arrival, Markers
from .source import JournalSource


class JournalReceipts:
    """Implements vfs.Receipts."""

    def __init__(
        self,
        journal: Journal,
        markers: Markers,
        source: JournalSource,
        *,
        recorded: Callable[[Upload], None],
        queued: Callable[[Upload], None],
        aborted: Callable[[Abort], None],
    ) -> None:
        """`recorded` is told of uploads, `queued` of what hooks are to have.

        Both are called in the thread that landed the upload.
        """
        self._journal = journal
        self._markers = markers
        self._source = source
        self._recorded = recorded
        self._queued = queued
        self.aborted = aborted

    def record(self, receipt: Receipt) -> Recorded:
        """Keep a receipt; on return it is durable. Raises OSError."""
        with self._journal.together():
            arrival = self._arrive(receipt)
            self._write(receipt, arrival)
        if arrival.state != COMPANION:
            self._recorded(self._source.upload(receipt.id))
        for upload_id in arrival.released:
            self._queued(self._source.upload(upload_id))
        imports = () if arrival.state == QUEUED and receipt.companion else arrival.released
        return Recorded(imports=imports, refusal=arrival.refusal)

    def _arrive(self, receipt: Receipt) -> Arrival:
        """What the receipt comes to by the rules of its folder."""
        if receipt.folder.complete_on != "marker" or receipt.refusal is not None:
            return Arrival(state=QUEUED, released=(receipt.id,), refusal=receipt.refusal)
        return self._markers.arrive(receipt)

    def _write(self, receipt: Receipt, arrival: Arrival) -> None:
        mapping = receipt.folder.mapping if receipt.companion is None else None
        self._journal.record(
            {
                "id": receipt.id,
                "client": receipt.identity.client,
                "account": receipt.identity.login,
                "account_id": receipt.identity.account_id,
                "folder": receipt.folder.path,
                "path": receipt.path,
                "renamed_from": receipt.renamed_from,
                "size": receipt.size,
                "sha256": receipt.sha256,
                "protocol": receipt.identity.protocol,
                "peer": receipt.identity.peer,
                "received_at": receipt.received_at.isoformat(),
                "recorded_at": datetime.now(UTC).isoformat(),
                "snapshot": receipt.snapshot,
                "mapping": mapping,
                "mode": receipt.folder.mode,
                "first_import": receipt.folder.first_import,
                "language": receipt.folder.language,
                "published": None if arrival.refusal else 0,
                "refusal": arrival.refusal,
                "state": arrival.state,
                "md5": receipt.md5,
            }
        )

    def published(self, upload_id: str) -> None:
        """Note that the file is under its name."""
        self._journal.published(upload_id)

    def is_upload(self, login: str, path: str, size: int) -> bool:
        """Whether the file under that path is an upload already, and waits for nothing."""
        entry = self._journal.latest_of_path(login, path)
        return entry is not None and entry.size == size and entry.state != AWAITING

    def removed(self, login: str, path: str) -> None:
        """Note that the client removed a file."""
        with self._journal.together():
            self._markers.removed(login, path)


def receipt_of(entry: JournalEntry) -> Receipt:
    """The receipt that an entry was made from, for publishing it again."""
    return Receipt(
        id=entry.id,
        identity=Identity(
            client=entry.client,
            account_id=entry.account_id,
            login=entry.account,
            protocol=entry.protocol,
            peer=entry.peer,
        ),
        folder=Folder(login=entry.account, path=entry.folder, name=""),
        path=entry.path,
        renamed_from=entry.renamed_from,
        size=entry.size,
        sha256=entry.sha256,
        received_at=entry.received_at,
        snapshot=entry.snapshot,
        refusal=entry.refusal,
    )
