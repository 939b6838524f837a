"""The cells of the matrix: what each client is expected to do, and what a run has shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from clients import Client
from fleet import FLEET

#: test of an operation -> what the page calls it
OPERATIONS = {
    "test_upload": "upload",
    "test_resume": "resume",
    "test_overwrite": "overwrite",
    "test_rename": "rename from temp",
    "test_download": "download",
    "test_list": "list 10,000",
    "test_unicode": "unicode names",
    "test_zero": "zero bytes",
    "test_gibibyte": "1 GiB",
    "test_abort": "abort",
    "test_refused": "refusal shown",
}
DONE = "yes"


def expected(client: Client, operation: str) -> str:
    """What a cell comes to: `yes`, or why the client cannot do it."""
    ways = {
        "test_resume": client.resume,
        "test_rename": client.rename,
        "test_list": client.listing,
        "test_zero": client.empty or None,
        "test_refused": client.silent or client.deaf or None,
    }
    way = ways.get(operation)
    return way if isinstance(way, str) else DONE


@dataclass(frozen=True, slots=True)
class Cells:
    """Client -> operation -> what was shown, in a file that each run adds to."""

    file: Path | None

    @classmethod
    def at(cls, file: str | None) -> Self:
        """The cells in a file; without one, nothing is noted."""
        return cls(Path(file) if file else None)

    def read(self) -> dict[str, dict[str, str]]:
        """All that has been shown."""
        if self.file is None or not self.file.exists():
            return {}
        shown: dict[str, dict[str, str]] = json.loads(self.file.read_text("utf-8"))
        return shown

    def note(self, client: str, operation: str) -> None:
        """A cell was shown to be as expected."""
        self._write(client, operation, expected(FLEET[client], operation))

    def forget(self, client: str, operation: str) -> None:
        """A cell is run again: what an earlier run has shown of it counts no more."""
        self._write(client, operation, None)

    def _write(self, client: str, operation: str, result: str | None) -> None:
        if self.file is None:
            return
        shown = self.read()
        row = shown.setdefault(client, {})
        row.pop(operation, None)
        if result is not None:
            row[operation] = result
        text = json.dumps(shown, indent=2, sort_keys=True, ensure_ascii=False)
        self.file.write_text(text + "\n", "utf-8")
