"""What server/sftp/library.py relies on in asyncssh: fails when an upgrade changes it."""

from __future__ import annotations

import inspect
import resource
from collections.abc import Callable
from typing import Any

import asyncssh
import paramiko
import pytest
from asyncssh.auth import ServerAuth
from asyncssh.channel import SSHServerChannel
from asyncssh.sftp import SFTPServerHandler
from asyncssh.stream import SSHServerStreamSession
from paramiko.sftp import (
    CMD_EXTENDED,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_WRITE,
    SFTP_FLAG_READ,
    int64,
)

from firm import PASSWORD, provision
from wharfinger import Server
from wharfinger.certs import load_host_keys
from wharfinger.server.home import Home
from wharfinger.server.sftp.library import SFTP_VERSION, SftpHandler

#: READ requests of a client that takes no answer, and bytes asked for by each
FLOOD, LENGTH = 400, 4 << 20
#: bytes by which the flood may make the server grow
BOUND = 48 << 20


def test_the_private_names_are_there() -> None:
    """Every method that is overridden or called exists, with the arguments that are passed."""
    assert list(inspect.signature(SFTPServerHandler._cleanup).parameters) == ["self", "exc"]
    process = inspect.signature(SFTPServerHandler._process_packet)
    assert list(process.parameters) == ["self", "pkttype", "pktid", "packet"]
    assert inspect.iscoroutinefunction(SFTPServerHandler._process_opendir)
    assert isinstance(SFTPServerHandler._packet_handlers, dict)
    assert isinstance(SFTPServerHandler._extensions, list)
    assert "sftp_version" in inspect.signature(SSHServerStreamSession.__init__).parameters
    assert hasattr(
        asyncssh.SSHServerConnection,
        "_process_hostkeys_prove_00_at_openssh_dot_com_global_request",
    )
    connection = inspect.signature(asyncssh.SSHServerConnection.__init__)
    assert list(connection.parameters)[:3] == ["self", "loop", "options"]


def test_every_end_that_is_not_close_goes_through_cleanup() -> None:
    """`_cleanup` is called for EOF, errors and protocol violations, and by nothing else."""
    receive = inspect.getsource(SFTPServerHandler.recv_packets)
    assert receive.count("await self._cleanup(") == receive.count("except ") == 3
    assert "_cleanup" not in inspect.getsource(SFTPServerHandler._process_close)


def test_links_locks_and_copies_are_not_offered() -> None:
    """What a payroll client never needs cannot be reached by an extension either."""
    offered = {name for name, _ in SftpHandler._extensions}
    assert not offered & {b"hardlink@openssh.com", b"lsetstat@openssh.com", b"copy-data"}
    assert {b"posix-rename@openssh.com", b"fsync@openssh.com", b"limits@openssh.com"} <= offered
    assert not set(SftpHandler._packet_handlers) & {b"hardlink@openssh.com", b"copy-data"}
    assert SFTP_VERSION == 3


@pytest.fixture
def session(server: Server) -> Any:
    """A paramiko session whose requests can be sent one by one."""
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    transport.connect(username="acme-payroll", password=PASSWORD)
    yield paramiko.SFTPClient.from_transport(transport)
    transport.close()
    transport.join(10)


def test_what_follows_the_data_of_a_write_is_passed_over(session: Any) -> None:
    """rclone 1.60 sends its whole buffer with the last WRITE of a file; only the data counts."""
    file = session.open("/hr/users/rest.csv", "wb")
    session._request(CMD_WRITE, file.handle, int64(0), b"the data", b"what the buffer held before")
    file.close()
    assert session.stat("/hr/users/rest.csv").st_size == len(b"the data")


def test_opendir_of_a_missing_folder_is_refused(session: Any) -> None:
    """The error comes where the client looks for it, not at the first READDIR."""
    with pytest.raises(FileNotFoundError):
        session._request(CMD_OPENDIR, "/hr/none")


def test_folders_cannot_be_opened_without_end(session: Any) -> None:
    """A session has at most 8 folders open, so that they take no memory without bound."""
    for _ in range(8):
        session._request(CMD_OPENDIR, "/hr/users")
    with pytest.raises(OSError, match="8 folders"):
        session._request(CMD_OPENDIR, "/hr/users")


def test_files_cannot_be_opened_without_end(session: Any) -> None:
    """A session has at most 16 files open."""
    held = [session.open(f"/hr/users/{number}.part", "wb") for number in range(16)]
    with pytest.raises(OSError, match="16 files"):
        session.open("/hr/users/more.part", "wb")
    assert len(held) == 16  # paramiko closes what nobody holds


def test_limits_say_what_holds(session: Any) -> None:
    """limits@openssh.com tells the lengths that the server really takes."""
    _, answer = session._request(CMD_EXTENDED, "limits@openssh.com")
    packet, read, write, _ = (answer.get_int64() for _ in range(4))
    assert (packet, read, write) == (256 * 1024, 256 * 1024, 255 * 1024)


def test_a_client_that_asks_and_does_not_read_takes_no_memory(
    start: Callable[..., Server], home: Home
) -> None:
    """A flood of READs whose answers are not taken leaves the server's memory where it was (F4)."""
    server = start()
    provision(server, mapping=None)
    big = home.client("acme").files / "acme-payroll" / "hr" / "users" / "big"
    big.write_bytes(b"x" * LENGTH)
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    transport.connect(username="acme-payroll", password=PASSWORD)
    client: Any = paramiko.SFTPClient.from_transport(transport)
    attributes = paramiko.SFTPAttributes()
    _, opened = client._request(CMD_OPEN, "/hr/users/big", SFTP_FLAG_READ, attributes)
    handle = opened.get_binary()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(FLOOD):
        client._async_request(type(None), CMD_READ, handle, int64(0), LENGTH)
    with paramiko.Transport((server.sftp.host, server.sftp.port)) as other:
        other.connect(username="acme-payroll", password=PASSWORD)  # the server still serves
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    transport.close()
    transport.join(10)
    assert grown < BOUND


def test_what_authentication_relies_on_is_there() -> None:
    """Each good proof goes through send_userauth_success, which knows its method and user."""
    assert "send_userauth_success" in inspect.getsource(ServerAuth.send_success)
    assert "self._method = method" in inspect.getsource(ServerAuth.__init__)
    source = inspect.getsource(asyncssh.SSHServerConnection)
    for name in ("choose_server_host_key", "create_server_channel", "send_userauth_failure"):
        assert callable(getattr(asyncssh.SSHServerConnection, name)), name
    assert "self._server_host_key = keypair" in source


def test_what_waiting_relies_on_is_there() -> None:
    """Packets that wait for the end of a key exchange are in one list, and sent by one method."""
    connection = asyncssh.SSHServerConnection
    assert "_deferred_packets.append" in inspect.getsource(connection.send_packet)
    assert callable(connection._send_deferred_packets)
    for name in ("pause_writing", "resume_writing", "data_received", "connection_lost"):
        assert callable(getattr(connection, name)), name
    assert callable(SSHServerChannel._process_env_request)


def test_variables_of_the_environment_are_refused(server: Server) -> None:
    """asyncssh would keep each one; nothing here reads any."""
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    transport.connect(username="acme-payroll", password=PASSWORD)
    channel: Any = transport.open_session()
    request = paramiko.Message()
    request.add_byte(b"\x62")  # SSH_MSG_CHANNEL_REQUEST (RFC 4254 §6.4)
    request.add_int(channel.remote_chanid)
    request.add_string("env")
    request.add_boolean(True)
    request.add_string("LANG")
    request.add_string("C")
    channel._event_pending()
    transport._send_user_message(request)  # type: ignore[attr-defined]  # private
    with pytest.raises(paramiko.SSHException):
        channel._wait_for_event()
    transport.close()
    transport.join(10)


@pytest.mark.parametrize("times", [1, 2])
def test_host_keys_are_proved_once(server: Server, home: Home, times: int) -> None:
    """Each signature takes time, so a connection gets no more than one of each key."""
    keys = [key.public_data for key in load_host_keys(home.keys)]
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    try:
        transport.connect(username="acme-payroll", password=PASSWORD)
        name = "hostkeys-prove-00@openssh.com"
        proofs = transport.global_request(name, keys * times)
        assert (proofs is not None) == (times == 1)
        if proofs is not None:
            assert transport.global_request(name, keys) is None
    finally:
        transport.close()
        transport.join(5)
