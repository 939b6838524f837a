"""Connections through a proxy: the client's own address is what counts everywhere."""

from __future__ import annotations

import contextlib
import io
import socket
from collections.abc import Callable

import paramiko
import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server
from wharfinger.server.settings import Address
from witness import until

CLIENT = "203.0.113.7"
HEADER = f"PROXY TCP4 {CLIENT} 192.0.2.1 40000 22\r\n".encode()


def through_proxy(address: Address, header: bytes = HEADER) -> socket.socket:
    """A connection that begins as a proxy's does."""
    sock = socket.create_connection((address.host, address.port), 15)
    sock.sendall(header)
    return sock


def heard(sock: socket.socket) -> bytes:
    """Everything that the server says until it hangs up."""
    found = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while part := sock.recv(4096):
            found += part
    return bytes(found)


@pytest.fixture
def proxied(start: Callable[..., Server]) -> Server:
    """A server behind a proxy on this machine, which bans at the first wrong password."""
    server = start(proxy_networks=("127.0.0.0/8",), ban_after=1)
    provision(server)
    return server


def log_in(server: Server, password: str = PASSWORD, header: bytes = HEADER) -> paramiko.Transport:
    """An SFTP login through the proxy."""
    transport = paramiko.Transport(through_proxy(server.sftp, header))
    try:
        transport.connect(username="acme-payroll", password=password)
    except BaseException:
        transport.close()
        transport.join(10)
        raise
    return transport


def test_the_receipt_names_the_client(proxied: Server) -> None:
    """Not the proxy; over SFTP."""
    transport = log_in(proxied)
    client = paramiko.SFTPClient.from_transport(transport)
    assert client is not None
    client.putfo(io.BytesIO(CSV), "/hr/users/users.csv")
    assert proxied.wait_for_upload().peer == CLIENT
    client.close()
    transport.close()
    transport.join(10)


def test_data_connections_come_from_the_proxy(proxied: Server) -> None:
    """Over FTPS: they have no header of their own, and are held against the proxy's address."""
    with FtpWire((proxied.ftpes.host, proxied.ftpes.port), preface=HEADER) as ftp:
        assert ftp.login("acme-payroll", PASSWORD).startswith("230")
        assert ftp.store("/hr/users/users.csv", CSV).startswith("226")
    assert proxied.wait_for_upload().peer == CLIENT


def test_the_client_is_banned_and_not_the_proxy(proxied: Server) -> None:
    """Other clients of the same proxy go on."""
    with pytest.raises(paramiko.AuthenticationException):
        log_in(proxied, "wrong")
    with through_proxy(proxied.sftp) as sock:
        assert heard(sock) == b""
    other = log_in(proxied, header=HEADER.replace(b"203.0.113.7", b"203.0.113.8"))
    other.close()
    other.join(10)


def test_allowed_addresses_are_the_clients(proxied: Server) -> None:
    """An account that is open to another network only stays shut."""
    proxied._runtime.registry.edit_account("acme-payroll", allowed_ips=["198.51.100.0/24"])
    with pytest.raises(paramiko.AuthenticationException):
        log_in(proxied)
    transport = log_in(proxied, header=HEADER.replace(b"203.0.113.7", b"198.51.100.7"))
    transport.close()
    transport.join(10)


def test_a_connection_from_the_proxy_without_a_header_is_closed(proxied: Server) -> None:
    """And told of in the log, by its count."""
    with through_proxy(proxied.sftp, b"SSH-2.0-OpenSSH_9.2\r\n") as sock:
        assert heard(sock) == b""
    # counted by the server's thread, once the connection is closed
    until(lambda: proxied._runtime.gate.refused["no PROXY header"] == 1)


def test_a_header_from_elsewhere_is_never_read(server: Server) -> None:
    """Whoever is no proxy cannot say who it is: to SSH, the header is noise."""
    with through_proxy(server.sftp) as sock:
        assert heard(sock).startswith(b"SSH-2.0-wharfinger")
    assert not server._runtime.gate.refused
