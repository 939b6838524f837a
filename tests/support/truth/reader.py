"""Reads files of the corpus with the import engine, and says how well."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from truth.corpus import Sample
from wharfinger.hooks.engine import ImportResult, State, load_mapping
from wharfinger.hooks.engine.testing import FeedHarness

_STOPPED = {State.REJECTED, State.HELD}


class Reader:
    """Plans each file against a directory without users."""

    def __init__(self, folder: Path) -> None:
        self._feed = FeedHarness(folder, load_mapping("users"))

    def read(self, sample: Sample) -> Literal["exact", "told", "silent"]:
        """Whether the file was read exactly, wrongly and it was told, or wrongly in silence."""
        result = self._feed.plan(sample.data)
        if _users(result) == sample.users:
            return "exact"
        told = result.state in _STOPPED or any(
            it.code == "encoding-guessed" for it in result.findings
        )
        return "told" if told else "silent"


def _users(result: ImportResult) -> dict[str, dict[str, str]]:
    created = (it for it in result.report["changes"] if it["kind"] == "create")
    fields = ({name: new for name, (_, new) in it["fields"].items()} for it in created)
    return {it["employeeNumber"]: it for it in fields}
