"""What hooks are told: one frozen dataclass an event, its docstring its documentation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

#: findings that ImportFinished carries; the report has them all
FINDINGS_TOLD = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file that a client finished sending, as its receipt states it."""

    id: str
    #: how often the upload was handed to the hooks: 1, and one more for each `upload replay`
    run: int
    client: str
    #: IANA name of the time zone in which the client's days begin and end
    timezone: str
    #: login that sent the file
    account: str
    #: canonical path of the account's folder, such as /hr/users
    folder: str
    #: canonical path of the file, such as /hr/users/2026-11-22.csv
    path: str
    #: bytes
    size: int
    #: lower-case hexadecimal
    sha256: str
    #: sftp, ftps (implicit TLS) or ftpes (explicit TLS)
    protocol: str
    #: address of the sender
    peer: str
    #: when the last byte was in, UTC
    received_at: datetime
    #: an immutable copy of the file; it stays as long as retention says
    snapshot: Path
    #: name of the mapping that the folder is bound to, None for a folder that is not imported
    mapping: str | None
    #: `full` or `delta`
    mode: str
    #: what the first import of this folder does: `hold` or `apply`
    first_import: str
    #: what the folder's reports are written in: `en` or `fr`
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadCompleted:
    """An upload is durable and acknowledged, or about to be.

    Delivered at least once, in order per client; `upload.id` with `upload.run` is the key to tell a
    repeat by.
    """

    upload: Upload
    #: id of a newer full file of the same folder that already waits, so that this one need not be
    #: imported; None otherwise
    superseded_by: str | None = None
    #: whether it is told for the last time: an error now parks the upload
    last_attempt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadAborted:
    """A transfer ended before the file was whole. Told once, and not kept."""

    client: str
    account: str
    folder: str
    path: str
    #: bytes that had arrived
    size: int
    protocol: str
    peer: str
    #: one clear word from the verdict table: connection-lost, no-close-notify, aborted-by-client, …
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMissing:
    """No file came into a folder by the time that one was expected.

    Told once for each folder and day; `account`, `folder` and `day` are the key to tell a repeat by
    after a crash.
    """

    client: str
    account: str
    folder: str
    #: the day in the client's time zone, ISO 8601
    day: str
    #: the time of that day by which it was expected, HH:MM
    by: str
    timezone: str
    #: when the last file came, UTC; None if none ever did
    last_received_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFinished:
    """An import reached a state in which it rests: applied, held, rejected, duplicate, …"""

    upload: Upload
    import_id: str
    state: str
    #: rows, creates, updates, leavers, rehires, unchanged, absent, errors, warnings
    counts: dict[str, int]
    #: what was found, errors first, as in the JSON report; at most FINDINGS_TOLD
    findings: tuple[dict[str, Any], ...]
    #: one sentence on what happened, and one on what to do now
    summary: str
    next_step: str
    #: when the import began, and when its outcome was durable; UTC
    started_at: datetime
    finished_at: datetime
    #: milliseconds by step: read, plan, apply, report
    timings_ms: dict[str, float]
    #: the JSON report
    report: Path
