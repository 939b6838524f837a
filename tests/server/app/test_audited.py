"""What a running server leaves in the audit log."""

from __future__ import annotations

from typing import Any

import paramiko
import pytest

from firm import CSV, PASSWORD, push
from ftp_wire import FtpWire
from wharfinger import Server
from wharfinger.server.audit import AuditLog
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.migrations import migrations
from witness import until


def events(home: Home) -> list[dict[str, Any]]:
    """The log so far, once it is seen to be whole."""
    database = Database(home.database, migrations)
    try:
        log = AuditLog(home.audit, database)
        assert log.verify() == []
        return list(log.events())
    finally:
        database.close()


def told(home: Home, event: str) -> list[dict[str, Any]]:
    """The lines of one kind, as soon as there is one."""
    until(lambda: any(line["event"] == event for line in events(home)))
    return [line for line in events(home) if line["event"] == event]


def test_logins_and_transfers_are_recorded(server: Server, home: Home) -> None:
    """One line each, over both protocols; the receipt's digest is in it, the address is not."""
    upload = push(server)
    server.wait_for_import(upload)
    with FtpWire((server.ftps.host, server.ftps.port), implicit=True) as ftp:
        ftp.login("acme-payroll", PASSWORD, implicit=True)
        assert ftp.retrieve("/hr/users/users.csv") == CSV
    [download] = told(home, "download")
    assert (download["account"], download["path"]) == ("acme-payroll", "/hr/users/users.csv")
    assert [line["listener"] for line in told(home, "login")] == ["sftp", "ftps"]
    [sent] = told(home, "upload")
    assert (sent["upload"], sent["size"]) == (upload, len(CSV))
    assert [line["state"] for line in told(home, "import")] == ["applied"]
    assert "127.0.0.1" not in str(events(home))


@pytest.mark.parametrize(
    ("login", "account"), [("acme-payroll", "acme-payroll"), ("hunter2", None)]
)
def test_a_refused_login_is_recorded(
    server: Server, home: Home, login: str, account: str | None
) -> None:
    """Without what was typed where there is no such account: it may be a password."""
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    transport.start_client(timeout=20)
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password(login, "wrong", fallback=False)
    transport.close()
    transport.join(10)
    [refused] = told(home, "login-refused")
    assert (refused["account"], refused["listener"]) == (account, "sftp")


def test_a_decision_through_the_library_is_recorded(server: Server, home: Home) -> None:
    """With the person whom the embedder names."""
    upload = push(server)
    server.wait_for_import(upload)
    plan = server._decisions.plan_undo(upload).report["undo"]["plan_hash"]
    server.undo_import(upload, person="marie", plan=plan)
    [decision] = told(home, "decision")
    assert (decision["decision"], decision["person"]) == ("undo", "marie")
