"""The hand-over sheet: what it says is so, and what it says to paste works as pasted."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from authority import Authority, write
from command import Run
from firm import CSV, PASSWORD
from terminal import paste
from wharfinger import Server
from wharfinger.server.home import Home
from witness import Witness


@pytest.fixture
def witness() -> Witness:
    """What the server told."""
    return Witness()


@pytest.fixture
def running(firm_home: Home, start: Callable[..., Server], witness: Witness, run: Run) -> Server:
    """A server on the home that `run` works on, with a folder whose name wants quoting."""
    server = start(home=firm_home.root, hooks=(witness,), log_level="debug")
    server.add_account("awkward", client="acme", password=PASSWORD)
    server.add_folder("awkward", "/paie d'été; $(id)", name="In")
    return server


def test_the_sheet_names_a_host_key_that_follows(run: Run) -> None:
    """A client that begins during a rotation knows both keys from its first day."""
    made = run("certs", "rotate-host-key", "--json").json
    sheet = run("account", "show", "acme-payroll").out
    assert made["sha256"] in sheet.partition("that follow: accept both")[2]
    told = run("account", "show", "acme-payroll", "--json").json
    assert told["next_ssh_fingerprints"] == {"ssh-ed25519": made["sha256"]}
    assert made["sha256"] not in told["ssh_fingerprints"].values()


def test_the_sheet_has_all_that_a_client_needs(run: Run, firm_home: Home) -> None:
    """Host, ports, login, folders, and the fingerprints that the tools print."""
    sheet = run("account", "show", "acme-payroll").out
    for name in ("ed25519", "ecdsa", "rsa"):
        key = firm_home.keys / f"ssh_host_{name}_key"
        listed = subprocess.run(["ssh-keygen", "-lf", key], capture_output=True, check=True)
        assert listed.stdout.decode().split()[1] in sheet
    printed = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", firm_home.keys / "tls.crt"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip().partition("=")[2] in sheet
    told = run("account", "show", "acme-payroll", "--json").json
    for protocol, port in (("sftp", 2022), ("ftps", 2990), ("ftpes", 2121)):
        assert told["connect"][protocol]["port"] == port
        assert re.search(rf"^{protocol} +\S+ port {port} ", sheet, re.MULTILINE)
    assert re.search(r"^login +acme-payroll$", sheet, re.MULTILINE)
    assert re.search(r"^  /hr/users +Users \(upload\)$", sheet, re.MULTILINE)
    assert "/reports" in sheet
    for client in ("sftp -P", "curl", "lftp", "winscp.com"):
        assert client in sheet


@pytest.mark.parametrize("login", ["acme-payroll", "awkward"])
def test_every_command_on_the_sheet_works_as_pasted(
    login: str, running: Server, run: Run, witness: Witness, tmp_path: Path, firm_home: Home
) -> None:
    """sftp, curl and lftp over SFTP, FTPES and FTPS: each asks for the password, and uploads.

    The host key is confirmed by the fingerprint on the sheet. No command line holds the password,
    and neither does anything that the server wrote.
    """
    sheet = run("account", "show", login).out
    commands = [line.strip() for line in sheet.partition("first upload\n")[2].splitlines()]
    assert len(commands) == 10
    assert PASSWORD not in sheet
    (tmp_path / "users.csv").write_bytes(CSV)
    found = re.search(r"ssh-ed25519 +(SHA256:\S+)", sheet)
    assert found
    env = clean_environment(tmp_path)
    for command in commands:
        words = command.split("| ")[-1].split()[0]
        if words == "winscp.com" or shutil.which(words) is None:
            continue
        answers = {"(yes/no/[fingerprint])?": found[1], "assword": PASSWORD}
        code, shown = paste(command, answers, folder=tmp_path, env=env)
        assert code == 0, f"{command}\n{shown}"
        upload = witness.wait_for_upload().upload
        assert upload.size == len(CSV), f"{command}\n{shown}"
    assert running.describe()
    written = [path for path in firm_home.root.rglob("*") if path.is_file()]
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]


def test_another_certificate_is_not_accepted_by_the_pinned_commands(
    running: Server, run: Run, tmp_path: Path
) -> None:
    """The commands say `-k` and `no`, and still trust one certificate only."""
    commands = run("account", "show", "acme-payroll").out.partition("first upload\n")[2]
    (tmp_path / "users.csv").write_bytes(CSV)
    env = clean_environment(tmp_path)
    pinned = [
        line.strip() for line in commands.splitlines() if "pinned" in line or "verify" in line
    ]
    assert len(pinned) == 4
    for command in pinned:
        wrong = re.sub(r"(sha256//|certificate/)(.)", _another, command)
        wrong = wrong.replace("lftp ", "lftp -e 'set net:max-retries 1; set cmd:fail-exit yes' ")
        _, shown = paste(wrong, {"assword": PASSWORD}, folder=tmp_path, env=env)
        assert re.search("certificate|pinned", shown), shown
    assert running.uploads() == []


def _another(pin: re.Match[str]) -> str:
    return pin[1] + ("0" if pin[2] != "0" else "1")


def test_a_certificate_of_an_authority_is_not_pinned(run: Run, firm_home: Home) -> None:
    """Clients check it as they check every other, and it can be renewed."""
    authority = Authority("root")
    chain, key = write(firm_home.root, (authority.issue("localhost"), authority), None)
    shutil.copy(chain, firm_home.keys / "tls.crt")
    shutil.copy(key, firm_home.keys / "tls.key")
    sheet = run("account", "show", "acme-payroll").out
    assert "pinnedpubkey" not in sheet
    assert "verify-certificate" not in sheet
    assert json.loads(run("account", "show", "acme-payroll", "--json").out)["tls_sha256"] in sheet


def clean_environment(folder: Path) -> dict[str, str]:
    """What a new user of a machine has.

    OpenSSH looks for a user's files where the system says, whatever HOME is; so that the files of
    who runs the tests stay as they are, it is told by programs of the same names.
    """
    home, programs = folder / "new-user", folder / "programs"
    (home / ".ssh").mkdir(mode=0o700, parents=True)
    programs.mkdir()
    options = f"-F none -o UserKnownHostsFile={home}/.ssh/known_hosts"
    for name in ("ssh", "sftp"):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shutil.which(name)} {options} "$@"\n')
        program.chmod(0o700)
    path = f"{programs}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb"}
