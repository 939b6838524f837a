"""Reports at a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from wharfinger.hooks.engine import load_mapping
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv
from wharfinger.server.cli import report_view
from wharfinger.server.cli.report_view import SHOWN, print_findings, print_report

TEAM = [make_row(f"{number:05}", manager="00001", note="x") for number in range(1, 61)]


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setattr(report_view, "console", lambda: Console(width=80))


@pytest.fixture
def report(tmp_path: Path) -> dict[str, Any]:
    """The report of a file that is held, with changes and findings of every kind."""
    feed = FeedHarness(tmp_path, load_mapping("users"))
    gone = {"dtContractEnd": "31/10/2026"}
    feed.send(write_csv(*TEAM, make_row("00900", **gone)), "2026-11-01")
    rows = [dict(row) for row in TEAM]
    for row in rows[:14]:
        row.update(gone)
    for row in rows[20:35]:
        row["lastName"] = "Durand-Montgolfier de la Tour d'Auvergne et de Bouillon-Rochefort"
    for number, row in enumerate(rows[40:52]):
        row["mail"] = f"bad {number}"
    new = [make_row(str(number), manager="nobody") for number in range(100, 103)]
    content = write_csv(*rows, make_row("00900"), *new)
    return feed.send(content, "2026-11-02").report


def printed(capsys: pytest.CaptureFixture[str], report: dict[str, Any], **how: Any) -> list[str]:
    """The lines of a report."""
    print_report(report, **how)
    return capsys.readouterr().out.splitlines()


def test_what_must_be_decided_comes_first(
    capsys: pytest.CaptureFixture[str], report: dict[str, Any]
) -> None:
    """Then leavers and returns, then other changes, then findings."""
    lines = printed(capsys, report)
    plan = report["plan_hash"][:12]
    order = [
        "The file waits for somebody to approve it. 14 of 60",
        "To decide",
        "  leavers: ",
        f"  wharfinger import approve {report['import']} --plan {plan}",
        f"  wharfinger import reject {report['import']}",
        "Changes: 14 leavers, 1 return, 3 new users, 15 changes",
        "leavers",
        "returns",
        "new users",
        "changes",
        "Findings: 12 errors, ",
        "error type-error, 12 times",
        "warning manager-not-found, 3 times",
        "info extra-label",
    ]
    places = [next(i for i, line in enumerate(lines) if line.startswith(it)) for it in order]
    assert places == sorted(places)


def test_findings_of_a_code_are_told_together(
    capsys: pytest.CaptureFixture[str], report: dict[str, Any]
) -> None:
    """The message once, then the cells; of many the first ones, and how many more there are."""
    lines = printed(capsys, report)
    start = lines.index("error type-error, 12 times")
    end = lines.index("", start)
    assert lines[start + 1] == "  “bad 0” is not a mail address. Correct the cell."
    assert lines[start + 2] == "    E42  FR01/00041  “bad 0”"
    assert end - start == 2 + SHOWN + 1
    assert lines[end - 1] == "    … and 2 more: --all shows them"


def test_all_of_it_can_be_shown(capsys: pytest.CaptureFixture[str], report: dict[str, Any]) -> None:
    """Every change and every finding, if somebody asks for them."""
    text = "\n".join(printed(capsys, report, shown=None))
    assert "more:" not in text
    assert all(it["key"] in text for it in [*report["changes"], *report["findings"]] if it["key"])


def test_it_fits_the_terminal(capsys: pytest.CaptureFixture[str], report: dict[str, Any]) -> None:
    """No line is longer than 80 columns, whatever the values are."""
    assert max(map(len, printed(capsys, report, shown=None))) <= 80


def test_messages_that_differ_are_all_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Where not only the value differs, each place has its own message."""
    common = {"cell": None, "code": "manager-leaver", "severity": "warning", "hint": "Mend it."}
    findings = [
        {**common, "line": n, "key": f"{n}", "value": f"{n}", "message": f"{n} manages {n + 4}."}
        for n in (2, 3)
    ]
    print_findings({"findings": findings, "omitted": {"findings": 0}})
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3:] == [
        "  Mend it.",
        "    line 2  2  2 manages 6.",
        "    line 3  3  3 manages 7.",
    ]
