"""A file made ready: read, planned and judged, with nothing written yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

from .corrected import write_corrected
from .dialect import tell
from .directory import Directory
from .exceptions import FileRejected
from .facts import FileFacts
from .figures import ended_by_absence, is_disordered, measure
from .finding import Finding, make_finding
from .plan import Plan, make_plan
from .reading import Contracts, Reader, Reading
from .request import ImportRequest
from .row import RowReader
from .safeguard import Verdict, judge
from .sheet import Sheet
from .snapshot import load_snapshot
from .source import open_sheet, read_again


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a file would come to."""

    #: None where the file was not read
    facts: FileFacts | None
    findings: tuple[Finding, ...]
    #: None where the file as a whole is rejected
    plan: Plan | None = None
    verdicts: tuple[Verdict, ...] = ()
    corrected_csv: bytes | None = None

    @property
    def troubled(self) -> bool:
        """Whether there are warnings or errors."""
        return any(finding.severity != "info" for finding in self.findings)


class Stopwatch:
    """Measures steps, in milliseconds."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}

    @contextmanager
    def measure(self, step: str) -> Iterator[None]:
        """Measure what happens within."""
        start = perf_counter()
        yield
        self.timings[step] = round((perf_counter() - start) * 1000, 3)


def prepare(
    directory: Directory,
    request: ImportRequest,
    stopwatch: Stopwatch,
    *,
    presence_only: bool,
    spare_leavers: bool = False,
) -> Prepared:
    """Read the file and plan what it changes; with `presence_only`, only who is missing from it.

    With `spare_leavers` whoever would leave stays as they are.
    """
    last = directory.last_applied(request.feed)
    # which of several contracts counts may change from day to day
    presence_only = presence_only and not request.mapping.multi_contract
    try:
        with stopwatch.measure("read"), open_sheet(request.file, request.mapping) as sheet:
            known = directory.digests()
            reading = _read(request, sheet, known, presence_only=presence_only)
            reading.findings += [
                *_name_findings(request),
                *_file_findings(sheet, last),
                *_row_findings(reading),
            ]
    except FileRejected as rejection:
        return Prepared(facts=None, findings=rejection.findings)
    with stopwatch.measure("plan"):
        policy = request.policy(presence_only=presence_only, spare_leavers=spare_leavers)
        mapping = request.mapping
        snapshot = load_snapshot(directory, reading, policy, mapping, known)
        plan = make_plan(reading, snapshot, mapping, sheet.header.places, policy)
        facts = _facts(request, sheet, reading, plan)
        figures = measure(plan, reading, snapshot, policy, mapping, facts=facts)
        verdicts = judge(figures, mapping.safeguards)
    return Prepared(
        facts=facts,
        findings=plan.findings,
        plan=plan,
        verdicts=verdicts,
        corrected_csv=_correct(request, sheet, plan),
    )


def _read(
    request: ImportRequest, sheet: Sheet, known: dict[str, bytes], *, presence_only: bool
) -> Reading:
    rows = RowReader(request.mapping, sheet.header, request.mode)
    again = partial(read_again, request.file, request.mapping)
    contracts = Contracts(request.day, again) if request.mapping.multi_contract else None
    reader = Reader(sheet, rows, known, validate=not presence_only, contracts=contracts)
    reading = reader.read(sheet.records(reader.recognize))
    if not reading.total:
        raise FileRejected((make_finding("no-rows"),))
    return reading


def _name_findings(request: ImportRequest) -> list[Finding]:
    pattern = request.mapping.file_date
    if pattern is None or request.file_date is not None:
        return []
    return [make_finding("file-date-missing", value=request.file_name, pattern=pattern)]


def _file_findings(sheet: Sheet, last: FileFacts | None) -> list[Finding]:
    findings = list(sheet.header.findings)
    if sheet.cut:
        findings.append(make_finding("missing-final-newline"))
    if not sheet.encoding.certain:
        findings.append(make_finding("encoding-guessed", value=sheet.encoding.name))
    if last is None:
        return findings
    encoding, previous = _name_encoding(sheet), last.encoding
    if encoding != previous and "ascii" not in {encoding, previous}:
        findings.append(make_finding("encoding-changed", value=encoding, previous=previous))
    if sheet.separator != last.separator:
        told, before = tell(sheet.separator), tell(last.separator)
        findings.append(make_finding("separator-changed", value=told, previous=before))
    return findings


def _row_findings(reading: Reading) -> list[Finding]:
    """What the rows say together of the file."""
    rows = [row for row in reading.rejected if any(it.code == "date-order" for it in row.findings)]
    if not is_disordered(len(rows), reading.total):
        return []
    return [make_finding("date-order-changed", value=str(len(rows)))]


def _name_encoding(sheet: Sheet) -> str:
    # A byte-order mark that comes or goes changes nothing.
    return "ascii" if sheet.encoding.plain else sheet.encoding.name.removesuffix("-sig")


def _facts(request: ImportRequest, sheet: Sheet, reading: Reading, plan: Plan) -> FileFacts:
    return FileFacts(
        sha256=request.sha256,
        day=request.day,
        mapping=request.mapping.fingerprint,
        encoding=_name_encoding(sheet),
        separator=sheet.separator,
        rows=reading.total,
        entities=dict(reading.entities),
        absentees=sum(map(ended_by_absence, plan.changes)),
        date=request.file_date,
    )


def _correct(request: ImportRequest, sheet: Sheet, plan: Plan) -> bytes | None:
    rejected = plan.rejected
    lost = {row.line for row in rejected if row.cells is None}
    if lost:
        cells = read_again(request.file, request.mapping, lost)
        rejected = tuple(
            replace(row, cells=cells[row.line]) if row.line in lost else row for row in rejected
        )
    return write_corrected(sheet.header.labels, rejected, request.language)
