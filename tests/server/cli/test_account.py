"""`wharfinger account`: what opens an account, and what is never told again."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from command import Run
from wharfinger.server.home import Home


def test_a_made_password_is_shown_once_and_opens_the_account(run: Run, firm_home: Home) -> None:
    """It is on the sheet of `add`, and in no later answer and no file."""
    added = run("account", "add", "new", "--client", "acme", "--generate-password")
    shown = re.search(r"^password +(\S+)", added.out, re.MULTILINE)
    assert shown
    password = shown[1]
    for words in (("account", "show", "new"), ("account", "list"), ("client", "show", "acme")):
        for how in ((), ("--json",)):
            ran = run(*words, *how)
            assert ran.code == 0
            assert password not in ran.out
            assert "argon2" not in ran.out
    files = [path for path in firm_home.root.rglob("*") if path.is_file()]
    assert not [path for path in files if password.encode() in path.read_bytes()]


def test_a_password_comes_from_standard_input_and_never_from_the_command_line(run: Run) -> None:
    """No option takes one, since every user of a machine sees the command lines of all."""
    added = run("account", "add", "new", "--client", "acme", "--password-stdin", stdin="a" * 20)
    assert (added.code, added.err) == (0, "")
    assert "a" * 20 not in added.out
    assert run("account", "show", "new", "--json").json["password"] is True
    assert run("account", "add", "x", "--client", "acme", "--password", "s").code == 2
    short = run("account", "edit", "new", "--password-stdin", stdin="short\n")
    assert short.code == 0
    assert "this password is short" in short.err
    for stdin in ("", "\n", "a\0b\n", "x" * 5000):
        refused = run("account", "edit", "new", "--password-stdin", stdin=stdin)
        assert refused.code == 1
        assert stdin.strip() not in refused.err or not stdin.strip()


def test_keys_are_added_replaced_and_taken_away(run: Run, tmp_path: Path) -> None:
    """By the fingerprints that ssh-keygen prints."""
    fingerprints = []
    for name in ("one", "two"):
        file = tmp_path / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file], check=True)
        listed = subprocess.run(["ssh-keygen", "-lf", file], capture_output=True, check=True)
        fingerprints.append(listed.stdout.decode().split()[1])
    one, two = tmp_path / "one.pub", tmp_path / "two.pub"
    added = run("account", "add", "new", "--client", "acme", "--public-key", one, "--json")
    assert added.json["public_keys"] == fingerprints[:1]
    edited = run("account", "edit", "new", "--public-key", two, "--public-key", one, "--json")
    assert edited.json["public_keys"] == [fingerprints[1], fingerprints[0]]
    assert run("account", "edit", "new", "--no-public-keys", "--json").json["public_keys"] == []
    refused = run("account", "edit", "new", "--public-key", tmp_path / "one")
    assert refused.code == 1
    assert "this is a private key" in refused.err


def test_an_account_is_edited_disabled_and_removed(run: Run) -> None:
    """Each answer shows the account as it is then."""
    limited = run("account", "edit", "acme-payroll", "--allow-ip", "::1", "--protocol", "sftp")
    assert "::1/128" in limited.out
    shown = run("account", "show", "acme-payroll", "--json").json
    assert (shown["allowed_ips"], shown["protocols"]) == (["::1/128"], ["sftp"])
    freed = run("account", "edit", "acme-payroll", "--allow-any-ip", "--json").json
    assert (freed["allowed_ips"], freed["protocols"]) == ([], ["sftp"])
    assert run("account", "disable", "acme-payroll", "--json").json["enabled"] is False
    assert run("account", "enable", "acme-payroll", "--json").json["enabled"] is True
    assert run("account", "remove", "acme-payroll", stdin="n\n").code == 1
    assert run("account", "remove", "acme-payroll", stdin="y\n").code == 0
    assert run("account", "list", "--json").json == []


def test_limits_are_set_and_taken_away(run: Run) -> None:
    """0 takes one away; those that are not named stay."""
    run("account", "edit", "acme-payroll", "--max-space", "5000", "--max-sessions", "3")
    edited = run("account", "edit", "acme-payroll", "--max-sessions", "0", "--json").json
    assert (edited["max_space"], edited["max_sessions"]) == (5000, None)
    refused = run("account", "edit", "acme-payroll", "--max-rate", "10")
    assert refused.code == 1
    assert "too small for --max-rate" in refused.err
