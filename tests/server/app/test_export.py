"""The export: everything about one client in one file, and nothing of another."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server
from wharfinger.server.app.export import export_client
from wharfinger.server.exceptions import NotFound
from wharfinger.server.home import Home


@pytest.fixture
def busy(server: Server) -> Server:
    """A server with an import of acme's, and another client."""
    provision(server, "other")
    for login in ("acme-payroll", "other-payroll"):
        with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
            ftp.login(login, PASSWORD)
            assert ftp.store("/hr/users/users.csv", CSV).startswith("226")
        server.wait_for_import(server.wait_for_upload().id)
    return server


def export(server: Server, home: Home, target: Path, client: str = "acme") -> dict[str, int]:
    """Export a client."""
    runtime = server._runtime
    return export_client(client, target, home, runtime.registry, runtime.journal)


def test_everything_about_a_client_is_in_it(busy: Server, home: Home, tmp_path: Path) -> None:
    """While the server runs, and for the eyes of whoever exports alone."""
    target = tmp_path / "acme.zip"
    counts = export(busy, home, target)
    assert counts == {"accounts": 1, "uploads": 1, "users": 3, "files": 2}
    assert target.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(target) as box:
        assert box.testzip() is None
        assert box.read("files/acme-payroll/hr/users/users.csv") == CSV
        (upload,) = json.loads(box.read("uploads.json"))
        assert (upload["client"], upload["size"]) == ("acme", len(CSV))
        assert len(json.loads(box.read("imports.json"))) == 1
        assert "zoe.lefevre@acme.example" in box.read("users.csv").decode()
        copy = tmp_path / "copy.db"
        copy.write_bytes(box.read("directory.db"))
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)


def test_no_secret_and_no_other_client_is_in_it(busy: Server, home: Home, tmp_path: Path) -> None:
    """No password hash, and no login of anybody else."""
    target = tmp_path / "acme.zip"
    link = home.client("acme").files / "acme-payroll" / "hr" / "users" / "link"
    link.symlink_to(home.client("other").files / "other-payroll" / "hr" / "users" / "users.csv")
    export(busy, home, target)
    with zipfile.ZipFile(target) as box:
        names = box.namelist()
        content = b"".join(box.read(name) for name in names)
    assert not any("other" in name or name.endswith("link") for name in names)
    assert b"argon2" not in content
    assert b"other-payroll" not in content


def test_a_client_without_anything(server: Server, home: Home, tmp_path: Path) -> None:
    """Is exported too: that there is nothing is an answer."""
    server.add_client("empty")
    counts = export(server, home, tmp_path / "empty.zip", "empty")
    assert set(counts.values()) == {0}


def test_a_client_that_is_not_there(server: Server, home: Home, tmp_path: Path) -> None:
    """No file is made for it."""
    with pytest.raises(NotFound):
        export(server, home, tmp_path / "nobody.zip", "nobody")
    assert not (tmp_path / "nobody.zip").exists()
