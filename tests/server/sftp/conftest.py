"""What tests of the SFTP edge share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs


@pytest.fixture
def log() -> Iterator[list[Any]]:
    """The lines that are logged from info on."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("info"))
    with capture_logs() as lines:
        yield lines
    structlog.configure(**before)
