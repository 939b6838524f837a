"""A feed to send files through, with its directory in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from wharfinger.hooks.engine import Mapping, load_mapping
from wharfinger.hooks.engine.testing import FeedHarness


@pytest.fixture
def mapping() -> Mapping:
    """The mapping that comes with the engine."""
    return load_mapping("users")


@pytest.fixture
def feed(tmp_path: Path, mapping: Mapping) -> FeedHarness:
    """A feed whose first file is applied at once."""
    return FeedHarness(tmp_path, mapping)
