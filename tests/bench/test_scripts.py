"""The scripts of `make bench`, with little to do: so that they cannot rot unseen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


def run(script: str, folder: Path, *options: str) -> Any:
    """What a script writes as JSON; fails with what it printed."""
    answer = folder / "answer.json"
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / script, *options, "--json", answer],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip(), "no table was printed"
    return json.loads(answer.read_text("utf-8"))


def test_close_to_applied_measures_every_part(tmp_path: Path) -> None:
    """Both protocols, one client and eight; nothing is zero that cannot be."""
    results = run("close_to_applied.py", tmp_path, "--pushes", "8", "--rows", "40")
    assert len(results) == 4
    for parts in results.values():
        assert parts["pushes"] == 8
        assert parts["total"]["median"] > parts["apply"]["median"] > 0


def test_big_files_come_to_the_same_by_each_way(tmp_path: Path) -> None:
    """wharfinger applies just the rows that changed, and every peer that is here agrees."""
    ways = ["wharfinger", "sqlite-utils", "executemany"]
    if (Path(sys.prefix) / "bench").exists():
        ways += ["pandas", "duckdb"]
    options = ("--rows", "2000", "--rounds", "1", "--ways", *ways)
    (measured,) = run("big_files.py", tmp_path, *options)
    assert measured["first"]["changed"] == 2000
    for name, changed in (("few", 2), ("all", 2000)):
        runs = measured["runs"][name]
        assert runs["wharfinger"][0]["state"] == "applied"
        for way in {"wharfinger", "pandas", "duckdb"} & set(ways):
            assert runs[way][0]["changed"] == changed, way
        assert all(it[0]["seconds"] > 0 and it[0]["peak_mib"] > 1 for it in runs.values())
