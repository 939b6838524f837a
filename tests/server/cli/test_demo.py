"""`wharfinger demo`: the main job, for real."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from pathlib import Path

WHARFINGER = Path(sysconfig.get_path("scripts")) / "wharfinger"


def test_the_demonstration_ends_with_two_applied_files() -> None:
    """The first file is held and approved, the second one is applied; both findings are told."""
    done = subprocess.run(
        [WHARFINGER, "demo", "--once"], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r"from the last byte to (\w+)", done.stdout) == [
        "held",
        "applied_with_warnings",
    ]
    assert re.search(r"\$ wharfinger import approve \w+\napplied_with_warnings: ", done.stdout)
    for code in ("date-order", "type-error"):
        assert done.stdout.count(f"error {code}") == 2
