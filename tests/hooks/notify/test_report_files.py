"""Reports as files: each whole under its name, whatever the upload was called."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.notify import write_reports

#: what the canonicaliser lets through: 255 bytes without / and control characters
NAMES = (
    st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1)
    .filter(lambda name: "/" not in name and name not in (".", ".."))
    .filter(lambda name: len(name.encode()) <= 255)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where reports go; it is not there yet."""
    return tmp_path / "reports" / "acme-payroll"


def report(name: str = "users.csv", **more: Any) -> dict[str, Any]:
    """A report on an import of a file of that name."""
    return {"import": "u123456789.12", "file": {"name": name}, **more}


def test_a_report_is_written_as_json(folder: Path) -> None:
    """In UTF-8 that people can read, for the server's user alone, and nothing beside it."""
    path, corrected = write_reports(folder, report(summary="Zoé est arrivée"), None)
    assert path == folder / "users.u123456789.12.json"
    assert corrected is None
    assert "Zoé" in path.read_text("utf-8")
    assert json.loads(path.read_text("utf-8"))["import"] == "u123456789.12"
    assert path.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == [path]


def test_a_corrected_file_lies_beside_its_report(folder: Path) -> None:
    """Byte for byte."""
    _, corrected = write_reports(folder, report(), b"a;b\r\n")
    assert corrected == folder / "users.u123456789.12.corrected.csv"
    assert corrected.read_bytes() == b"a;b\r\n"


def test_the_same_report_again_replaces_the_first(folder: Path) -> None:
    """An import that is told of twice has one report."""
    for state in ("held", "applied"):
        path, _ = write_reports(folder, report(state=state), None)
    assert json.loads(path.read_bytes())["state"] == "applied"
    assert list(folder.iterdir()) == [path]


def test_a_report_that_cannot_be_written_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No half of it, and no draft; the one before stays."""
    path, _ = write_reports(folder, report(state="held"), None)

    def full(_: int) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_reports(folder, report(state="applied"), None)
    assert json.loads(path.read_bytes())["state"] == "held"
    assert [found for found in folder.parent.rglob("*") if found.is_file()] == [path]


@given(name=NAMES)
def test_every_name_that_can_be_uploaded_can_be_reported_on(folder: Path, name: str) -> None:
    """However long, and in any script."""
    path, corrected = write_reports(folder, report(name), b"")
    assert path.exists()
    assert corrected is not None
    assert corrected.parent == folder


@pytest.mark.parametrize("name", ["雇" * 83 + ".csv", "é" * 125 + ".csv", "🙂" * 63, "a" * 255])
def test_the_longest_names_can_be_reported_on(folder: Path, name: str) -> None:
    """A name is cut between characters, and to what a disk takes."""
    path, _ = write_reports(folder, report(name), b"")
    assert path.name.startswith(name[:20])
    path.name.encode("utf-8")
