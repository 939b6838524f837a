"""Which ends of an SFTP upload count as complete (server/vfs/verdict.py)."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import paramiko
import pytest
from paramiko.sftp import CMD_CLOSE

from firm import CSV, PASSWORD, provision
from wharfinger import Server, Settings
from wharfinger.server.home import Home
from witness import Witness, until

NAME = "/hr/users/users.csv"
OLD = CSV.replace(b"Zo", b"Lo")


class Wire:
    """A paramiko client whose connection can be ended in every way."""

    def __init__(self, server: Server) -> None:
        self.transport = paramiko.Transport((server.sftp.host, server.sftp.port))
        self.transport.connect(username="acme-payroll", password=PASSWORD)
        #: Any, because tests use requests that paramiko keeps to itself
        self.client: Any = paramiko.SFTPClient.from_transport(self.transport)

    def close(self) -> None:
        """End the connection, and paramiko's thread with it."""
        self.transport.close()
        self.transport.join(10)


@contextmanager
def wire(server: Server) -> Iterator[Wire]:
    """A client that has logged in."""
    found = Wire(server)
    try:
        yield found
    finally:
        found.close()


@pytest.fixture
def witness() -> Witness:
    """What hooks are told."""
    return Witness()


@pytest.fixture
def served(start: Callable[..., Server], witness: Witness) -> Server:
    """A server with an earlier version of the file in its folder."""
    server = start(hooks=(witness,))
    provision(server)
    with wire(server) as it, it.client.open(NAME, "wb") as file:
        file.write(OLD)
    witness.wait_for_upload()
    return server


def close_channel(it: Wire, _: paramiko.SFTPFile) -> None:
    """The channel is closed with the file open."""
    it.client.get_channel().close()


def end_channel(it: Wire, _: paramiko.SFTPFile) -> None:
    """EOF on the channel with the file open: what is left when only `sftp` is killed (F1)."""
    it.client.get_channel().shutdown_write()


def close_transport(it: Wire, _: paramiko.SFTPFile) -> None:
    """The connection is closed by SSH's own goodbye."""
    it.transport.close()


def reset(it: Wire, _: paramiko.SFTPFile) -> None:
    """The connection is reset."""
    sock: Any = it.transport.sock
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


ENDS = {
    "channel-closed": close_channel,
    "channel-eof": end_channel,
    "transport-closed": close_transport,
    "reset": reset,
}


@pytest.mark.parametrize("end", ENDS)
def test_a_cut_off_upload_is_nothing_but_a_partial(
    end: str, served: Server, witness: Witness, home: Home
) -> None:
    """No receipt, no import, the version before untouched; sent again, it is complete."""
    with wire(served) as it:
        file = it.client.open(NAME, "wb")
        file.write(CSV[:100])
        ENDS[end](it, file)
        assert witness.wait_for_abort().reason == "connection-lost"
    published = home.client("acme").files / "acme-payroll" / "hr" / "users" / "users.csv"
    assert published.read_bytes() == OLD
    assert len(served.uploads()) == 1
    with wire(served) as it, it.client.open(NAME, "wb") as file:
        file.write(CSV)
    assert witness.wait_for_upload().upload.size == len(CSV)
    assert published.read_bytes() == CSV


def test_a_close_whose_answer_is_not_waited_for_is_complete(
    served: Server, witness: Witness
) -> None:
    """CLOSE that has arrived counts, even if the connection is gone before the answer."""
    with wire(served) as it:
        file = it.client.open(NAME, "wb")
        file.write(CSV)
        it.client._async_request(type(None), CMD_CLOSE, file.handle)
        assert witness.wait_for_upload().upload.size == len(CSV)
        reset(it, file)


def test_each_handle_is_judged_by_itself(served: Server, witness: Witness) -> None:
    """Of two files open in a session, one closed and one lost, one is an upload."""
    with wire(served) as it:
        lost, closed = it.client.open("/hr/users/a.csv", "wb"), it.client.open(NAME, "wb")
        lost.write(CSV[:100])
        closed.write(CSV)
        closed.close()
        it.transport.close()
        assert witness.wait_for_abort().path == "/hr/users/a.csv"
    assert witness.wait_for_upload().upload.path == NAME


def test_bytes_that_were_never_sent_make_no_upload(served: Server, witness: Witness) -> None:
    """A file with a gap is refused at CLOSE: zeros in its place would be a wrong file."""
    with wire(served) as it:
        file = it.client.open("/hr/users/gap.csv", "wb")
        file.write(b"begin")
        file.seek(1000)
        file.write(b"end")
        file.flush()
        with pytest.raises(OSError, match="never sent"):
            it.client._request(CMD_CLOSE, file.handle)
        assert witness.wait_for_abort().reason == "gaps"
        file._closed = True
    assert [entry.path for entry in served.uploads()] == [NAME]


def test_a_stopped_server_cuts_off(home: Home, no_leaks: None) -> None:
    """A stop in mid-upload leaves a partial, which is resumed on the next server."""
    witness = Witness()
    settings = Settings(home=home.root, stop_timeout=2)
    spool = home.client("acme").spool
    big = CSV * 20_000
    with Server(settings, (witness,)) as server:
        provision(server)
        it = Wire(server)
        file = it.client.open(NAME, "wb")
        file.set_pipelined(True)
        file.write(big[: 3 << 20])
        until(lambda: any(f.stat().st_size > 1 << 20 for f in spool.iterdir()))
    assert witness.wait_for_abort().reason == "shutdown"
    it.close()
    with Server(settings, (witness,)) as server, wire(server) as it:
        size = it.client.stat(NAME).st_size
        assert size is not None
        assert 1 << 20 < size < 3 << 20
        assert NAME.rsplit("/", 1)[1] not in it.client.listdir("/hr/users")
        with it.client.open(NAME, "ab") as file:
            file.write(big[size:])
        with it.client.open(NAME, "rb") as file:
            assert file.read() == big
