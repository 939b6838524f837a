"""Reports."""

from __future__ import annotations

import json

import pytest

from report_schema import SCHEMA
from wharfinger.hooks.engine import State, report
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

NAMES = [
    "version",
    "import",
    "upload",
    "client",
    "account",
    "folder",
    "mapping",
    "mode",
    "language",
    "file",
    "times",
    "dry_run",
    "state",
    "counts",
    "safeguards",
    "plan_hash",
    "expires",
    "changes",
    "findings",
    "new_values",
    "omitted",
    "timings_ms",
    "summary",
    "next_step",
]


def test_a_report_has_the_documented_shape(feed: FeedHarness) -> None:
    """Every name is there in every state, is in the documentation, and goes through JSON."""
    contents = [write_csv(make_row("1")), "", write_csv(make_row("1"))]
    for content in contents:
        told = feed.send(content).report
        assert list(told) == NAMES
        assert json.loads(json.dumps(told)) == told
    documentation = report.__doc__ or ""
    for name in [*NAMES, "decision", "undo"]:
        assert name in documentation


def test_the_schema_is_that_of_the_documentation() -> None:
    """It says what each name is, in the order of the report, and knows every state."""
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert sorted(schema["properties"]) == sorted([*NAMES, "decision", "undo"])
    assert schema["required"] == [name for name in schema["properties"] if name in NAMES]
    assert schema["properties"]["version"] == {"const": 1}
    assert schema["properties"]["state"]["enum"] == list(State)
    lists = [schema["properties"][name]["maxItems"] for name in ("changes", "findings")]
    assert lists == [report.LONGEST_LIST] * 2


def test_a_report_says_what_the_file_was(feed: FeedHarness) -> None:
    """Name, size and digest from the receipt, and how the file was found to be written."""
    content = write_csv(make_row("1"), make_row("2", legalEntity="FR02"), separator=",")
    told = feed.send(content.encode("cp1252")).report["file"]
    assert told["name"] == "1.csv"
    assert told["size"] == len(content.encode("cp1252"))
    assert len(told["sha256"]) == 64
    assert told["encoding"] == "windows-1252"
    assert told["separator"] == ","
    assert (told["rows"], told["entities"]) == (2, {"FR01": 1, "FR02": 1})


def test_changes_come_with_old_and_new_values(feed: FeedHarness) -> None:
    """Leavers first, then those who come back, new users, and updates."""
    ended = {"dtContractEnd": "31/10/2026"}
    feed.send(
        write_csv(make_row("1"), make_row("2", **ended), make_row("3"), make_row("4")),
        "2026-11-01",
    )
    content = write_csv(
        make_row("1", lastName="Durand"),
        make_row("2"),
        make_row("3", **ended),
        make_row("4"),
        make_row("5"),
    )
    changes = feed.send(content, "2026-11-02").report["changes"]
    assert [(it["kind"], it["key"], it["line"]) for it in changes] == [
        ("leaver", "FR01/3", 4),
        ("rehire", "FR01/2", 3),
        ("create", "FR01/5", 6),
        ("update", "FR01/1", 2),
    ]
    assert changes[3]["fields"] == {"lastName": ["Dupont 1", "Durand"]}
    assert changes[1]["fields"] == {"dtContractEnd": ["2026-10-31", None]}


def test_errors_come_before_remarks(feed: FeedHarness) -> None:
    """What a person must mend stands at the top."""
    content = write_csv(make_row("1", note="x", manager="9"), make_row("2", mail="bad"))
    severities = [it["severity"] for it in feed.send(content).report["findings"]]
    assert severities == ["error", "warning", "info"]


def test_long_lists_are_cut_and_say_so(feed: FeedHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report stays readable by people and machines; the result has every finding."""
    monkeypatch.setattr(report, "LONGEST_LIST", 3)
    rows = [make_row(str(number), manager="none") for number in range(5)]
    result = feed.send(write_csv(*rows))
    assert len(result.report["changes"]) == len(result.report["findings"]) == 3
    assert result.report["omitted"] == {"changes": 2, "findings": 2}
    assert len(result.findings) == 5


def test_people_are_told_what_happened_and_what_to_do(feed: FeedHarness) -> None:
    """Each state has its sentences, with numbers in words."""
    request = {"first_import": "hold"}
    held = feed.send(write_csv(make_row("1")), **request).report
    assert held["summary"] == (
        "The file waits for somebody to approve it. It is the first file of this folder, and"
        " somebody should look at what it changes. It would mean: 1 new user."
    )
    assert "approve or reject" in held["next_step"]
    applied = feed.send(write_csv(make_row("1"), make_row("2"))).report
    assert applied["summary"] == "The file was applied: 2 new users."
    quiet = feed.send(write_csv(make_row("2"), make_row("1"))).report
    assert quiet["summary"] == "The file was applied: nobody changes."
    rows = [make_row(str(number)) for number in range(10, 20)]
    troubled = feed.send(
        write_csv(make_row("1", manager="9"), make_row("2", mail="bad"), *rows),
        folder="/hr/other",
    ).report
    assert troubled["summary"] == ("The file was applied: 10 new users; 1 skipped row, 1 warning.")
    refused = feed.send("").report
    assert refused["summary"] == "The file was refused, and nothing was changed. The file is empty."
    assert refused["next_step"].startswith("Export it again")
    duplicate = feed.send(write_csv(make_row("1")), superseded_by="upload-9").report
    assert "newer file" in duplicate["summary"]


def test_every_state_that_is_reported_has_its_sentences() -> None:
    """No report fails for want of words."""
    assert report._SUMMARIES.keys() == report._NEXT_STEPS.keys()
    missing = set(State) - report._SUMMARIES.keys()
    assert missing == {State.RECEIVED}
