"""`wharfinger certs`: what is served, whether it would be, and how it is renewed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from authority import Authority, write
from command import Run
from wharfinger.server.home import Home

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Who issues the certificates."""
    return Authority("root")


def use(home: Home, host: str, chain: Path, key: Path) -> None:
    """Name these files in the settings."""
    home.settings.write_text(
        f'public_host = "{host}"\ntls_certificate = "{chain}"\ntls_key = "{key}"\n'
    )


def test_a_new_home_shows_what_clients_will_see(run: Run) -> None:
    """Subject, names, end and fingerprints; all is well."""
    shown = run("certs", "show")
    assert shown.code == 0
    for word in ("subject", "names", "itself", "days_left", "ssh-ed25519", "served"):
        assert word in shown.out
    data = run("certs", "show", "--json").json
    assert data["certificate"]["days_left"] > 3600
    assert [key["state"] for key in data["host_keys"]] == ["served"] * 3
    assert data["warnings"] == data["problems"] == []


def test_a_certificate_that_ends_soon_is_warned_of(
    run: Run, firm_home: Home, tmp_path: Path, authority: Authority
) -> None:
    """It is served all the same, so the exit status is 0."""
    soon = authority.issue("a.example", NOW - timedelta(days=70), NOW + timedelta(days=20))
    use(firm_home, "a.example", *write(tmp_path, (soon, authority), None))
    shown = run("certs", "show")
    assert shown.code == 0
    assert "warning: the certificate" in shown.out
    assert "in 19 days" in shown.out


def test_what_cannot_be_served_is_a_problem(
    run: Run, firm_home: Home, tmp_path: Path, authority: Authority
) -> None:
    """An expired one is shown with its days, and the status is 1."""
    past = authority.issue("a.example", NOW - timedelta(days=90), NOW - timedelta(days=1))
    use(firm_home, "a.example", *write(tmp_path, (past, authority), None))
    shown = run("certs", "show", "--json")
    assert shown.code == 1
    assert shown.json["certificate"]["days_left"] == 0
    (problem,) = shown.json["problems"]
    assert problem["code"] == "certificate-unusable"
    assert "expired on" in problem["message"]
    (firm_home.keys / "ssh_host_rsa_key").chmod(0o644)
    shown = run("certs", "show")
    assert shown.code == 1
    assert shown.out.count("problem: ") == 2


def test_a_certificate_is_checked_before_it_is_named_in_the_settings(
    run: Run, tmp_path: Path, authority: Authority
) -> None:
    """For the host that is asked for; the answer is the server's own."""
    chain, key = write(tmp_path, (authority.issue("a.example"), authority), None)
    good = run("certs", "check", chain, key, "--host", "a.example")
    assert good.code == 0
    assert "A server would take it." in good.out
    bad = run("certs", "check", chain, key, "--host", "b.example")
    assert bad.code == 1
    assert "does not stand for b.example, but for a.example" in bad.err


def test_a_self_signed_certificate_is_renewed(run: Run) -> None:
    """Another fingerprint, ten years, the same names."""
    before = run("certs", "show", "--json").json["certificate"]
    made = run("certs", "renew", "--json").json
    after = run("certs", "show", "--json").json["certificate"]
    assert made["sha256"] == after["sha256"] != before["sha256"]
    assert set(after["names"]) >= set(before["names"])


def test_somebody_elses_certificate_is_not_renewed(
    run: Run, firm_home: Home, tmp_path: Path, authority: Authority
) -> None:
    """The files that the settings name are an ACME client's, or an authority's."""
    use(firm_home, "a.example", *write(tmp_path, (authority.issue("a.example"),), None))
    refused = run("certs", "renew")
    assert refused.code == 1
    assert "name files that others renew" in refused.err


def test_a_host_key_is_rotated_and_retired(run: Run) -> None:
    """Announced first, then served; the old one is kept as a file."""
    old = run("certs", "show", "--json").json["host_keys"][0]["sha256"]
    new = run("certs", "rotate-host-key", "--json").json["sha256"]
    keys = {key["sha256"]: key["state"] for key in run("certs", "show", "--json").json["host_keys"]}
    assert (keys[old], keys[new]) == ("served", "announced")
    assert run("certs", "retire-host-key", old).code == 0
    keys = {key["sha256"]: key["state"] for key in run("certs", "show", "--json").json["host_keys"]}
    assert old not in keys
    assert keys[new] == "served"
    assert run("certs", "retire-host-key", old).code == 1
    commands = [line["command"] for line in run("audit", "list", "--json").json]
    assert commands == ["certs retire-host-key", "certs rotate-host-key"]
