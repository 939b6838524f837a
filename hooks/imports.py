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

from .engine import ImportRequest, Mapping, check_structure, load_mapping, run_import
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
    superseded_by: str | None
    #: folders of mappings, searched in order
    mappings: tuple[Path, ...]
    directory: Path
    reports: Path


class ImportHook:
    """Imports uploads, and tells of each import that has come to rest."""

    def __init__(
        self,
        places: Places,
        mappings: Sequence[Path],
        workers: ImportWorkers,
        announce: Callable[[ImportFinished], Awaitable[None]],
    ) -> None:
        self._places = places
        self._mappings = tuple(mappings)
        self._workers = workers
        self._announce = announce

    @hookimpl
    async def upload_completed(self, event: UploadCompleted) -> None:
        """Import an upload; done twice, it changes nothing the second time."""
        upload = event.upload
        if upload.mapping is None:
            return
        job = ImportJob(
            upload=upload,
            superseded_by=event.superseded_by,
            mappings=self._mappings,
            directory=self._places.directory(upload.client),
            reports=self._places.reports(upload.client, upload.account),
        )
        finished = await self._workers.run(carry_out, job)
        _log.info(
            "import finished",
            upload=upload.id,
            client=upload.client,
            state=finished.state,
            counts=finished.counts,
            started_at=finished.started_at.isoformat(),
            finished_at=finished.finished_at.isoformat(),
            timings_ms=finished.timings_ms,
        )
        await self._announce(finished)

    async def check(self, mapping: str, file: Path) -> str | None:
        """The structural check of a file: why it is refused, None if it is fine."""
        return await self._workers.run(check_file, mapping, self._mappings, file)


def carry_out(job: ImportJob) -> ImportFinished:
    """Run an import and write its reports; called in a worker. Raises what the engine raises."""
    started_at = datetime.now(UTC)
    result = run_import(request_of(job), job.directory)
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


def request_of(job: ImportJob) -> ImportRequest:
    """What the engine is asked to do for an upload. Raises MappingInvalid."""
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
        mapping=_mapping(upload.mapping or "", job.mappings),
        mode=cast('Literal["full", "delta"]', upload.mode),
        first_import=cast('Literal["hold", "apply"]', upload.first_import),
        language=cast('Literal["en", "fr"]', upload.language),
        superseded_by=job.superseded_by,
    )


def import_id(upload_id: str, run: int) -> str:
    """An import is called like its upload; a replay's has the number of the run behind it."""
    return upload_id if run == 1 else f"{upload_id}.{run}"


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
