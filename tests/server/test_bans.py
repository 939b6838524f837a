"""Who guesses over one protocol is banned from all, until the ban ends or is lifted."""

from __future__ import annotations

import socket
from collections.abc import Callable

import paramiko
import pytest

from firm import PASSWORD, provision, push
from ftp_wire import FtpWire
from wharfinger import Server, Settings
from wharfinger.server.accounts import Bans
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.migrations import migrations


def guess_sftp(server: Server) -> None:
    """One wrong password over SFTP."""
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    transport.start_client(timeout=20)
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password("nobody", "wrong", fallback=False)
    transport.close()
    transport.join(10)


def guess_ftps(server: Server) -> None:
    """One wrong password over FTPS."""
    with FtpWire((server.ftps.host, server.ftps.port), implicit=True) as ftp:
        assert ftp.login("acme-payroll", "wrong", implicit=True).startswith("530")


def is_hung_up_on(server: Server) -> bool:
    """Whether the gate closes a connection before a word is said."""
    with socket.create_connection((server.sftp.host, server.sftp.port), 10) as sock:
        return sock.recv(4) == b""


def test_a_ban_counts_over_both_protocols_and_outlives_a_restart(
    no_leaks: None, home: Home
) -> None:
    """Two guesses over FTPS and one over SFTP; then nobody is heard, until the ban is lifted."""
    settings = Settings(home=home.root, stop_timeout=2, ban_after=3, never_ban=())
    with Server(settings, import_processes=0) as server:
        provision(server)
        guess_ftps(server)
        guess_ftps(server)
        assert not is_hung_up_on(server)
        guess_sftp(server)
        assert is_hung_up_on(server)
    with Server(settings, import_processes=0) as server:
        assert is_hung_up_on(server)
        database = Database(home.database, migrations)
        assert Bans(database).lift_all() == 1
        database.close()
        assert push(server)


def test_embedders_are_not_banned_by_their_own_tests(start: Callable[..., Server]) -> None:
    """This machine is exempt unless the settings say otherwise."""
    server = start(ban_after=1)
    provision(server)
    guess_sftp(server)
    assert push(server)
    with FtpWire((server.ftps.host, server.ftps.port), implicit=True) as ftp:
        assert ftp.login("acme-payroll", PASSWORD, implicit=True).startswith("230")
