"""Markers on a running server: what both protocols, a restart and the command line make of them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server, Settings
from wharfinger.hooks.engine import list_imports
from wharfinger.server.cli import cli
from wharfinger.server.home import Home
from witness import Witness

FILE = "/hr/users/users.csv"


def push(server: Server, *files: tuple[str, bytes]) -> list[str]:
    """Upload files one after the other; returns what the server answers."""
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        assert ftp.login("acme-payroll", PASSWORD).startswith("230")
        return [ftp.store(path, content) for path, content in files]


def command(home: Home, *words: str) -> str:
    """What a command prints."""
    result = CliRunner().invoke(cli, ["--home", str(home.root), *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_what_waits_for_its_marker_survives_a_restart(home: Home, no_leaks: None) -> None:
    """It is shown as that, and handed over when the marker comes."""
    settings = Settings(home=home.root, stop_timeout=2)
    with Server(settings) as server:
        provision(server, complete_on="marker")
        push(server, (FILE, CSV))
        upload = server.wait_for_upload()
    shown = " ".join(command(home, "upload", "show", upload.id).split())
    assert "delivery waits for its marker" in shown
    assert f"users.csv.ok; without it: wharfinger upload replay {upload.id}" in shown
    (listed,) = json.loads(command(home, "--json", "upload", "list"))
    assert (listed["state"], listed["import_state"]) == ("awaits-marker", "received")
    with Server(settings) as server:
        assert push(server, (FILE + ".ok", b""))[0].startswith("226")
        assert server.wait_for_import(upload.id).state == "applied"
    assert json.loads(command(home, "--json", "upload", "show", upload.id))["state"] == "done"


def test_hooks_hear_of_the_file_alone(start: Callable[..., Server]) -> None:
    """Once, whoever sent the marker how often."""
    witness = Witness()
    server = start(hooks=(witness,))
    provision(server, complete_on="marker")
    push(server, (FILE, b"early"), (FILE, CSV), (FILE + ".ok", b""), (FILE + ".done", b""))
    event = witness.wait_for_upload()
    assert (event.upload.path, event.upload.size) == (FILE, len(CSV))
    server.wait_for_import(event.upload.id)
    assert witness.completed.empty()


def test_the_sender_of_a_marker_may_wait_for_the_import(start: Callable[..., Server]) -> None:
    """Where the folder answers `imported`: a file is checked only, its marker hears the rest."""
    server = start(answer_timeout=60)
    provision(server, complete_on="marker", answer="imported")
    refused, accepted = push(server, (FILE, b"a;b\n1;2\n"), (FILE, CSV))
    assert (refused[:1], accepted[:3]) == ("5", "226")
    upload = server.uploads()[0]
    assert upload.state == "awaits-marker"
    assert push(server, (FILE + ".ok", b""))[0].startswith("226")
    assert server.import_report(upload.id)["state"] == "applied"  # it has not to be waited for


@pytest.mark.parametrize("answer", ["received", "checked", "imported"])
def test_a_stray_companion_is_kept_and_not_imported(
    start: Callable[..., Server], home: Home, answer: str
) -> None:
    """In a folder that waits for none: no refusal, no waiting, no report, no import."""
    server = start(answer_timeout=60)
    provision(server, answer=answer)
    companions = [(FILE + suffix, b"") for suffix in (".ok", ".done", ".sha256", ".md5")]
    answers = push(server, *companions, (FILE, CSV))
    assert all(answer.startswith("226") for answer in answers)
    *others, upload = (server.wait_for_upload() for _ in range(5))
    assert all(other.mapping is None for other in others)
    server.wait_for_import(upload.id)
    place = home.client("acme")
    assert [record.id for record in list_imports(place.directory)] == [upload.id]
    assert (place.files / "acme-payroll" / "hr" / "users" / "users.csv.ok").exists()
    states = {
        e["path"]: e["import_state"] for e in json.loads(command(home, "--json", "upload", "list"))
    }
    assert states[FILE + ".ok"] is None
