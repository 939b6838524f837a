"""What the audit log hears of transfers and imports."""

from __future__ import annotations

from ...hooks.events import ImportFinished
from ...hooks.spec import hookimpl
from ..audit import Recorder
from ..vfs import Abort, Identity, Receipt, Receipts, Recorded


class AuditedReceipts:
    """Implements vfs.Receipts: the receipts themselves, and a line in the log for each."""

    def __init__(self, receipts: Receipts, recorder: Recorder) -> None:
        self._receipts = receipts
        self._recorder = recorder
        self.published = receipts.published
        self.is_upload = receipts.is_upload
        self.removed = receipts.removed

    def record(self, receipt: Receipt) -> Recorded:
        """Keep a receipt, and record the upload or its refusal. Raises OSError."""
        recorded = self._receipts.record(receipt)
        self._recorder.record(
            "upload-refused" if recorded.refusal else "upload",
            account=receipt.identity.login,
            listener=receipt.identity.protocol,
            path=receipt.path,
            size=receipt.size,
            sha256=receipt.sha256,
            upload=receipt.id,
        )
        return recorded

    def aborted(self, abort: Abort) -> None:
        """Record a transfer that was cut off."""
        self._receipts.aborted(abort)
        self._recorder.record(
            "upload-aborted",
            account=abort.identity.login,
            listener=abort.identity.protocol,
            path=abort.path,
            size=abort.size,
            reason=abort.reason,
        )

    def read(self, identity: Identity, path: str) -> None:
        """Record a file that is opened for reading."""
        self._recorder.record(
            "download", account=identity.login, listener=identity.protocol, path=path
        )


class AuditedImports:
    """A hook: what became of each import."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @hookimpl
    async def import_finished(self, event: ImportFinished) -> None:
        """Record the state in which an import rests."""
        self._recorder.record(
            "import", account=event.upload.account, import_id=event.import_id, state=event.state
        )
