"""`wharfinger init`: a home that shows its fingerprints as clients show them."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

from authority import Authority, write
from command import Run


def test_a_new_home_is_tight_and_shows_what_clients_will_show(
    bare_run: Run, tmp_path: Path
) -> None:
    """Fingerprints equal those of ssh-keygen and openssl; a second `init` changes nothing."""
    home = tmp_path / "new"
    told = bare_run("--home", home, "init", "--json").json
    assert told["created"] is True
    for kind, fingerprint in told["ssh_fingerprints"].items():
        name = {"ssh-ed25519": "ed25519", "ecdsa-sha2-nistp256": "ecdsa", "ssh-rsa": "rsa"}[kind]
        listed = subprocess.run(
            ["ssh-keygen", "-lf", home / "keys" / f"ssh_host_{name}_key"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert listed.stdout.split()[1] == fingerprint
    printed = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", home / "keys" / "tls.crt"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout.strip().endswith("=" + told["tls"]["sha256"])
    folders = [path for path in (home, *home.rglob("*")) if path.is_dir()]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    again = bare_run("--home", home, "init", "--json").json
    assert again == {**told, "created": False}
    assert "Found the home" in bare_run("--home", home, "init").out


def test_your_own_certificate_is_taken_over(bare_run: Run, tmp_path: Path) -> None:
    """As a copy that only the server reads; a second one does not replace it."""
    authority = Authority("root")
    chain, key = write(tmp_path, (authority.issue("files.acme.example"), authority), None)
    home = tmp_path / "new"
    words = ("--home", home, "init", "--tls-cert", chain, "--tls-key", key)
    assert bare_run(*words, "--json").json["tls"]["subject"] == "CN=files.acme.example"
    assert (home / "keys" / "tls.crt").read_bytes() == chain.read_bytes()
    assert stat.S_IMODE((home / "keys" / "tls.key").stat().st_mode) == 0o600
    again = bare_run(*words)
    assert again.code == 1
    assert "there is a certificate" in again.err


def test_a_key_that_others_can_read_makes_no_home(bare_run: Run, tmp_path: Path) -> None:
    """One line with the command that mends it, and no settings, which are what makes a home."""
    authority = Authority("root")
    chain, key = write(tmp_path, (authority.issue("files.acme.example"),), None)
    key.chmod(0o644)
    ran = bare_run("--home", tmp_path / "new", "init", "--tls-cert", chain, "--tls-key", key)
    assert ran.code == 1
    assert ran.err.startswith(f"wharfinger: {key} is a private key that others can read")
    assert f"chmod 600 {key}" in ran.err
    assert not (tmp_path / "new" / "wharfinger.toml").exists()
