"""The command as it is run, without a process for each run."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

import pytest

from command import Ran, Run
from firm import PASSWORD
from wharfinger.server.accounts import Folder, Registry
from wharfinger.server.app.init import create_home
from wharfinger.server.app.provisioning import Provisioning
from wharfinger.server.cli import main
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.migrations import migrations


@pytest.fixture
def bare_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run `wharfinger` with these words, in an empty folder; an exception fails the test."""
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("WHARFINGER_HOME", raising=False)

    def run(*words: object, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["wharfinger", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        code = stopped.value.code
        assert isinstance(code, int)
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, keys: Path) -> Path:
    """A home with a client, an account and a folder, made once for all tests to copy."""
    home = Home(tmp_path_factory.mktemp("prepared") / "home")
    home.create()
    shutil.copytree(keys, home.keys, dirs_exist_ok=True)
    create_home(home, settings=None)
    database = Database(home.database, migrations)
    provisioning = Provisioning(home, Registry(database))
    provisioning.add_client("acme", "Europe/Paris")
    provisioning.add_account("acme-payroll", client="acme", password=PASSWORD)
    folder = Folder(login="acme-payroll", path="/hr/users", name="Users", mapping="users")
    provisioning.add_folder(folder)
    database.close()
    return home.root


@pytest.fixture
def firm_home(prepared: Path, tmp_path: Path) -> Home:
    """A copy of that home."""
    shutil.copytree(prepared, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def run(bare_run: Run, firm_home: Home, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `wharfinger` on that home."""
    monkeypatch.setenv("WHARFINGER_HOME", str(firm_home.root))
    return bare_run
