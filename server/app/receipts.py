"""The journal as the virtual file system's place for receipts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ...hooks.events import Upload
from ..accounts import Folder
from ..journal import Journal, JournalEntry
from ..vfs import Abort, Identity, Receipt
from .source import JournalSource


class JournalReceipts:
    """Implements vfs.Receipts."""

    def __init__(
        self,
        journal: Journal,
        source: JournalSource,
        recorded: Callable[[Upload], None],
        aborted: Callable[[Abort], None],
    ) -> None:
        """`recorded` is called in the thread that landed the upload."""
        self._journal = journal
        self._source = source
        self._recorded = recorded
        self.aborted = aborted

    def record(self, receipt: Receipt) -> None:
        """Keep a receipt; on return it is durable. Raises OSError."""
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
                "mapping": receipt.folder.mapping,
                "mode": receipt.folder.mode,
                "first_import": receipt.folder.first_import,
                "language": receipt.folder.language,
                "published": None if receipt.refusal else 0,
                "refusal": receipt.refusal,
            }
        )
        self._recorded(self._source.upload(receipt.id))

    def published(self, upload_id: str) -> None:
        """Note that the file is under its name."""
        self._journal.published(upload_id)

    def is_upload(self, login: str, path: str, size: int) -> bool:
        """Whether the file under that path is an upload already."""
        entry = self._journal.latest_of_path(login, path)
        return entry is not None and entry.size == size


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
