"""What the tests of the FTPS edge share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs


@pytest.fixture
def log_lines() -> Iterator[list[Any]]:
    """Every log line, however unimportant."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("debug"))
    with capture_logs() as lines:
        yield lines
    structlog.configure(**before)
