"""A real proxy in between: haproxy says who the client is, in both versions of the header."""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from firm import CSV, PASSWORD, provision
from wharfinger import Server

#: where the proxy connects from; the client itself is 127.0.0.1
PROXY = "127.0.0.9"

CONFIG = """\
defaults
    mode tcp
    timeout connect 10s
    timeout client 60s
    timeout server 60s
frontend ssh
    bind fd@{descriptor}
    default_backend wharfinger
backend wharfinger
    server first 127.0.0.1:{port} {send} source {proxy}
"""


@contextmanager
def haproxy(folder: Path, port: int, send: str) -> Iterator[tuple[str, int]]:
    """haproxy before a port; yields where it listens."""
    if shutil.which("haproxy") is None:
        pytest.skip("haproxy is not installed")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = folder / "haproxy.cfg"
        config.write_text(
            CONFIG.format(descriptor=listener.fileno(), port=port, send=send, proxy=PROXY)
        )
        command = ["haproxy", "-db", "-f", str(config)]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()])
        try:
            yield listener.getsockname()
        finally:
            process.kill()
            process.wait(10)


@pytest.mark.parametrize("send", ["send-proxy", "send-proxy-v2"])
def test_the_server_sees_the_client(
    start: Callable[..., Server], tmp_path: Path, send: str
) -> None:
    """The receipt has its address, and not that of the proxy."""
    server = start(proxy_networks=(f"{PROXY}/32",))
    provision(server)
    with haproxy(tmp_path, server.sftp.port, send) as address:
        transport = paramiko.Transport(address)
        transport.connect(username="acme-payroll", password=PASSWORD)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        client.putfo(io.BytesIO(CSV), "/hr/users/users.csv")
        assert server.wait_for_upload().peer == "127.0.0.1"
        client.close()
        transport.close()
        transport.join(10)
