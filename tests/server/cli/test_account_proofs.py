"""`account add --require`, `--legacy`, and what `account show` tells of logins."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import hashes

from authority import Issued, write
from wharfinger.server.accounts import LastLogin, Registry
from wharfinger.server.cli import cli
from wharfinger.server.cli.office import Office
from wharfinger.server.database import Database
from wharfinger.server.exceptions import InputInvalid
from wharfinger.server.home import Home
from wharfinger.server.migrations import migrations

LOGIN = "acme-payroll"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A public key file."""
    file = tmp_path / "key.pub"
    file.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_public_key())
    return file


def run(home: Home, *arguments: str) -> Result:
    """Run a command on a home."""
    return CliRunner().invoke(cli, ["--home", str(home.root), *arguments], obj=Office())


def add(home: Home, *options: str) -> Result:
    """`account add` with these options."""
    run(home, "client", "add", "acme")
    return run(home, "account", "add", LOGIN, "--client", "acme", *options)


def shown(home: Home) -> dict[str, Any]:
    """`account show --json`."""
    result = run(home, "--json", "account", "show", LOGIN)
    found: dict[str, Any] = json.loads(result.output)
    return found


def test_both_factors_are_told_of_and_named_on_the_sheet(home: Home, key: Path) -> None:
    """The administrator hears that FTPS is refused, and the sheet says that both are needed."""
    options = ("--generate-password", "--public-key", str(key), "--require", "key+password")
    result = add(home, *options)
    assert result.exit_code == 0, result.output
    assert "key and password, both" in result.output
    assert "ftps logins are refused: they cannot prove the key" in result.output
    data = shown(home)
    assert data["required"] == "key+password"
    assert list(data["connect"]) == ["sftp"]


def test_an_account_without_both_cannot_require_them(home: Home) -> None:
    """The mend is named."""
    result = add(home, "--generate-password", "--require", "key+password")
    assert isinstance(result.exception, InputInvalid)
    assert "has to have both" in str(result.exception)
    assert "--public-key" in result.exception.hint


def test_an_old_client_is_allowed_and_disallowed(home: Home) -> None:
    """The flag is off unless it is given, and `edit` turns it either way."""
    add(home, "--generate-password")
    assert shown(home)["legacy"] is False
    run(home, "account", "edit", LOGIN, "--legacy")
    assert shown(home)["legacy"] is True
    run(home, "account", "edit", LOGIN, "--no-legacy")
    assert shown(home)["legacy"] is False


def test_the_last_login_on_each_listener_is_shown(home: Home) -> None:
    """With the client and its algorithms, so that one can see who still needs old ones."""
    add(home, "--generate-password", "--legacy")
    database = Database(home.database, migrations)
    registry = Registry(database)
    for day, kex in ((1, "old"), (2, "new")):
        registry.note_login(
            LastLogin(
                login=LOGIN,
                listener="sftp_legacy",
                day=date(2026, 11, day),
                peer="192.0.2.1",
                client_version="SSH-2.0-JSCH-0.1.54",
                algorithms={"kex": kex, "cipher": "aes128-cbc"},
            )
        )
    database.close()
    (last,) = shown(home)["last_logins"]
    assert (last["day"], last["algorithms"]["kex"]) == ("2026-11-02", "new")
    text = run(home, "account", "show", LOGIN).output
    assert "2026-11-02 over sftp_legacy by SSH-2.0-JSCH-0.1.54 (new, aes128-cbc)" in text


def test_a_certificate_is_shown_and_kept_to(home: Home, tmp_path: Path) -> None:
    """The account shows the fingerprint, and that SFTP is refused; without one it is not made."""
    certificate, _ = write(tmp_path, [Issued("acme", None)], None)
    required = ("--generate-password", "--require", "certificate+password")
    assert isinstance(add(home, *required).exception, InputInvalid)
    result = add(home, *required, "--client-certificate", str(certificate))
    assert result.exit_code == 0, result.output
    assert "certificate and password, both" in result.output
    assert "sftp logins are refused: they cannot prove the certificate" in result.output
    data = shown(home)
    assert len(data["client_certificates"][0].split(":")) == 32
    assert set(data["connect"]) == {"ftps", "ftpes"}
    other = Issued("next", None)
    certificate, _ = write(tmp_path, [other], None)
    run(home, "account", "edit", LOGIN, "--client-certificate", str(certificate))
    fingerprint = other.certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    assert shown(home)["client_certificates"] == [fingerprint]
