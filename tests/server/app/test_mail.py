"""Mail of a running server."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import paramiko
import pytest

from firm import CSV, PASSWORD, provision
from post_office import PostOffice
from wharfinger import Server
from wharfinger.hooks import order
from wharfinger.server.home import Home


def push(server: Server, login: str) -> None:
    """Send a file by SFTP."""
    with paramiko.Transport((server.sftp.host, server.sftp.port)) as transport:
        transport.connect(username=login, password=PASSWORD)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        client.putfo(io.BytesIO(CSV), "/hr/users/users.csv")
        client.close()
    transport.join(5)


def test_a_pushed_file_is_told_at_once(no_leaks: None, start: Callable[..., Server]) -> None:
    """The recipients of the folder have their mail without anybody looking for it."""
    with PostOffice() as office:
        server = start(
            smtp_host="127.0.0.1",
            smtp_port=office.port,
            smtp_tls="off",
            mail_from="wharf@wharf.test",
        )
        login = provision(
            server, first_import="hold", language="fr", notify=("lea@acme.test", "max@acme.test")
        )
        push(server, login)
        upload = server.wait_for_upload()
        assert server.wait_for_import(upload.id).state == "held"
        while len(office.messages) < 2:
            office.came.clear()
            assert office.came.wait(10)
    assert {message["To"] for message in office.messages} == {"lea@acme.test", "max@acme.test"}
    assert office.messages[0]["Subject"] == "acme: en attente +3 ~0 -0 !0"
    text = office.messages[0].get_body(("plain",))
    assert text is not None
    assert f"wharfinger import approve {upload.id}" in text.get_content()
    assert "Lefèvre" not in text.get_content()


def test_an_import_that_fails_is_told(
    no_leaks: None, start: Callable[..., Server], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wants to hear of problems hears of those of the server too."""
    monkeypatch.setattr(order, "RETRY_AFTER", (timedelta(0),))
    with PostOffice() as office:
        server = start(smtp_host="127.0.0.1", smtp_port=office.port, smtp_tls="off")
        login = provision(server, notify=("lea@acme.test",), notify_on="problem")
        (home.mappings / "users.toml").write_text("this is no mapping", "utf-8")
        push(server, login)
        assert office.came.wait(20)
    (message,) = office.messages
    assert message["Subject"].startswith("acme: failed")
    assert message["From"] == "wharfinger <wharfinger@localhost>"
