"""The import engine as a hook: what is uploaded to a folder with a mapping is imported."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol, cast

import structlog

from .engine import (
    ImportRequest,
    ImportResult,
    Mapping,
    check_structure,
    fail,
    load_mapping,
    resume,
    run_import,
    without_leavers,
)
from .events import FINDINGS_TOLD, ImportFinished, Upload, UploadCompleted
from .notify import write_reports
from .spec import hookimpl
from .workers import ImportWorkers

_log = structlog.get_logger()


class Places(Protocol):
    """Where a client's directory is, and where reports for an account go."""

    def directory(self, client: str) -> Path:
        """The file of the client's directory."""

    def reports(self, client: str, account: str) -> Path:
        """The folder in which the account can read reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """An import as it is handed to a worker process."""

    upload: Upload
    #: folders of mappings, searched in order
    mappings: tuple[Path, ...]
    directory: Path
    reports: Path
    #: hours for which the import waits for approval, if it is held
    approval_hours: float
    superseded_by: str | None = None


class ImportHook:
    """Imports uploads, and tells of each import that has come to rest."""

    def __init__(
        self,
        places: Places,
        mappings: Sequence[Path],
        workers: ImportWorkers,
        announce: Callable[[ImportFinished], Awaitable[None]],
        *,
        approval_hours: float,
    ) -> None:
        self._places = places
        self._mappings = tuple(mappings)
        self._workers = workers
        self._announce = announce
        self._approval_hours = approval_hours

    @hookimpl
    async def upload_completed(self, event: UploadCompleted) -> None:
        """Import an upload; done twice, it changes nothing the second time."""
        if event.upload.mapping is None:
            return
        job = self._job(event.upload, event.superseded_by)
        try:
            finished = await self._workers.run(carry_out, job)
        except Exception:
            if event.last_attempt:
                await self._tell(await self._workers.run(give_up, job))
            raise
        await self._tell(finished)

    async def resume(self, upload: Upload) -> None:
        """Import a delta that waited for an earlier file."""
        await self._tell(await self._workers.run(carry_on, self._job(upload)))

    async def conclude(self, upload: Upload, result: ImportResult) -> None:
        """Report and tell of an import that came to rest by itself."""
        job = self._job(upload)
        await self._tell(await self._workers.run(conclude, job, result, datetime.now(UTC)))

    async def check(self, mapping: str, file: Path) -> str | None:
        """The structural check of a file: why it is refused, None if it is fine."""
        return await self._workers.run(check_file, mapping, self._mappings, file)

    def _job(self, upload: Upload, superseded_by: str | None = None) -> ImportJob:
        return ImportJob(
            upload=upload,
            superseded_by=superseded_by,
            mappings=self._mappings,
            directory=self._places.directory(upload.client),
            reports=self._places.reports(upload.client, upload.account),
            approval_hours=self._approval_hours,
        )

    async def _tell(self, finished: ImportFinished) -> None:
        _log.info(
            "import finished",
            upload=finished.upload.id,
            client=finished.upload.client,
            state=finished.state,
            counts=finished.counts,
            started_at=finished.started_at.isoformat(),
            finished_at=finished.finished_at.isoformat(),
            timings_ms=finished.timings_ms,
        )
        await self._announce(finished)


def carry_out(job: ImportJob) -> ImportFinished:
    """Run an import and write its reports; called in a worker. Raises what the engine raises."""
    started_at = datetime.now(UTC)
    return conclude(job, run_import(request_of(job), job.directory), started_at)


def carry_on(job: ImportJob) -> ImportFinished:
    """Run an import that waited for an earlier file. Raises what the engine raises."""
    started_at = datetime.now(UTC)
    return conclude(job, resume(request_of(job), job.directory), started_at)


def give_up(job: ImportJob) -> ImportFinished:
    """Keep that an import failed too often. Raises what the engine raises."""
    # the mapping is not read: it may be what is wrong
    request = request_of(job, Mapping.model_construct(name=job.upload.mapping or "", columns={}))
    return conclude(job, fail(request, job.directory), datetime.now(UTC))


def conclude(job: ImportJob, result: ImportResult, started_at: datetime) -> ImportFinished:
    """Write the reports of an import that rests."""
    finished_at = datetime.now(UTC)
    began = time.perf_counter()
    report, _ = write_reports(job.reports, result.report, result.corrected_csv)
    timings = {**result.timings_ms, "report": (time.perf_counter() - began) * 1000}
    return ImportFinished(
        upload=job.upload,
        import_id=result.import_id,
        state=result.state.value,
        counts=dict(result.counts),
        findings=tuple(result.report["findings"][:FINDINGS_TOLD]),
        summary=result.report["summary"],
        next_step=result.report["next_step"],
        started_at=started_at,
        finished_at=finished_at,
        timings_ms=timings,
        report=report,
    )


def check_file(mapping: str, folders: tuple[Path, ...], file: Path) -> str | None:
    """The first finding of the structural check as one sentence, None if there is none."""
    for finding in check_structure(file, _mapping(mapping, folders)):
        return f"{finding.message} {finding.hint}".strip()
    return None


def request_of(job: ImportJob, mapping: Mapping | None = None) -> ImportRequest:
    """What the engine is asked to do for an upload, by its own mapping or another.

    Raises MappingInvalid.
    """
    upload = job.upload
    return ImportRequest(
        import_id=import_id(upload.id, upload.run),
        upload_id=upload.id,
        client=upload.client,
        account=upload.account,
        folder=upload.folder,
        file_name=PurePosixPath(upload.path).name,
        file=upload.snapshot,
        sha256=upload.sha256,
        size=upload.size,
        received_at=upload.received_at,
        timezone=upload.timezone,
        mapping=mapping or _mapping(upload.mapping or "", job.mappings),
        mode=cast('Literal["full", "delta"]', upload.mode),
        first_import=cast('Literal["hold", "apply"]', upload.first_import),
        language=cast('Literal["en", "fr"]', upload.language),
        superseded_by=job.superseded_by,
        approval_hours=job.approval_hours,
    )


def import_id(upload_id: str, run: int) -> str:
    """An import is called like its upload; a replay's has the number of the run behind it."""
    return upload_id if run == 1 else f"{upload_id}.{run}"


def run_of(import_id: str) -> int:
    """Which run of its upload an import is."""
    _, _, run = without_leavers(import_id).partition(".")
    return int(run) if run else 1


def _mapping(name: str, folders: tuple[Path, ...]) -> Mapping:
    """A mapping, read again when a file of its name has changed."""
    stamps = tuple(
        (path.stat().st_mtime_ns if path.exists() else 0)
        for path in (folder / f"{name}.toml" for folder in folders)
    )
    return _read_mapping(name, folders, stamps)


@lru_cache(maxsize=64)
def _read_mapping(name: str, folders: tuple[Path, ...], stamps: tuple[int, ...]) -> Mapping:
    del stamps  # part of the key only
    return load_mapping(name, folders)
