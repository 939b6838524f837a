"""The end of an upload: its verdict becomes what happens to its bytes, and an answer to the sender.

The answer is the folder's choice:
    received    the receipt is durable
    checked     and the structural check passed; it runs before the file gets its final name, so
                that the previous version stays if it fails
    imported    and the import did not refuse it, as far as that is known in time
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import structlog

from ..accounts.folder import Folder
from .mount import Place
from .path import display
from .publish import Publisher, folder_of
from .receipt import Abort, Answers, Identity, Receipt, Receipts, Recorded
from .refusal import Refusal, Refused
from .spool import Spool
from .threads import Threads
from .upload_handle import UploadHandle
from .verdict import RESUMABLE, Ending, Outcome, outcome

_log = structlog.get_logger()

#: the ending that a refusal at the very end means
_ENDING_OF = {Refusal.TOO_LARGE: Ending.TOO_LARGE, Refusal.INCOMPLETE: Ending.GAPS}


class Landing:
    """Ends uploads, each exactly once."""

    def __init__(
        self, publisher: Publisher, receipts: Receipts, answers: Answers, threads: Threads
    ) -> None:
        self._publisher = publisher
        self._receipts = receipts
        self._answers = answers
        self._threads = threads

    async def end(self, handle: UploadHandle, ending: Ending) -> Receipt | None:
        """End an upload; returns its receipt, None where it made none.

        Raises Refused when the sender is to hear that the upload failed or was refused: always for
        an ending that aborts.
        """
        if handle.ended:  # by the stop of the server: whoever still says CLOSE shall not hear "OK"
            raise Refused(Refusal.FAILED, "this upload has ended; the server may be stopping")
        handle.ended = True
        handle.received_at = datetime.now(UTC)
        await handle.wait_written()
        ending = handle.failure() or ending
        destination = handle.destination
        what = outcome(
            ending,
            name=destination.place.path[-1],
            complete_on=folder_of(destination.place).complete_on,
            changed=handle.changed,
        )
        try:
            return await self._carry_out(handle, ending, what)
        finally:
            handle.release()

    async def rename(
        self, upload_id: str, identity: Identity, spool: Spool, source: Place, target: Place
    ) -> Receipt:
        """Make an upload of a stored file by giving it its final name. Raises Refused."""
        receipt = await self._threads.run(
            self._publisher.seal_stored, upload_id, identity, spool, source, target
        )
        try:
            receipt = await self._answered(receipt, spool)
            land = self._publisher.land
            recorded = await self._threads.run(land, spool, receipt, target, source)
        except Refused:
            await self._threads.run(spool.remove, receipt.snapshot)
            raise
        await self._await_imports(receipt.folder, recorded)
        return receipt

    async def _carry_out(
        self, handle: UploadHandle, ending: Ending, what: Outcome
    ) -> Receipt | None:
        if what is Outcome.ABORT:
            raise await self._abort(handle, ending)
        if what is Outcome.UNCHANGED:
            await self._threads.run(handle.discard)
            return None
        try:
            if what is Outcome.STORE:
                await self._threads.run(self._store, handle)
                return None
            receipt, recorded = await self._land(handle)
        except Refused as refused:
            await self._abort(handle, _ENDING_OF.get(refused.kind, Ending.WRITE_FAILED))
            raise
        await self._await_imports(receipt.folder, recorded)
        return receipt

    async def _land(self, handle: UploadHandle) -> tuple[Receipt, Recorded]:
        destination = handle.destination
        if folder_of(destination.place).answer == "received":
            return await self._threads.run(self._seal_and_land, handle)
        receipt = await self._threads.run(self._publisher.seal, handle)
        receipt = await self._answered(receipt, destination.spool)
        return receipt, await self._threads.run(self._land_sealed, handle, receipt)

    def _seal_and_land(self, handle: UploadHandle) -> tuple[Receipt, Recorded]:
        """Both steps in one call, because the usual answer waits for nothing in between."""
        receipt = self._publisher.seal(handle)
        return receipt, self._land_sealed(handle, receipt)

    def _land_sealed(self, handle: UploadHandle, receipt: Receipt) -> Recorded:
        destination = handle.destination
        recorded = self._publisher.land(destination.spool, receipt, destination.place, None)
        handle.draft.close()
        return recorded

    def _store(self, handle: UploadHandle) -> None:
        self._publisher.store(handle)
        handle.draft.discard()

    async def _answered(self, receipt: Receipt, spool: Spool) -> Receipt:
        """The receipt, with the refusal of the structural check if the folder wants that check."""
        if receipt.folder.answer == "received" or receipt.companion is not None:
            return receipt
        refusal = await self._answers.check(receipt.folder, spool.folder / receipt.snapshot)
        return replace(receipt, refusal=refusal)

    async def _await_imports(self, folder: Folder, recorded: Recorded) -> None:
        """Refuse what a receipt came to, as far as the folder wants that to be waited for."""
        if recorded.refusal is not None:
            raise Refused(Refusal.REJECTED, recorded.refusal)
        if folder.answer == "imported":
            for upload_id in recorded.imports:
                refusal = await self._answers.imported(upload_id)
                if refusal is not None:
                    raise Refused(Refusal.REJECTED, refusal)

    async def _abort(self, handle: UploadHandle, ending: Ending) -> Refused:
        """Keep what can be resumed, tell of the abort, and say what the sender may hear."""
        destination = handle.destination
        try:
            await self._threads.run(handle.keep if ending in RESUMABLE else handle.discard)
        except Refused:
            _log.warning("a cut-off upload could not be kept", id=destination.id)
        self._receipts.aborted(
            Abort(
                identity=destination.identity,
                folder=folder_of(destination.place),
                path=display(destination.place.path),
                size=handle.size,
                reason=ending.value,
            )
        )
        return handle.refused or Refused(Refusal.FAILED, f"transfer aborted: {ending.value}")
