"""When is an upload complete? Decided here, once, for both protocols, and without any I/O.

Rules:
1. How a transfer ended is seen by an edge and named by an `Ending`; the table says whether that end
   proves that the client meant to finish. Both libraries report lost transfers as finished ones, so
   the edges look deeper (server/sftp/library.py, server/ftps/data.py).
2. A file of which bytes were never sent is not whole, whatever the ending.
3. A name that clients use while they write (`*.part`, `*.filepart`, `.in.*`, …) is never complete;
   the rename to a final name is. A folder may demand that rename for every name.
"""

from __future__ import annotations

import fnmatch
from enum import Enum
from typing import Final


class Ending(Enum):
    """How a transfer ended; the value is the reason that hooks and logs are told."""

    #: SFTP: the client sent CLOSE for the handle
    CLOSE = "close"
    #: FTPS: the TLS data connection was ended by close_notify (RFC 8446 §6.1)
    CLOSE_NOTIFY = "close-notify"
    #: SCP: as many bytes as were stated, and then the client's word that it could read them all
    SIZE_REACHED = "size-reached"
    #: a file under a temporary name was renamed to its final one
    RENAME = "rename"
    #: SFTP: the session or its connection ended with the handle open
    CONNECTION_LOST = "connection-lost"
    #: FTPS: the data connection ended without close_notify: cut off, or reset
    NO_CLOSE_NOTIFY = "no-close-notify"
    #: FTPS: the client sent ABOR
    ABORTED_BY_CLIENT = "aborted-by-client"
    #: SCP: the client could not read its file; what it sends in place of the rest is zeros
    SOURCE_FAILED = "source-failed"
    #: nothing arrived for too long
    STALLED = "stalled"
    #: bytes within the file were never sent
    GAPS = "gaps"
    #: the file is larger than the server takes
    TOO_LARGE = "too-large"
    #: the disk failed or is full
    WRITE_FAILED = "write-failed"
    #: the server stopped
    SHUTDOWN = "shutdown"


class Verdict(Enum):
    """What an ending proves."""

    COMPLETE = "complete"
    ABORTED = "aborted"


VERDICTS: Final = {
    Ending.CLOSE: Verdict.COMPLETE,
    Ending.CLOSE_NOTIFY: Verdict.COMPLETE,
    Ending.SIZE_REACHED: Verdict.COMPLETE,
    Ending.RENAME: Verdict.COMPLETE,
    Ending.CONNECTION_LOST: Verdict.ABORTED,
    Ending.NO_CLOSE_NOTIFY: Verdict.ABORTED,
    Ending.ABORTED_BY_CLIENT: Verdict.ABORTED,
    Ending.SOURCE_FAILED: Verdict.ABORTED,
    Ending.STALLED: Verdict.ABORTED,
    Ending.GAPS: Verdict.ABORTED,
    Ending.TOO_LARGE: Verdict.ABORTED,
    Ending.WRITE_FAILED: Verdict.ABORTED,
    Ending.SHUTDOWN: Verdict.ABORTED,
}

#: endings after which what arrived is kept, because the client may go on from there. Not where it
#: said that it was done: it hears that this failed, and begins anew.
RESUMABLE: Final = frozenset(
    {
        Ending.CONNECTION_LOST,
        Ending.NO_CLOSE_NOTIFY,
        Ending.ABORTED_BY_CLIENT,
        Ending.STALLED,
        Ending.GAPS,
        Ending.SHUTDOWN,
    }
)

#: names under which clients write a file that they will rename: WinSCP, rclone, lftp, curl users,
#: browsers, ProFTPD's and Pure-FTPd's own, and what scripts commonly use
TEMPORARY_NAMES: Final = (
    "*.filepart",
    "*.part",
    "*.partial",
    "*.tmp",
    "*.temp",
    "*.upload",
    "*.uploading",
    "*.writing",
    "*.crdownload",
    "*~",
    ".~*",
    ".#*",
    ".in.*",
    ".pureftpd-upload*",
)


class Outcome(Enum):
    """What becomes of the bytes of a finished transfer."""

    #: a receipt, then the final name, then the hooks
    UPLOAD = "upload"
    #: the name alone: it is a temporary one, or the folder waits for a rename
    STORE = "store"
    #: nothing was written to a file that was there: leave it
    UNCHANGED = "unchanged"
    #: kept aside for resume, never shown
    ABORT = "abort"


def is_temporary(name: str) -> bool:
    """Whether clients use such a name while they write."""
    lowered = name.lower()
    return any(fnmatch.fnmatchcase(lowered, pattern) for pattern in TEMPORARY_NAMES)


def outcome(ending: Ending, *, name: str, complete_on: str, changed: bool) -> Outcome:
    """What becomes of a transfer to `name` that ended so.

    `changed` says whether the file is new, was written to or was cut.
    """
    if VERDICTS[ending] is Verdict.ABORTED:
        return Outcome.ABORT
    if not changed:
        return Outcome.UNCHANGED
    if ending is Ending.RENAME:
        return Outcome.UPLOAD
    if is_temporary(name) or complete_on == "rename":
        return Outcome.STORE
    return Outcome.UPLOAD


def rename_completes(*, source: str, target: str, complete_on: str, uploaded: bool) -> bool:
    """Whether a rename finishes an upload.

    `uploaded` says whether the file has been an upload already: moving it later is not another one,
    unless it still waits for its marker.
    """
    if is_temporary(target) or uploaded:
        return False
    return is_temporary(source) or complete_on in ("rename", "marker")
