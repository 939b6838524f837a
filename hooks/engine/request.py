"""What an import is asked to do, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from .file_date import read_date
from .finding import Finding
from .language import Language
from .mapping import Mapping
from .snapshot import Policy
from .state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """One file to be imported. Everything in it can cross to another process."""

    import_id: str
    upload_id: str
    client: str
    account: str
    folder: str
    file_name: str
    #: an immutable copy of the file
    file: Path
    #: lower-case hexadecimal
    sha256: str
    #: bytes
    size: int
    #: aware, UTC
    received_at: datetime
    #: IANA name of the time zone in which the client's days begin and end
    timezone: str
    mapping: Mapping
    mode: Literal["full", "delta"]
    #: what the first file of the folder does
    first_import: Literal["hold", "apply"]
    #: id of a newer full file that makes this one needless
    superseded_by: str | None = None
    #: what the report and the corrected file are written in
    language: Language = "en"
    #: hours for which the import waits for approval, if it is held
    approval_hours: float = 72

    @property
    def feed(self) -> str:
        """Where the file came from: users belong to the feed that created them."""
        return f"{self.account}:{self.folder}"

    @property
    def day(self) -> str:
        """The day on which the file was received, in the client's time zone, ISO 8601."""
        return self.received_at.astimezone(ZoneInfo(self.timezone)).date().isoformat()

    @property
    def file_date(self) -> str | None:
        """What the file is of, as its name says, ISO 8601; None where it says nothing."""
        return read_date(self.mapping.file_date, self.file_name)

    def policy(self, *, presence_only: bool, spare_leavers: bool = False) -> Policy:
        """What decides about the file beside its mapping."""
        return Policy(
            feed=self.feed,
            mode=self.mode,
            day=self.day,
            first_import=self.first_import,
            presence_only=presence_only,
            spare_leavers=spare_leavers,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What came of an import."""

    import_id: str
    upload_id: str
    state: State
    #: rows, creates, updates, leavers, rehires, unchanged, absent, errors, warnings
    counts: dict[str, int]
    findings: tuple[Finding, ...]
    #: SHA-256 over all that it would write; empty where nothing was planned
    plan_hash: str
    #: the JSON report; `report` says what is in it
    report: dict[str, Any]
    #: the rejected rows, to be corrected and sent again; None where no row was rejected
    corrected_csv: bytes | None
    #: milliseconds by step
    timings_ms: dict[str, float] = field(default_factory=dict)
