"""Decisions: an import is named by its upload, and each decision writes its report anew."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server
from wharfinger.hooks.engine import EngineError
from wharfinger.hooks.engine.state import State
from wharfinger.server.app.decisions import Decisions
from wharfinger.server.exceptions import NotFound
from witness import until


@pytest.fixture
def held(start: Callable[..., Server]) -> tuple[Server, str]:
    """A server with a held first import, and its upload's id."""
    server = start()
    provision(server, first_import="hold")
    upload = push(server)
    assert server.wait_for_import(upload).state == "held"
    return server, upload


def push(server: Server, content: bytes = CSV) -> str:
    """Upload a file; returns its id."""
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        assert ftp.store("/hr/users/users.csv", content).startswith("226")
    return server.wait_for_upload().id


def test_an_approved_import_is_applied_and_can_be_undone(held: tuple[Server, str]) -> None:
    """The report in the client's folder says so each time, and who decided."""
    server, upload = held
    decisions: Decisions = server._decisions
    for decide, state in (
        (decisions.approve, State.APPLIED),
        (decisions.undo, State.UNDONE),
    ):
        told = decisions.find(upload)[0].report
        if state is State.UNDONE:
            told = decisions.plan_undo(upload).report["undo"]
        decided = decide(upload, "zoe", told["plan_hash"])
        assert decided.result.state is state
        assert json.loads(decided.report.read_text("utf-8"))["state"] == state.value
        assert decisions.find(upload)[0].state is state


def test_what_was_decided_is_not_decided_again(held: tuple[Server, str]) -> None:
    """A rejected import is neither approved nor undone."""
    server, upload = held
    assert server._decisions.reject(upload, "zoe").result.state is State.REJECTED
    for decide in (server._decisions.approve, server._decisions.undo):
        with pytest.raises(EngineError):
            decide(upload, "zoe")


def test_a_replayed_upload_means_its_last_run(held: tuple[Server, str]) -> None:
    """The earlier one still has its own name."""
    server, upload = held
    until(lambda: server.uploads()[0].state == "done")
    server._runtime.journal.replay(upload)
    with pytest.raises(EngineError):  # no server of this process has seen the replay yet
        server._decisions.find(upload)
    assert server._decisions.find(f"{upload}.1")[0].id == upload


def test_names_that_mean_no_import(held: tuple[Server, str]) -> None:
    """The error says where to look, also for an upload that was not imported yet."""
    server, upload = held
    with pytest.raises(NotFound) as unknown:
        server._decisions.find("u00000000")
    assert "import list" in unknown.value.hint
    with pytest.raises(EngineError):
        server._decisions.find(f"{upload}.7")


def test_an_upload_without_an_import(start: Callable[..., Server]) -> None:
    """A folder that is not imported has none, and the error leads to its upload."""
    server = start()
    provision(server, mapping=None)
    upload = push(server)
    with pytest.raises(NotFound) as missing:
        server._decisions.find(upload)
    assert upload in missing.value.hint
