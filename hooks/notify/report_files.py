"""Reports as files, where the client that sent the file can read them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: bytes of the uploaded file's name that the report's name begins with: names have up to 255
_LONGEST_STEM = 100


def write_reports(
    folder: Path, report: Mapping[str, Any], corrected_csv: bytes | None
) -> tuple[Path, Path | None]:
    """Write the JSON report, and the corrected CSV if there is one; returns their paths.

    Each appears under its name as a whole. Writing the same report again replaces it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{_beginning(Path(report['file']['name']).stem)}.{report['import']}"
    json_path = folder / f"{stem}.json"
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    _write(json_path, text.encode("utf-8"))
    if corrected_csv is None:
        return json_path, None
    csv_path = folder / f"{stem}.corrected.csv"
    _write(csv_path, corrected_csv)
    return json_path, csv_path


def _beginning(name: str) -> str:
    return name.encode("utf-8")[:_LONGEST_STEM].decode("utf-8", "ignore")


def _write(path: Path, content: bytes) -> None:
    # beside the folder, which clients list, and on the same file system
    draft = path.parent.parent / f".{path.name}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
