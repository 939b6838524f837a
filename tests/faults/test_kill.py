"""kill -9 at every step from the last byte to the report: acknowledged is imported once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import paramiko
import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from process import ServeProcess
from wharfinger import Server, Settings
from wharfinger.hooks.engine import ImportNotFound, get_import, list_imports, list_users
from wharfinger.hooks.engine.specimen import Company, mapping_text
from wharfinger.server.home import Home
from witness import until

NAME = "/hr/users/users.csv"

#: the steps of DESIGN.md §3 in order; the first ones come before the receipt
STEPS = (
    "wharfinger.server.vfs.upload_handle:UploadHandle.complete:before",
    "wharfinger.server.vfs.upload_handle:UploadHandle.complete:after",
    "wharfinger.server.vfs.draft:Draft.sync:after",
    "wharfinger.server.vfs.spool:Spool.sync:after",
    "wharfinger.server.journal:Journal.record:before",
    "wharfinger.server.journal:Journal.record:after",
    "wharfinger.server.vfs.spool:Spool.link_over:before",
    "wharfinger.server.vfs.spool:Spool.link_over:after",
    "wharfinger.server.journal:Journal.published:after",
    "wharfinger.hooks.imports:ImportHook.upload_completed:before",
    "wharfinger.hooks.imports:run_import:before",
    "wharfinger.hooks.engine.sqlite:SqliteDirectory.write:after",
    "wharfinger.hooks.imports:run_import:after",
    "wharfinger.hooks.imports:write_reports:after",
    "wharfinger.server.journal:Journal.note_delivery:before",
    "wharfinger.server.journal:Journal.note_delivery:after",
    "wharfinger.server.journal:Journal.note_state:after",
)


def push_sftp(process: ServeProcess, content: bytes) -> bool:
    """Upload by paramiko; whether the server acknowledged it."""
    transport = paramiko.Transport(process.address("sftp"))
    try:
        transport.connect(username="acme-payroll", password=PASSWORD)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        handle = client.open(NAME, "wb")
        handle.write(content)
        client._request(paramiko.sftp.CMD_CLOSE, handle.handle)  # type: ignore[attr-defined]  # close() hides errors
    except (OSError, EOFError, paramiko.SSHException):
        return False
    else:
        return True
    finally:
        transport.close()
        transport.join(10)


def push_ftpes(process: ServeProcess, content: bytes, name: str = NAME) -> bool:
    """Upload over explicit TLS; whether the server acknowledged it."""
    with FtpWire(process.address("ftpes")) as ftp:
        assert ftp.login("acme-payroll", PASSWORD).startswith("230")
        try:
            return ftp.store(name, content).startswith("226")
        except OSError:
            return False


PUSHES: dict[str, Callable[[ServeProcess, bytes], bool]] = {"sftp": push_sftp, "ftpes": push_ftpes}


@pytest.fixture
def provisioned(home: Home) -> Home:
    """A home with a client, whose files the specimen mapping reads."""
    (home.mappings / "specimen.toml").write_text(mapping_text())
    with Server(Settings(home=home.root)) as server:
        provision(server, mapping="specimen")
    return home


@pytest.mark.parametrize("protocol", PUSHES)
@pytest.mark.parametrize("step", STEPS, ids=lambda s: s.split(".", 2)[2])
def test_what_was_acknowledged_is_imported_exactly_once(
    step: str, protocol: str, provisioned: Home, no_leaks: None
) -> None:
    """After a kill at this step and a restart, nothing is lost, doubled or half."""
    day = Company(3, 30, first_day=datetime.now(UTC).date()).first_day()
    with ServeProcess(provisioned.root, inject="crash", WHARFINGER_CRASH_AT=step) as process:
        acknowledged = PUSHES[protocol](process, day.csv)
        process.wait_killed()

    with Server(Settings(home=provisioned.root)) as server:
        uploads = server.uploads()
        assert len(uploads) <= 1
        assert uploads or not acknowledged
        if uploads:
            audit(provisioned, uploads[0].id, day.csv, day.users)
        else:
            audit_absent(server, provisioned, day.csv)


#: the steps of a marker's receipt, which hands its file over
MARKER_STEPS = (
    "wharfinger.server.vfs.spool:Spool.sync:after",
    "wharfinger.server.journal:Journal.release:after",
    "wharfinger.server.journal:Journal.record:before",
    "wharfinger.server.journal:Journal.record:after",
    "wharfinger.server.app.receipts:JournalReceipts.record:after",
    "wharfinger.server.vfs.spool:Spool.link_over:before",
    "wharfinger.server.journal:Journal.published:after",
)


@pytest.mark.parametrize("step", MARKER_STEPS, ids=lambda s: s.split(".", 2)[2])
def test_an_acknowledged_marker_hands_its_file_over_exactly_once(
    step: str, home: Home, no_leaks: None
) -> None:
    """After a kill in the middle of it: both or neither; sent again, it does what it had to."""
    with Server(Settings(home=home.root)) as server:
        provision(server, complete_on="marker")
    with ServeProcess(home.root) as process:
        assert push_ftpes(process, CSV)
        process.stop()
    with ServeProcess(home.root, inject="crash", WHARFINGER_CRASH_AT=step) as process:
        acknowledged = push_ftpes(process, b"", NAME + ".ok")
        process.wait_killed()

    with Server(Settings(home=home.root)) as server:
        *markers, upload = server.uploads()
        assert markers or not acknowledged
        assert (upload.state == "awaits-marker") == (not markers)
        if not markers:
            with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
                ftp.login("acme-payroll", PASSWORD)
                assert ftp.store(NAME + ".ok", b"").startswith("226")
        assert server.wait_for_import(upload.id).state == "applied"
        assert [record.id for record in list_imports(home.client("acme").directory)] == [upload.id]
        marker = home.client("acme").files / "acme-payroll" / "hr" / "users" / "users.csv.ok"
        assert marker.exists()


def audit(home: Home, upload_id: str, content: bytes, users: dict[str, dict[str, str]]) -> None:
    """The upload is whole, published, and imported once; its report is there."""
    place = home.client("acme")
    until(lambda: is_imported(place.directory, upload_id))
    assert [record.id for record in list_imports(place.directory)] == [upload_id]
    today = datetime.now(UTC).date().isoformat()
    found = {
        record.user.key: dict(record.user.values) for record in list_users(place.directory, today)
    }
    assert found == users
    published = place.files / "acme-payroll" / "hr" / "users" / "users.csv"
    assert published.read_bytes() == content
    until(
        lambda: any(path.suffix == ".json" for path in (place.reports / "acme-payroll").iterdir())
    )


def audit_absent(server: Server, home: Home, content: bytes) -> None:
    """Nothing looks like an upload; what was sent can be resumed, and is whole then."""
    place = home.client("acme")
    assert not (place.files / "acme-payroll" / "hr" / "users" / "users.csv").exists()
    assert not place.directory.exists()
    assert len([path for path in place.spool.iterdir() if path.name != "boot"]) <= 1
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        answer = ftp.command(f"SIZE {NAME}")
        size = int(answer.split()[1]) if answer.startswith("213") else 0
        ftp.command(f"REST {size}")
        assert ftp.store(NAME, content[size:]).startswith("226")
    assert server.wait_for_upload().sha256 == hashlib.sha256(content).hexdigest()


def is_imported(directory: Path, import_id: str) -> bool:
    """Whether an import has come to rest."""
    try:
        return directory.exists() and bool(get_import(directory, import_id))
    except ImportNotFound:
        return False
