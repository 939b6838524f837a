"""Who waits for an upload or for the end of an import: senders, tests, embedders."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque

from ...hooks.events import ImportFinished, Upload
from ...hooks.spec import hookimpl
from ..exceptions import TimedOut

#: ended imports and uploads that are remembered for whoever asks later
_REMEMBERED = 1000


class Arrivals:
    """Registered as a plugin like any other: it hears of imports through the public hook."""

    def __init__(self) -> None:
        self._uploads: deque[Upload] = deque(maxlen=_REMEMBERED)
        self._arrived = asyncio.Event()
        self._finished: OrderedDict[str, ImportFinished] = OrderedDict()
        self._waiting: dict[str, list[asyncio.Future[ImportFinished]]] = {}

    def arrived(self, upload: Upload) -> None:
        """An upload has its receipt."""
        self._uploads.append(upload)
        self._arrived.set()

    @hookimpl
    async def import_finished(self, event: ImportFinished) -> None:
        """An import rests."""
        self._finished[event.upload.id] = event
        self._finished.move_to_end(event.upload.id)
        while len(self._finished) > _REMEMBERED:
            self._finished.popitem(last=False)
        for future in self._waiting.pop(event.upload.id, ()):
            if not future.done():
                future.set_result(event)

    async def next_upload(self, seconds: float) -> Upload:
        """The next upload that was not asked for yet. Raises TimedOut."""
        try:
            async with asyncio.timeout(seconds):
                while not self._uploads:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise TimedOut(
                f"no upload came within {seconds} s",
                hint="is the file name a temporary one (*.part, *.tmp), or the folder not inbound?",
            ) from None
        return self._uploads.popleft()

    async def finished_import(self, upload_id: str, seconds: float) -> ImportFinished:
        """The end of an upload's import. Raises TimedOut."""
        if upload_id in self._finished:
            return self._finished[upload_id]
        future: asyncio.Future[ImportFinished] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(upload_id, []).append(future)
        try:
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError:
            raise TimedOut(
                f"the import of {upload_id} did not end within {seconds} s",
                hint="has the folder a mapping? `wharfinger upload show` tells what it waits for",
            ) from None
        finally:
            self._forget(upload_id, future)

    def _forget(self, upload_id: str, future: asyncio.Future[ImportFinished]) -> None:
        """Wait no more; an import that has ended has forgotten who waited."""
        waiting = self._waiting.get(upload_id, [])
        if future in waiting:
            waiting.remove(future)
        if not waiting:
            self._waiting.pop(upload_id, None)
