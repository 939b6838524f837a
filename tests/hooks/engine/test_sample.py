"""Samples: what stands in the columns of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from wharfinger.hooks.engine import FileRejected, Mapping, read_sample
from wharfinger.hooks.engine import sample as module
from wharfinger.hooks.engine.sample import take_sample
from wharfinger.hooks.engine.testing import make_row, write_csv


def test_values_are_counted(mapping: Mapping) -> None:
    """Cell by cell, cleaned, without what stands for an empty one."""
    nulls = mapping.model_copy(update={"nulls": ("N/A",)})
    text = "legalEntity;nom;x\r\nFR01;Martin;N/A\r\nFR01; Durand ;{empty}\r\n;;\r\nFR02;Martin\r\n"
    sample = take_sample(iter(text.splitlines(keepends=True)), nulls)
    assert sample.labels == ("legalEntity", "nom", "x")
    assert [dict(it) for it in sample.values] == [
        {"FR01": 2, "FR02": 1},
        {"Martin": 2, "Durand": 1},
        {},
    ]
    assert sample.rows == 3


@pytest.mark.parametrize(
    "text",
    [
        "sep=,\r\na,b\r\n1,2\r\n",
        "Export of today\r\n\r\na,b\r\n1,2\r\n",
        "x,nom\r\n1,2\r\n",
    ],
)
def test_the_header_is_found_though_nothing_is_known(mapping: Mapping, text: str) -> None:
    """A line that states the separator, and a title, are not the header."""
    sample = take_sample(iter(text.splitlines(keepends=True)), mapping)
    assert len(sample.labels) == 2
    assert [it.most_common() for it in sample.values] == [[("1", 1)], [("2", 1)]]


def test_a_sample_ends(mapping: Mapping, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long file is looked at as far as it takes to know it."""
    monkeypatch.setattr(module, "LONGEST_SAMPLE", 5)
    text = write_csv(*(make_row(str(number)) for number in range(300)))
    assert take_sample(iter(text.splitlines(keepends=True)), mapping).rows == 5


def test_blank_lines_have_no_columns(tmp_path: Path, mapping: Mapping) -> None:
    """There is nothing to propose for them."""
    (tmp_path / "a.csv").write_bytes(b"\r\n")
    assert read_sample(tmp_path / "a.csv", mapping).labels == ()


def test_what_is_no_text_has_no_sample(tmp_path: Path, mapping: Mapping) -> None:
    """It is refused as an import would be."""
    for content in (b"", b"%PDF-1.7"):
        (tmp_path / "a.csv").write_bytes(content)
        with pytest.raises(FileRejected):
            read_sample(tmp_path / "a.csv", mapping)
    pinned = mapping.model_copy(update={"encoding": "ascii"})
    (tmp_path / "a.csv").write_bytes("é".encode())
    with pytest.raises(FileRejected):
        read_sample(tmp_path / "a.csv", pinned)
