"""A feed to send files through, with its directory in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from report_schema import VALIDATOR
from wharfinger.hooks.engine import ImportResult, Mapping, load_mapping, resting
from wharfinger.hooks.engine.testing import FeedHarness


@pytest.fixture
def mapping() -> Mapping:
    """The mapping that comes with the engine."""
    return load_mapping("users")


@pytest.fixture
def feed(tmp_path: Path, mapping: Mapping) -> FeedHarness:
    """A feed whose first file is applied at once."""
    return FeedHarness(tmp_path, mapping)


@pytest.fixture(autouse=True)
def schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every report that a test makes is as the published schema says."""

    def check(**fields: Any) -> ImportResult:
        VALIDATOR.validate(fields["report"])
        return ImportResult(**fields)

    monkeypatch.setattr(resting, "ImportResult", check)
