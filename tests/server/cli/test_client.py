"""`wharfinger client`: add, export and erase."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

from command import Run
from wharfinger.server.home import Home


def test_an_export_holds_everything_but_secrets(run: Run, firm_home: Home, tmp_path: Path) -> None:
    """Readable by its owner alone, with settings and files, and no password hash."""
    sent = firm_home.client("acme").files / "acme-payroll" / "hr" / "users" / "users.csv"
    sent.write_text("x;y\n")
    target = tmp_path / "acme.zip"
    assert run("client", "export", "acme", "--output", target).code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as box:
        assert box.read("files/acme-payroll/hr/users/users.csv") == b"x;y\n"
        told = json.loads(box.read("client.json"))
    assert [account["login"] for account in told["accounts"]] == ["acme-payroll"]
    assert "argon2" not in json.dumps(told)


def test_an_export_of_nobody_leaves_no_file(run: Run, tmp_path: Path) -> None:
    """And one that cannot be written says so."""
    assert run("client", "export", "nobody", "--output", tmp_path / "out.zip").code == 1
    assert not (tmp_path / "out.zip").exists()
    ran = run("client", "export", "acme", "--output", tmp_path / "none" / "out.zip")
    assert ran.code == 1
    assert "No such file or directory" in ran.err


def test_an_erased_client_is_gone(run: Run, firm_home: Home) -> None:
    """With its accounts and its part of the home; another one is as it was."""
    run("client", "add", "other")
    assert run("client", "erase", "acme", "--yes", "--json").json["erased"] == "acme"
    assert not firm_home.client("acme").root.exists()
    assert firm_home.client("other").root.exists()
    assert [client["name"] for client in run("client", "list", "--json").json] == ["other"]
    assert run("account", "list", "--json").json == []
