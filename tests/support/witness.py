"""A hook that notes what it is told, so that tests can wait for it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from wharfinger import ImportFinished, UploadAborted, UploadCompleted, hookimpl

_PATIENCE = 20.0


def until(condition: Callable[[], bool], patience: float = _PATIENCE) -> None:
    """Wait for what nobody tells of, such as a file of another process; fails if it never is."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "this never happened"
        threading.Event().wait(0.005)


class Witness:
    """Everything that the public hooks tell."""

    def __init__(self) -> None:
        self.aborted: queue.Queue[UploadAborted] = queue.Queue()
        self.completed: queue.Queue[UploadCompleted] = queue.Queue()
        self.finished: queue.Queue[ImportFinished] = queue.Queue()

    @hookimpl
    def upload_aborted(self, event: UploadAborted) -> None:
        """Note an abort."""
        self.aborted.put(event)

    @hookimpl
    def upload_completed(self, event: UploadCompleted) -> None:
        """Note an upload."""
        self.completed.put(event)

    @hookimpl
    def import_finished(self, event: ImportFinished) -> None:
        """Note an import."""
        self.finished.put(event)

    def wait_for_abort(self) -> UploadAborted:
        """The next abort; fails the test if none comes."""
        return self.aborted.get(timeout=_PATIENCE)

    def wait_for_upload(self) -> UploadCompleted:
        """The next upload; fails the test if none comes."""
        return self.completed.get(timeout=_PATIENCE)
