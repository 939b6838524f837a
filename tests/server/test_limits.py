"""Limits of one account, over both protocols; others are not touched by them."""

from __future__ import annotations

import time

import paramiko
import pytest

from firm import PASSWORD
from ftp_wire import FtpWire
from wharfinger import Server


def limit(server: Server, **limits: int) -> None:
    """Limit acme-payroll."""
    server._runtime.registry.edit_account("acme-payroll", **limits)


def ftps(server: Server) -> FtpWire:
    """A session of acme-payroll."""
    ftp = FtpWire((server.ftps.host, server.ftps.port), implicit=True)
    assert ftp.login("acme-payroll", PASSWORD, implicit=True).startswith("230")
    return ftp


def sftp_failure(server: Server, content: bytes) -> str:
    """What a refused upload over SFTP is told."""
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    try:
        transport.connect(username="acme-payroll", password=PASSWORD)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        file = client.open("/hr/users/big.csv", "wb", bufsize=0)
        with pytest.raises(OSError) as refused:  # noqa: PT011 - the caller looks at the text
            file.write(content)
        file.close()
        client.close()
    finally:
        transport.close()
        transport.join(10)
    return str(refused.value)


def test_the_largest_file(server: Server) -> None:
    """552, or a failure that says why."""
    limit(server, max_file_size=1000)
    with ftps(server) as ftp:
        assert ftp.store("/hr/users/small.csv", bytes(1000)).startswith("226")
        assert ftp.store("/hr/users/big.csv", bytes(1001)).startswith("552")
    assert "larger" in sftp_failure(server, bytes(1001))


def test_space(server: Server) -> None:
    """What was removed makes room again."""
    limit(server, max_space=1000)
    with ftps(server) as ftp:
        assert ftp.store("/hr/users/one.bin", bytes(600)).startswith("226")
        refused = ftp.store("/hr/users/two.bin", bytes(600))
        assert refused.startswith("552")
        assert "space of this account" in refused
        assert "space of this account" in sftp_failure(server, bytes(600))
        assert ftp.command("DELE /hr/users/one.bin").startswith("250")
        assert ftp.store("/hr/users/two.bin", bytes(600)).startswith("226")


def test_sessions(server: Server) -> None:
    """One too many is refused over both protocols, and let in once another has ended."""
    limit(server, max_sessions=1)
    with ftps(server) as first:
        with FtpWire((server.ftps.host, server.ftps.port), implicit=True) as second:
            answer = second.login("acme-payroll", PASSWORD, implicit=True)
            assert "1 sessions at once" in answer
        transport = paramiko.Transport((server.sftp.host, server.sftp.port))
        transport.connect(username="acme-payroll", password=PASSWORD)
        with pytest.raises((paramiko.SSHException, EOFError, OSError)):
            paramiko.SFTPClient.from_transport(transport)
        transport.close()
        transport.join(10)
        assert first.command("QUIT").startswith("221")
        assert first.reply() == ""
    ftps(server).socket.close()


def test_the_rate(server: Server) -> None:
    """Up and down together: 200 kB at 100 kB/s take more than a second after the first one."""
    limit(server, max_rate=100_000)
    with ftps(server) as ftp:
        begin = time.monotonic()
        assert ftp.store("/hr/users/one.bin", bytes(200_000)).startswith("226")
        assert ftp.retrieve("/hr/users/one.bin") == bytes(200_000)
        assert time.monotonic() - begin > 2
