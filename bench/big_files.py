"""A daily full file of many rows, against other ways to bring a SQLite table to what it says.

    bench/big_files.py [--rows 100000 1000000] [--rounds 3] [--changes few all] [--json FILE]

Each way runs in a process of its own, on its own copy of a database that holds the day before. They
take turns, round by round. Time is that of the whole process, with the start of Python and what it
imports; memory is the peak that the system reports (ru_maxrss). The file of the day has one row in
a thousand changed, or every row.

`executemany` is no peer but the floor: the rows are parsed already, and only the writing is timed.
Only wharfinger checks values, keeps history and before-images, links managers, judges the change
as a whole and reports on it; the others just write.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

COLUMNS = (
    "legalEntity", "employeeNumber", "lastName", "firstName", "mail", "login", "dtContractStart",
    "dtContractEnd", "dtBirth", "department", "profile_figgo", "csp", "manager", "rolePrincipal",
    "culture",
)  # fmt: skip
KEY = COLUMNS[:2]
CHANGES = {"few": 1000, "all": 1}
_SPAN = 7
_HEADER = ";".join(COLUMNS)
_TABLE = (
    f"CREATE TABLE users ({', '.join(f'{name} TEXT' for name in COLUMNS)},"
    f" PRIMARY KEY ({', '.join(KEY)}))"
)
_UPSERT = (
    f"INSERT INTO users VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - our own names
    f" ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in KEY)
)


# the files


def people(rows: int, every: int | None = None) -> Iterator[list[str]]:
    """The rows of a file; with `every`, one in so many has another department and category."""
    birth, start = date(1960, 1, 1), date(1990, 1, 1)
    for i in range(rows):
        moved = every is not None and i % every == 0
        entity = f"FR{i * 5 // rows + 1:02}"
        manager = max(i // _SPAN, (i * 5 // rows) * rows // 5)
        yield [
            *(entity, f"{i:07}", f"Lefèvre-{i % 997}", f"Zoé {i % 101}"),
            *(f"p{i}@acme.example", f"p{i}", f"{start + timedelta(i % 11000):%d/%m/%Y}", ""),
            *(f"{birth + timedelta(i % 15000):%d/%m/%Y}", f"Service {(i + moved) % 40}"),
            *("Standard", "Cadre" if (i + moved) % 3 else "Employé", f"{manager:07}"),
            *("Salarié", "fr-FR"),
        ]


def write_file(path: Path, rows: int, every: int | None = None) -> None:
    """A file as payroll software writes it: semicolons, cp1252."""
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        writer.writerows(people(rows, every))


# the ways, each as it runs in its own process


def by_wharfinger(file: Path, database: Path) -> dict[str, Any]:
    """The import engine, with the mapping `users`; two safeguards would hold a file all new."""
    from wharfinger.hooks.engine import ImportRequest, load_mapping, run_import  # noqa: PLC0415 - see `_GUESTS`
    from wharfinger.hooks.engine.limits import Override  # noqa: PLC0415 - idem

    off = Override(enabled=False)
    mapping = load_mapping("users", ()).model_copy(
        update={"safeguards": {"updates": off, "column": off, "shifted-columns": off}}
    )
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    day = 1 if database.exists() else 0
    request = ImportRequest(
        import_id=f"day-{day}",
        upload_id=f"day-{day}",
        client="acme",
        account="acme-payroll",
        folder="/hr/users",
        file_name=file.name,
        file=file,
        sha256=digest,
        size=file.stat().st_size,
        received_at=datetime(2026, 1, 5, 22, tzinfo=UTC) + timedelta(day),
        timezone="Europe/Paris",
        mapping=mapping,
        mode="full",
        first_import="apply",
    )
    result = run_import(request, database)
    counts = result.counts
    return {
        "state": result.state.value,
        "changed": counts["creates"] + counts["updates"],
        "steps": result.report["timings_ms"],
    }


def by_sqlite_utils(file: Path, database: Path) -> dict[str, Any]:
    """The command `sqlite-utils upsert`."""
    command = Path(sysconfig.get_path("scripts")) / "sqlite-utils"
    keys = [word for name in KEY for word in ("--pk", name)]
    options = ["--csv", "--delimiter", ";", "--encoding", "cp1252"]
    os.execv(  # noqa: S606 - so that the process measured is the command itself
        sys.executable,
        [
            sys.executable,
            str(command),
            "upsert",
            str(database),
            "users",
            str(file),
            *keys,
            *options,
        ],
    )


def by_pandas(file: Path, database: Path) -> dict[str, Any]:
    """read_csv, compared with the table as it is; what differs is written by executemany."""
    import pandas  # noqa: PLC0415 - see `_GUESTS`

    new = pandas.read_csv(file, sep=";", encoding="cp1252", dtype=str, keep_default_na=False)
    with closing(sqlite3.connect(database)) as db:
        old = pandas.read_sql("SELECT * FROM users", db, dtype=str)
        both = new.merge(old, how="left", on=list(KEY), suffixes=("", "_old"))
        differs = pandas.Series(data=False, index=both.index)
        for name in COLUMNS[len(KEY) :]:
            differs |= both[name] != both[f"{name}_old"]
        changed = both.loc[differs, list(COLUMNS)].itertuples(index=False, name=None)
        with db:
            count = db.executemany(_UPSERT, changed).rowcount
    return {"changed": count}


def by_duckdb(file: Path, database: Path) -> dict[str, Any]:
    """read_csv, compared with the attached table; its SQLite tables take UPDATE, but no MERGE."""
    import duckdb  # noqa: PLC0415 - see `_GUESTS`

    package = resources.files("duckdb_extension_sqlite_scanner").joinpath("extensions")
    (extension,) = Path(str(package)).rglob("*.duckdb_extension")
    others = COLUMNS[len(KEY) :]
    same_key = " AND ".join(f"old.{name} = new.{name}" for name in KEY)
    with closing(duckdb.connect()) as db:
        db.execute(f"LOAD '{extension}'")
        db.execute(f"ATTACH '{database}' AS target (TYPE sqlite)")
        db.execute(
            f"CREATE TABLE new AS SELECT * FROM read_csv('{file}', delim = ';', header = true,"  # noqa: S608 - our own file
            " all_varchar = true, null_padding = false, encoding = 'latin-1')"
        )
        db.execute("UPDATE new SET dtContractEnd = '' WHERE dtContractEnd IS NULL")
        db.execute(
            "CREATE TABLE changed AS SELECT new.*, old.legalEntity IS NULL AS unknown FROM new"  # noqa: S608 - our own names
            f" LEFT JOIN target.users AS old ON {same_key} WHERE "
            + " OR ".join(f"new.{name} IS DISTINCT FROM old.{name}" for name in others)
        )
        db.execute("BEGIN")
        db.execute(
            "UPDATE target.users AS old SET "  # noqa: S608 - our own names
            + ", ".join(f"{name} = new.{name}" for name in others)
            + f" FROM changed AS new WHERE {same_key} AND NOT new.unknown"
        )
        db.execute("INSERT INTO target.users SELECT * EXCLUDE (unknown) FROM changed WHERE unknown")
        db.execute("COMMIT")
        counted = db.execute("SELECT count(*) FROM changed").fetchone()
    return {"changed": counted[0] if counted else 0}


def by_executemany(file: Path, database: Path) -> dict[str, Any]:
    """The floor: every row of the file, parsed before, is upserted in one transaction."""
    with file.open(encoding="cp1252", newline="") as content:
        rows = list(islice(csv.reader(content, delimiter=";"), 1, None))
    began, cpu = time.perf_counter(), time.process_time()
    with closing(sqlite3.connect(database)) as db, db:
        db.executemany(_UPSERT, rows)
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    return {"changed": len(rows), **took}


WAYS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "wharfinger": by_wharfinger,
    "sqlite-utils": by_sqlite_utils,
    "pandas": by_pandas,
    "duckdb": by_duckdb,
    "executemany": by_executemany,
}


#: who needs what wharfinger does not, and must not even import: an environment of its own
_GUESTS = {"pandas", "duckdb"}
_GUEST_PYTHON = Path(sys.prefix) / "bench" / "bin" / "python"


# the measurement


def run_way(way: str, file: Path, database: Path) -> dict[str, Any]:
    """One run in a process of its own: seconds, MiB at the peak, and what the way says itself."""
    python = _GUEST_PYTHON if way in _GUESTS else sys.executable
    command = [python, __file__, "--way", way, str(file), str(database)]
    with tempfile.TemporaryFile() as answer:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=answer)  # noqa: S603 - this script
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{way} ended with {process.returncode}")
        answer.seek(0)
        text = answer.read()
    told = json.loads(text) if text.startswith(b"{") else {}
    cpu = usage.ru_utime + usage.ru_stime
    return {"seconds": seconds, "cpu": cpu, "peak_mib": usage.ru_maxrss / 1024, **told}


def measure(
    rows: int, rounds: int, ways: list[str], changes: list[str], folder: Path
) -> dict[str, Any]:
    """All ways, round by round, for few changes and for many."""
    first = folder / "first.csv"
    write_file(first, rows)
    files = {name: folder / f"{name}.csv" for name in changes}
    for name, file in files.items():
        write_file(file, rows, CHANGES[name])
    before = {"wharfinger": folder / "directory.db", "table": folder / "table.db"}
    initial = run_way("wharfinger", first, before["wharfinger"])
    with closing(sqlite3.connect(before["table"])) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(_TABLE)
        db.executemany(_UPSERT, people_of(first))
    runs: dict[str, dict[str, list[dict[str, Any]]]] = {
        name: {way: [] for way in ways} for name in changes
    }
    for _ in range(rounds):
        for name, file in files.items():
            for way in ways:
                copy = folder / "copy.db"
                for leftover in folder.glob("copy.db*"):
                    leftover.unlink()
                shutil.copyfile(before.get(way, before["table"]), copy)
                runs[name][way].append(run_way(way, file, copy))
    return {"rows": rows, "first": initial, "runs": runs}


def people_of(file: Path) -> Iterator[list[str]]:
    """The rows of a file that was written before."""
    with file.open(encoding="cp1252", newline="") as content:
        yield from islice(csv.reader(content, delimiter=";"), 1, None)


def print_table(measured: dict[str, Any]) -> None:
    """The table that docs/benchmarks.md has."""
    say = sys.stdout.write
    first = measured["first"]
    say(f"\n{measured['rows']:,} rows; wharfinger's first import took {first['seconds']:.1f} s")
    say(f" and {first['peak_mib']:.0f} MiB\n\n")
    say("| changed | by | median s | least | most | CPU s | peak MiB |\n")
    say("|---|---|--:|--:|--:|--:|--:|\n")
    for name, ways in measured["runs"].items():
        every = CHANGES[name]
        told = "every row" if every == 1 else f"1 in {every:,}"
        for way, runs in ways.items():
            seconds = [run["seconds"] for run in runs]
            cells = (
                *(statistics.median(seconds), min(seconds), max(seconds)),
                statistics.median(run["cpu"] for run in runs),
            )
            peak = max(run["peak_mib"] for run in runs)
            numbers = " | ".join(f"{cell:.2f}" for cell in cells)
            say(f"| {told} | {way} | {numbers} | {peak:.0f} |\n")


def main() -> None:
    """Run all, or one way as its own process."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--changes", nargs="+", choices=CHANGES, default=list(CHANGES))
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--way", nargs=3, metavar=("WAY", "FILE", "DATABASE"), help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    if arguments.way:
        way, file, database = arguments.way
        json.dump(WAYS[way](Path(file), Path(database)), sys.stdout)
        return
    measured = []
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory(prefix="big-files-") as folder:
            measured.append(
                measure(rows, arguments.rounds, arguments.ways, arguments.changes, Path(folder))
            )
        print_table(measured[-1])
    if arguments.json:
        arguments.json.write_text(json.dumps(measured, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
