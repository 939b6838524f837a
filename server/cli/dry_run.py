"""Requests for files that nobody uploaded: what `import plan` and `mapping check` hand to the
engine."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ...hooks.engine import ImportRequest, Mapping


def request_for(
    file: Path,
    mapping: Mapping,
    *,
    client: str = "-",
    timezone: str = "UTC",
    account: str = "-",
    folder: str = "/",
    mode: Literal["full", "delta"] = "full",
    first_import: Literal["hold", "apply"] = "apply",
    language: Literal["en", "fr"] = "en",
) -> ImportRequest:
    """A request to plan an import of `file`, as if it had been uploaded now."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return ImportRequest(
        import_id="dry-run",
        upload_id="dry-run",
        client=client,
        account=account,
        folder=folder,
        file_name=file.name,
        file=file,
        sha256=digest,
        size=file.stat().st_size,
        received_at=datetime.now(UTC),
        timezone=timezone,
        mapping=mapping,
        mode=mode,
        first_import=first_import,
        language=language,
    )
