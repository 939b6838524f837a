"""Findings: every code has an example that brings it about, in words for people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import FINDINGS
from wharfinger.hooks.engine import CATALOGUE, Mapping, translate
from wharfinger.hooks.engine.finding import LONGEST_VALUE, address, make_finding
from wharfinger.hooks.engine.language import Text
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv


def test_every_code_has_an_example() -> None:
    """A code that nothing brings about is not in the catalogue."""
    assert FINDINGS.keys() == CATALOGUE.keys()


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_can_be_brought_about(code: str, feed: FeedHarness) -> None:
    """The example of each code leads to it, in whole sentences with nothing left to fill in."""
    findings = [finding for finding in FINDINGS[code](feed) if finding.code == code]
    assert findings
    for finding in findings:
        assert finding.severity == CATALOGUE[code].severity
        for text in (finding.message, finding.hint):
            assert re.fullmatch(r"[A-Z“].*[.”]", text), text
            assert "None" not in text
            assert "{" not in text.replace("{empty}", "")
            assert translate(text, "fr") != text
            assert isinstance(text, Text)
            phrases = {"kind", "remedy", "separator", "read", "order"} & text.words.keys()
            assert all(isinstance(text.words[name], Text) for name in phrases), text


def test_a_cell_has_the_address_that_a_spreadsheet_shows() -> None:
    """Columns are letters, and after Z comes AA."""
    places = (0, 3, 25, 26, 701, 702)
    assert [address(place, 412) for place in places] == [
        "A412",
        "D412",
        "Z412",
        "AA412",
        "ZZ412",
        "AAA412",
    ]


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_no_two_columns_share_an_address(one: int, other: int) -> None:
    """Addresses tell columns apart."""
    assert (address(one, 1) == address(other, 1)) == (one == other)


def test_a_long_value_is_cut() -> None:
    """A runaway cell does not fill the report."""
    finding = make_finding("extra-label", line=1, index=0, value="x" * 5000)
    assert finding.value is not None
    assert len(finding.value) == LONGEST_VALUE
    assert finding.value.endswith("…")
    assert len(finding.message) < 2 * LONGEST_VALUE


def test_a_finding_is_told_like_the_contract_says(tmp_path: Path, mapping: Mapping) -> None:
    """The names in reports are those that others script against."""
    content = write_csv(make_row("00123", manager="FR01/00999"))
    (finding,) = FeedHarness(tmp_path, mapping).send(content).findings
    told = finding.as_dict()
    assert list(told) == [
        "line",
        "cell",
        "column",
        "key",
        "code",
        "severity",
        "value",
        "message",
        "hint",
    ]
    assert {name: told[name] for name in list(told)[:7]} == {
        "line": 2,
        "cell": "H2",
        "column": "manager",
        "key": "FR01/00123",
        "code": "manager-not-found",
        "severity": "warning",
        "value": "FR01/00999",
    }
