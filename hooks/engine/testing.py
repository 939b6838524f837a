"""For tests of whoever embeds the engine: files made in a line, and imported on any day.

feed = FeedHarness(tmp_path, load_mapping("users"))
feed.send(write_csv(make_row("00101"), make_row("00102", lastName="Durand")))
assert feed.users()["FR01/00102"].values["lastName"] == "Durand"
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from .importing import plan_import, run_import
from .mapping import Mapping
from .records import list_users
from .request import ImportRequest, ImportResult
from .user import User


def make_row(number: str = "00101", **cells: str) -> dict[str, str]:
    """A row for the mapping `users` that has nothing wrong with it, but for these cells."""
    return {
        "legalEntity": "FR01",
        "employeeNumber": number,
        "lastName": f"Dupont {number}",
        "firstName": "Léa",
        "mail": f"lea.{number}@acme.example",
        "dtContractStart": "01/02/2020",
        "dtContractEnd": "",
        **cells,
    }


def write_csv(*rows: dict[str, str], separator: str = ";", columns: tuple[str, ...] = ()) -> str:
    """The rows under the columns of all of them, or under these."""
    names = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(
        text, names, "", delimiter=separator, lineterminator="\r\n", extrasaction="ignore"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


class FeedHarness:
    """One feed of a client, with a directory of its own in `folder`."""

    def __init__(self, folder: Path, mapping: Mapping) -> None:
        self.folder = folder
        self.directory = folder / "directory.db"
        self.mapping = mapping
        self._numbers = count(1)

    def request(
        self, content: str | bytes, day: str = "2026-11-02", **changes: Any
    ) -> ImportRequest:
        """A request to import the content, as if it was received at noon of the day."""
        number = next(self._numbers)
        data = content.encode("utf-8") if isinstance(content, str) else content
        file = self.folder / f"{number}.csv"
        file.write_bytes(data)
        settings: dict[str, Any] = {
            "import_id": f"import-{number}",
            "upload_id": f"upload-{number}",
            "client": "acme",
            "account": "acme-payroll",
            "folder": "/hr/users",
            "file_name": file.name,
            "file": file,
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "received_at": datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC),
            "timezone": "Europe/Paris",
            "mapping": self.mapping,
            "mode": "full",
            "first_import": "apply",
        }
        return ImportRequest(**{**settings, **changes})

    def send(self, content: str | bytes, day: str = "2026-11-02", **changes: Any) -> ImportResult:
        """Import the content."""
        return run_import(self.request(content, day, **changes), self.directory)

    def plan(self, content: str | bytes, day: str = "2026-11-02", **changes: Any) -> ImportResult:
        """What importing the content would do."""
        return plan_import(self.request(content, day, **changes), self.directory)

    def users(self) -> dict[str, User]:
        """Every user by key."""
        return {record.user.key: record.user for record in list_users(self.directory, "")}
