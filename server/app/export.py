"""Everything about a client in one zip file."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...hooks.engine import export_users, list_imports
from ..accounts import Registry
from ..home import ClientHome, Home
from ..journal import Journal

#: more uploads and imports than a client has
_ALL = 1_000_000


def export_client(
    name: str, target: Path, home: Home, registry: Registry, journal: Journal
) -> dict[str, int]:
    """Write the zip file; returns how many accounts, uploads, users and files are in it.

    Raises NotFound, OSError.
    """
    client = registry.client(name)
    place = home.client(name)
    accounts = registry.accounts(name)
    folders = registry.folders(client=name)
    uploads = journal.latest(client=name, limit=_ALL)
    users = list(_users(place))
    files = [path for part in (place.files, place.reports) for path in _files(part)]
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        without_hash = [dataclasses.replace(account, password_hash=None) for account in accounts]
        registered = {"client": client, "accounts": without_hash, "folders": folders}
        box.writestr("client.json", _json(registered))
        box.writestr("uploads.json", _json(uploads))
        box.writestr("users.csv", _csv(users))
        if place.directory.exists():
            box.writestr("imports.json", _json(list_imports(place.directory, _ALL)))
            box.writestr("directory.db", _database(place.directory))
        for path in files:
            box.write(path, path.relative_to(place.root))
    return {
        "accounts": len(accounts),
        "uploads": len(uploads),
        "users": len(users),
        "files": len(files),
    }


def _users(place: ClientHome) -> Iterator[dict[str, str]]:
    if place.directory.exists():
        yield from export_users(place.directory, datetime.now(UTC).date().isoformat())


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(out, columns, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _database(path: Path) -> bytes:
    """A sound copy of a database that may be in use."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(Path(folder) / "copy.db")) as copy,
    ):
        source.backup(copy)
        copy.commit()
        return (Path(folder) / "copy.db").read_bytes()
