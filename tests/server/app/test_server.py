"""The server as embedders use it."""

from __future__ import annotations

import io

import paramiko

from firm import CSV, PASSWORD
from wharfinger import Server


def connect(server: Server, login: str = "acme-payroll") -> paramiko.SFTPClient:
    """An SFTP client that has logged in; closing it closes its transport."""
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    transport.connect(username=login, password=PASSWORD)
    client = paramiko.SFTPClient.from_transport(transport)
    assert client is not None
    return client


def close(client: paramiko.SFTPClient) -> None:
    """Close a client with its transport, and wait for its thread."""
    channel = client.get_channel()
    assert channel is not None
    transport = channel.get_transport()
    client.close()
    transport.close()
    transport.join(5)


def test_a_file_pushed_over_sftp_is_imported(server: Server) -> None:
    """A pushed CSV has a receipt with its hash and size, and is imported."""
    client = connect(server)
    client.putfo(io.BytesIO(CSV), "/hr/users/users.csv")
    close(client)
    upload = server.wait_for_upload()
    result = server.wait_for_import(upload.id)
    assert (upload.size, upload.path) == (len(CSV), "/hr/users/users.csv")
    assert result.state == "applied"
    assert result.counts["creates"] == 3
