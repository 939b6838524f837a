"""What a sender hears who waits for more than the receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from ..accounts import Folder
from ..exceptions import TimedOut
from .arrivals import Arrivals

_log = structlog.get_logger()

#: states of an import that are a refusal of its file; a held one is accepted, and waits
_REFUSING = frozenset({"rejected", "failed"})


class FolderAnswers:
    """Implements vfs.Answers. What cannot be told in time is accepted: the file is durable."""

    def __init__(
        self,
        arrivals: Arrivals,
        check: Callable[[str, Path], Awaitable[str | None]],
        seconds: float,
    ) -> None:
        """`check` is given a mapping's name and a file, and returns why that is refused."""
        self._arrivals = arrivals
        self._check = check
        self._seconds = seconds

    async def check(self, folder: Folder, file: Path) -> str | None:
        """The structural check of a file: why it is refused."""
        if folder.mapping is None:
            return None
        try:
            async with asyncio.timeout(self._seconds):
                return await self._check(folder.mapping, file)
        except Exception:  # noqa: BLE001 - a check that fails says nothing about the file
            _log.exception("the structural check failed", folder=folder.path)
            return None

    async def imported(self, upload_id: str) -> str | None:
        """The end of the import: why the file is refused."""
        try:
            event = await self._arrivals.finished_import(upload_id, self._seconds)
        except TimedOut:
            return None
        return event.summary if event.state in _REFUSING else None
