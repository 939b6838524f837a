"""Every client uploads the same payroll file: byte for byte, one receipt, one import, the truth."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clients import Target
from fleet import FLEET
from wharfinger import Server
from wharfinger.hooks.engine import list_imports, list_users
from wharfinger.hooks.engine.specimen import Company
from wharfinger.server.home import Home

REMOTE = "/hr/users/users.csv"


@pytest.mark.parametrize("client", FLEET)
def test_a_payroll_file_arrives_whole_and_is_imported_once(
    client: str, target: Target, public_server: Server, home: Home, tmp_path: Path
) -> None:
    """Whatever client pushes it: one receipt, one import, and the directory is the truth."""
    needs = FLEET[client].needs
    if shutil.which(needs) is None and not Path(needs).exists():
        pytest.skip(f"{needs} is not installed")
    day = Company(7, 40, first_day=datetime.now(UTC).date()).first_day()
    file = tmp_path / "users.csv"
    file.write_bytes(day.csv)

    FLEET[client].put(target, file, REMOTE).run()

    received = public_server.wait_for_upload()
    result = public_server.wait_for_import(received.id)
    place = home.client("acme")
    published = place.files / "acme-payroll" / "hr" / "users" / "users.csv"
    assert published.read_bytes() == day.csv
    assert received.sha256 == hashlib.sha256(day.csv).hexdigest()
    assert [record.id for record in list_imports(place.directory)] == [result.import_id]
    assert [entry.id for entry in public_server.uploads()] == [received.id]
    today = datetime.now(UTC).date().isoformat()
    users = {
        record.user.key: dict(record.user.values) for record in list_users(place.directory, today)
    }
    assert users == day.users
    assert {(f["line"], f["code"]) for f in result.findings} == set(day.findings)
