"""What people decide about imports: approve, reject, undo. For the CLI and for embedders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...hooks import engine
from ...hooks.engine import ImportRecord, ImportResult
from ...hooks.imports import ImportJob, import_id, request_of
from ...hooks.notify import write_reports
from ..accounts import Registry
from ..exceptions import NotFound
from ..home import Home
from ..journal import Journal, JournalEntry
from .places import HomePlaces
from .source import JournalSource


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to."""

    result: ImportResult
    #: the JSON report, written anew
    report: Path


class Decisions:
    """Decides about the imports of a home, whether a server runs on it or not.

    An import is named by its id, or by its upload's, which means the last run; ID.1 is the first.
    Everything raises NotFound and EngineError.
    """

    def __init__(self, home: Home, registry: Registry, journal: Journal) -> None:
        self._home = home
        self._journal = journal
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

    def approve(self, name: str, person: str) -> Decided:
        """Apply a held import, if it still means what it meant when it was held."""
        _, entry = self.find(name)
        job = self._job(entry)
        return self._write(job, engine.approve(request_of(job), job.directory, person))

    def reject(self, name: str, person: str) -> Decided:
        """Refuse a held import; nothing is changed."""
        record, entry = self.find(name)
        job = self._job(entry)
        return self._write(job, engine.reject(job.directory, record.id, person))

    def undo(self, name: str, person: str) -> Decided:
        """Take back what an import changed, except what was changed again since."""
        record, entry = self.find(name)
        job = self._job(entry)
        return self._write(job, engine.undo(job.directory, record.id, person))

    def _job(self, entry: JournalEntry) -> ImportJob:
        return ImportJob(
            upload=self._source.upload(entry.id),
            superseded_by=None,
            mappings=(self._home.mappings,),
            directory=self._places.directory(entry.client),
            reports=self._places.reports(entry.client, entry.account),
        )

    def _write(self, job: ImportJob, result: ImportResult) -> Decided:
        report, _ = write_reports(job.reports, result.report, result.corrected_csv)
        return Decided(result, report)
