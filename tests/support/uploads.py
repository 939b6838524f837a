"""Uploads as hooks are told of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wharfinger.hooks.events import Upload

_UPLOAD = Upload(
    id="u1",
    run=1,
    client="acme",
    timezone="Europe/Paris",
    account="acme-payroll",
    folder="/hr/users",
    path="/hr/users/users.csv",
    size=12,
    sha256="ab" * 32,
    protocol="sftp",
    peer="192.0.2.1",
    received_at=datetime(2026, 11, 22, 3, 15, tzinfo=UTC),
    snapshot=Path("/spool/u1"),
    mapping="users",
    mode="full",
    first_import="hold",
)


def make_upload(upload_id: str, **changes: Any) -> Upload:
    """An upload that differs from a plain one in what is named."""
    return replace(_UPLOAD, id=upload_id, **changes)
