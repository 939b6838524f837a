"""What letters say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import LANGUAGES, State, load_mapping
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv
from wharfinger.hooks.notify.letter import (
    FINDINGS_SHOWN,
    Letter,
    make_message,
    tell_import,
    tell_missing,
    words,
)

AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
MISSING = {
    "client": "acme",
    "account": "acme-payroll",
    "folder": "/hr/users",
    "day": "2026-11-02",
    "by": "09:00",
}


@pytest.fixture
def feed(tmp_path: Path) -> FeedHarness:
    """A feed whose first file is applied at once."""
    return FeedHarness(tmp_path, load_mapping("users"))


def send(feed: FeedHarness, *rows: dict[str, str], **changes: Any) -> dict[str, Any]:
    """The report about a file."""
    return feed.send(write_csv(*rows), **changes).report


def shape(data: object) -> object:
    """The names in a table of words."""
    return {name: shape(it) for name, it in data.items()} if isinstance(data, Mapping) else None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language: str) -> None:
    """The same names in each language, and a sentence for every state."""
    assert shape(words(language)) == shape(words("en"))
    assert words(language)["states"].keys() == set(State)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_held_import_is_told_with_what_is_to_be_decided(feed: FeedHarness, language: str) -> None:
    """Subject with client, state and counts; the safeguards that hold; the commands."""
    report = send(feed, make_row("1"), first_import="hold", language=language)
    letter = tell_import(report)
    word = words(language)["states"]["held"]["word"]
    assert letter.subject == f"acme: {word} +1 ~0 -0 !0"
    for text in (letter.text, letter.html):
        assert report["safeguards"][0]["explanation"] in text
        plan = report["plan_hash"][:12]
        assert f"wharfinger import approve {report['import']} --plan {plan}\n" in text
        assert f"wharfinger import reject {report['import']}" in text
        assert "/reports" in text
    assert words(language)["states"]["held"]["sentence"] in letter.text


PERSONAL = ("Dupont", "Léa", "lea.", "jean", "1980", "wrong@@mail")


def test_nothing_that_a_cell_holds_is_told_by_default(feed: FeedHarness) -> None:
    """Keys, cells, codes and hints; values only where the folder says so."""
    rows = [make_row(str(number)) for number in range(20)]
    bad = make_row("00123", mail="wrong@@mail", dtBirth="03/25/1980", manager="jean")
    report = send(feed, *rows, bad, make_row("00124", manager="jean"))
    minimal, full = tell_import(report), tell_import(report, full=True)
    for text in (minimal.subject, minimal.text, minimal.html):
        assert not [word for word in PERSONAL if word in text]
    for text in (minimal.text, minimal.html):
        assert all(
            it in text for it in ("E22 (mail)", "FR01/00123", "type-error", "Correct the cell.")
        )
    assert "wrong@@mail" in full.text
    assert "wrong@@mail" in full.html


def test_a_file_that_is_refused_for_its_header_tells_no_names(feed: FeedHarness) -> None:
    """A file without a header has people where labels should be."""
    report = feed.send("FR01;Matricule;DupontÃ©;Léa\r\n").report
    assert "DupontÃ©" in report["summary"]
    assert "Dupont" not in tell_import(report).text


def test_a_long_list_is_cut_and_says_so(feed: FeedHarness) -> None:
    """A letter is no report: it shows the first findings, and counts the others."""
    rows = [make_row(str(number), manager="none") for number in range(FINDINGS_SHOWN + 7)]
    letter = tell_import(send(feed, *rows))
    for text in (letter.text, letter.html):
        assert text.count("manager-not-found") == FINDINGS_SHOWN
        assert "and 7 more" in text


def test_html_from_a_file_is_escaped(feed: FeedHarness) -> None:
    """A name of a file, or a cell, is no markup."""
    report = send(feed, make_row("1", mail="<b>x</b>"))
    report["file"]["name"] = "<script>alert(1)</script>.csv"
    letter = tell_import(report, full=True)
    assert "<script>" not in letter.html
    assert "<b>x</b>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "<script>alert(1)</script>.csv" in letter.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_did_not_come_is_told(language: str) -> None:
    """Which folder, by when, and what to do."""
    letter = tell_missing(MISSING, language)
    assert letter.subject.startswith("acme")
    for text in (letter.text, letter.html):
        assert "/hr/users" in text
        assert "09:00" in text
        assert words(language)["missing"]["next"] in text


@given(st.text())
def test_no_text_makes_a_header_of_its_own(text: str) -> None:
    """Whatever a name holds, the subject is one line, and the others stay as they are."""
    letter = Letter(f"x{text}", "text", "<p>html</p>")
    message = make_message(
        letter, "imp-1:held", AT, sender="wharf@acme.test", recipient="lea@acme.test"
    )
    names = ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"]
    assert list(message)[: len(names)] == names
    head = message.as_bytes().partition(b"\r\n\r\n")[0].split(b"\r\n")
    known = (b"MIME-Version", b"Content-Type", *(name.encode() for name in names))
    for line in head:
        assert line.startswith((b" ", b"\t", *known))


def test_an_event_is_one_message(feed: FeedHarness) -> None:
    """Sent again, it has the same id, so that mail programs show it once."""
    letter = tell_import(send(feed, make_row("1")))
    one, again, other = (
        make_message(letter, event, AT, sender="wharf@acme.test", recipient="lea@acme.test")
        for event in ("imp-1:held", "imp-1:held", "imp-1:applied")
    )
    assert one["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert one["Message-ID"].endswith("@acme.test>")
    assert one.get_body(("plain",)) is not None
    assert one.get_body(("html",)) is not None
    assert not list(one.iter_attachments())
