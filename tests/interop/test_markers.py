"""Real clients push a file and its marker in either order, and hear of a wrong digest."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clients import Client, ClientFailed, Target
from fleet import FLEET
from wharfinger import Server
from wharfinger.hooks.engine import list_imports
from wharfinger.hooks.engine.specimen import Company
from wharfinger.server.home import Home

REMOTE = "/hr/marked/users.csv"
APPLIED = ("applied", "applied_with_warnings")
#: what each client shows of a refusal: OpenSSH leaves the reason out
CLIENTS = {
    "OpenSSH sftp": "close remote: Failure",
    "lftp FTPES": r"does not state the SHA256 of users\.csv",
}


class Sender:
    """A payroll package that sends a day's file and what belongs to it."""

    def __init__(self, client: Client, reason: str, target: Target, folder: Path) -> None:
        self.content = Company(7, 40, first_day=datetime.now(UTC).date()).first_day().csv
        self.reason = reason
        self._client = client
        self._target = target
        self._folder = folder

    def send_file(self) -> None:
        """Send the file."""
        self._send(self.content, REMOTE)

    def send_companion(self, suffix: str, content: bytes = b"") -> None:
        """Send a companion."""
        self._send(content, REMOTE + suffix)

    def _send(self, content: bytes, remote: str) -> None:
        file = self._folder / remote.rsplit("/", 1)[1]
        file.write_bytes(content)
        self._client.put(self._target, file, remote).run()


@pytest.fixture(params=CLIENTS)
def sender(
    request: pytest.FixtureRequest, target: Target, public_server: Server, tmp_path: Path
) -> Sender:
    """A sender for each client, and a folder that waits for markers."""
    client = FLEET[request.param]
    if shutil.which(client.needs) is None:
        pytest.skip(f"{client.needs} is not installed")
    public_server.add_folder(
        target.login,
        "/hr/marked",
        name="Marked",
        mapping="specimen",
        first_import="apply",
        complete_on="marker",
    )
    return Sender(client, CLIENTS[request.param], target, tmp_path)


def imports(home: Home) -> list[str]:
    """The ids of imports that have begun."""
    directory = home.client("acme").directory
    return [record.id for record in list_imports(directory)] if directory.exists() else []


def test_a_file_then_its_marker(sender: Sender, public_server: Server, home: Home) -> None:
    """The file is durable and seen at once, and imported with the marker; the marker never is."""
    sender.send_file()
    upload = public_server.wait_for_upload()
    assert public_server.uploads()[0].state == "awaits-marker"
    published = home.client("acme").files / "acme-payroll" / "hr" / "marked" / "users.csv"
    assert published.read_bytes() == sender.content
    sender.send_companion(".ok")
    assert public_server.wait_for_import(upload.id).state in APPLIED
    assert imports(home) == [upload.id]
    states = {entry.path: entry.state for entry in public_server.uploads()}
    assert states[REMOTE + ".ok"] == "companion"


def test_a_marker_then_its_file(sender: Sender, public_server: Server, home: Home) -> None:
    """The marker is kept, and the file is imported as it comes."""
    digest = hashlib.sha256(sender.content).hexdigest()
    sender.send_companion(".sha256", f"{digest} *users.csv\n".encode())
    sender.send_file()
    upload = public_server.wait_for_upload()
    assert upload.path == REMOTE
    assert public_server.wait_for_import(upload.id).state in APPLIED
    assert imports(home) == [upload.id]


def test_a_wrong_digest_is_refused(sender: Sender, public_server: Server, home: Home) -> None:
    """The client fails, and shows why if it shows any reasons; the file waits for the right one."""
    sender.send_file()
    upload = public_server.wait_for_upload()
    with pytest.raises(ClientFailed, match=sender.reason):
        sender.send_companion(".sha256", b"0" * 64)
    refusal = public_server.uploads()[0].refusal
    assert refusal is not None
    assert refusal.startswith("users.csv.sha256 does not state the SHA256 of users.csv")
    assert imports(home) == []
    assert public_server.uploads()[-1].state == "awaits-marker"
    digest = hashlib.md5(sender.content, usedforsecurity=False).hexdigest()
    sender.send_companion(".md5", digest.encode())
    assert public_server.wait_for_import(upload.id).state in APPLIED
