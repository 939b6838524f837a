"""What becomes of held and failed imports in a running server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from firm import HEADER, provision, push
from wharfinger import ImportFinished, Server, Settings
from wharfinger.hooks import order
from wharfinger.hooks.engine import IllegalState, list_users
from wharfinger.server.home import Home
from witness import Witness, until

HALF_A_SECOND = 0.5 / 3600
CHANGE = f"{HEADER}\r\nFR01;00001;Lefèvre;Zoë;zoe.lefevre@acme.example;01/02/2020\r\n"


def finished(witness: Witness) -> tuple[str, str]:
    """Upload and state of the next import that comes to rest."""
    event: ImportFinished = witness.finished.get(timeout=20)
    return event.upload.id, event.state


def first_names(home: Home) -> dict[str, str]:
    """What the directory says."""
    users = list_users(home.client("acme").directory, "")
    return {it.user.key: it.user.values["firstName"] for it in users}


async def _await(job: Awaitable[object]) -> None:
    """For run_coroutine_threadsafe, which takes coroutines only."""
    await job


def send_deltas(server: Server) -> None:
    """From now on the folder takes deltas."""
    server._runtime.registry.edit_folder("acme-payroll", "/hr/users", mode="delta")


def test_a_held_import_expires_by_itself(start: Callable[..., Server], home: Home) -> None:
    """At its time, with a report and a word to the hooks, and it can be replayed."""
    witness = Witness()
    server = start(hooks=(witness,), approval_hours=HALF_A_SECOND)
    provision(server, first_import="hold")
    upload = push(server)
    assert finished(witness) == (upload, "held")
    assert finished(witness) == (upload, "expired")
    assert server.import_report(upload)["state"] == "expired"
    (report,) = home.client("acme").reports.rglob("*.json")
    assert '"state": "expired"' in report.read_text("utf-8")
    with pytest.raises(IllegalState, match="expired"):
        server.approve_import(upload, person="Léa")
    server._runtime.journal.replay(upload)
    assert finished(witness) == (upload, "held")


def test_an_import_expires_after_a_downtime(start: Callable[..., Server], home: Home) -> None:
    """A server that was off when its time was over sees to it at its start."""
    first, witness = Witness(), Witness()
    with Server(Settings(home=home.root, approval_hours=HALF_A_SECOND), (first,)) as server:
        provision(server, first_import="hold")
        upload = push(server)
        assert finished(first) == (upload, "held")
    start(hooks=(witness,))
    assert finished(witness) == (upload, "expired")


def test_a_delta_follows_an_approved_file(start: Callable[..., Server], home: Home) -> None:
    """It waits behind the held one, and is imported with the decision."""
    witness = Witness()
    server = start(hooks=(witness,))
    provision(server, first_import="hold")
    full = push(server)
    assert finished(witness) == (full, "held")
    send_deltas(server)
    delta = push(server, CHANGE.encode("cp1252"), "/hr/users/delta.csv")
    assert finished(witness) == (delta, "held")
    assert server.approve_import(full, person="Léa").state == "applied"
    assert server.import_report(delta)["state"] == "applied"
    assert first_names(home)["FR01/00001"] == "Zoë"
    assert len(first_names(home)) == 3


def test_a_delta_follows_an_expired_file(start: Callable[..., Server], home: Home) -> None:
    """Nobody has to do anything for it."""
    witness = Witness()
    server = start(hooks=(witness,))
    provision(server)
    first = push(server)
    assert finished(witness) == (first, "applied")
    half = f"{HEADER}\r\n".encode()
    held = push(server, half + b"FR02;1;A;B;a@acme.example;01/02/2020\r\n")
    assert finished(witness) == (held, "held")
    send_deltas(server)
    delta = push(server, CHANGE.encode("cp1252"), "/hr/users/delta.csv")
    assert finished(witness) == (delta, "held")
    assert server._loop is not None
    approvals = server._runtime._timetable._entries["approvals"].job(
        datetime.now(UTC) + timedelta(hours=72)
    )
    asyncio.run_coroutine_threadsafe(_await(approvals), server._loop).result(20)
    assert finished(witness) == (held, "expired")
    assert finished(witness) == (delta, "applied")
    assert first_names(home)["FR01/00001"] == "Zoë"


def test_an_import_that_fails_too_often_is_failed(
    start: Callable[..., Server], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what to do, and once the cause is mended a replay imports it."""
    monkeypatch.setattr(order, "RETRY_AFTER", (timedelta(0),))
    witness = Witness()
    server = start(hooks=(witness,))
    provision(server)
    mapping = home.mappings / "users.toml"
    mapping.write_text("this is no mapping", "utf-8")
    upload = push(server)
    assert finished(witness) == (upload, "failed")
    report = server.import_report(upload)
    assert report["state"] == "failed"
    assert f"wharfinger upload show {upload}" in report["next_step"]
    mapping.unlink()
    until(lambda: server.uploads()[0].state == "parked")
    server._runtime.journal.replay(upload)
    assert finished(witness) == (upload, "applied")
    assert server.import_report(upload)["state"] == "applied"
