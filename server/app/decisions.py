"""What people decide about imports: approve, reject, undo. For the CLI and for embedders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from ...hooks import engine
from ...hooks.engine import ImportRecord, ImportResult
from ...hooks.events import ImportFinished
from ...hooks.imports import ImportJob, carry_on, import_id, request_of, run_of
from ...hooks.notify import write_reports
from ..accounts import Registry
from ..exceptions import NotFound
from ..home import Home
from ..journal import Journal, JournalEntry
from .places import HomePlaces
from .source import JournalSource

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to."""

    result: ImportResult
    #: the JSON report, written anew
    report: Path
    #: what waited for the decision, and has been imported since
    followed: tuple[ImportFinished, ...] = ()


class Decisions:
    """Decides about the imports of a home, whether a server runs on it or not.

    An import is named by its id, or by its upload's, which means the last run; ID.1 is the first.
    Everything raises NotFound and EngineError.
    """

    def __init__(
        self, home: Home, registry: Registry, journal: Journal, *, approval_hours: float
    ) -> None:
        self._home = home
        self._journal = journal
        self._approval_hours = approval_hours
        self._source = JournalSource(journal, registry, home)
        self._places = HomePlaces(home)

    def find(self, name: str) -> tuple[ImportRecord, JournalEntry]:
        """An import and its upload."""
        upload_id, _, run = name.partition(".")
        try:
            entry = self._journal.entry(upload_id)
        except NotFound:
            raise NotFound(f"there is no import {name!r}", hint="wharfinger import list") from None
        directory = self._places.directory(entry.client)
        if not directory.exists():
            raise NotFound(
                f"{name} has not been imported yet", hint=f"wharfinger upload show {entry.id}"
            )
        wanted = name if run else import_id(entry.id, entry.run)
        return engine.get_import(directory, upload_id if run == "1" else wanted), entry

    def approve(self, name: str, person: str, plan: str | None = None) -> Decided:
        """Apply a held import, if it still means what it meant when it was held.

        `plan` is how the hash of the plan begins that was looked at; another one is refused.
        """
        record, entry = self.find(name)
        job = self._job(record, entry)
        request = replace(request_of(job), import_id=record.id)
        return self._decide(job, engine.approve(request, job.directory, person, plan=plan))

    def reject(self, name: str, person: str) -> Decided:
        """Refuse a held import; nothing is changed."""
        record, entry = self.find(name)
        job = self._job(record, entry)
        return self._decide(job, engine.reject(job.directory, record.id, person))

    def plan_undo(self, name: str) -> ImportResult:
        """What `undo` would do; nothing is written."""
        record, entry = self.find(name)
        job = self._job(record, entry)
        return engine.plan_undo(job.directory, record.id, timezone=job.upload.timezone)

    def undo(self, name: str, person: str, plan: str | None = None) -> Decided:
        """Take back what an import changed, except what was changed again since.

        `plan` is how the hash of the way back begins that was looked at: it confirms one that a
        safeguard holds.
        """
        record, entry = self.find(name)
        job = self._job(record, entry)
        timezone = job.upload.timezone
        result = engine.undo(job.directory, record.id, person, plan=plan, timezone=timezone)
        return self._decide(job, result)

    def _job(self, record: ImportRecord, entry: JournalEntry) -> ImportJob:
        return ImportJob(
            upload=self._source.upload(entry.id, run_of(record.id)),
            mappings=(self._home.mappings,),
            directory=self._places.directory(entry.client),
            reports=self._places.reports(entry.client, entry.account),
            approval_hours=self._approval_hours,
        )

    def _decide(self, job: ImportJob, result: ImportResult) -> Decided:
        report, _ = write_reports(job.reports, result.report, result.corrected_csv)
        return Decided(result, report, tuple(self._follow(job.directory)))

    def _follow(self, directory: Path) -> Iterator[ImportFinished]:
        """Import what waited for the decision; what fails is left to the server's next look."""
        try:
            while line := engine.next_in_line(directory):
                for record in line:
                    yield carry_on(self._job(record, self._journal.entry(record.upload_id)))
        except (engine.EngineError, OSError):
            _log.exception("what waited for the decision could not be imported")
