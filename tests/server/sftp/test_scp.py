"""SCP byte by byte: which ends of an upload are complete, and what the client is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import paramiko
import pytest

from firm import CSV, PASSWORD, provision
from wharfinger import Server
from wharfinger.server.home import Home
from witness import Witness, until

NAME = "/hr/users/users.csv"
#: what an earlier upload left under the name
OLD = CSV.replace(b"Zo", b"Lo")


@pytest.fixture
def witness() -> Witness:
    """What hooks are told."""
    return Witness()


@pytest.fixture
def served(start: Callable[..., Server], witness: Witness) -> Server:
    """A server with a client, and a hook that notes what it is told."""
    server = start(hooks=(witness,), max_file_size=1 << 20, stall_timeout=2)
    provision(server)
    return server


class Scp:
    """The client's side of one scp command."""

    def __init__(self, server: Server) -> None:
        self.transport = paramiko.Transport((server.sftp.host, server.sftp.port))
        self.transport.connect(username="acme-payroll", password=PASSWORD)
        self.channel = self.transport.open_session()
        self.channel.settimeout(20)

    def start(self, command: str) -> Scp:
        """Run a command."""
        self.channel = self.transport.open_session()
        self.channel.settimeout(20)
        self.channel.exec_command(command)
        return self

    def say(self, data: bytes) -> None:
        """Send bytes."""
        self.channel.sendall(data)

    def hear(self, size: int = 1) -> bytes:
        """Receive so many bytes, fewer at the end."""
        heard = b""
        while len(heard) < size and (data := self.channel.recv(size - len(heard))):
            heard += data
        return heard

    def hear_reason(self) -> tuple[bytes, str]:
        """A refusal: its first byte, and its line."""
        kind, line = self.hear(), b""
        while not line.endswith(b"\n") and (byte := self.hear()):
            line += byte
        return kind, line.decode()

    def upload(self, content: bytes, end: bytes = b"\0", name: str = "users.csv") -> None:
        """Everything that a client says for one file, up to the end of its content."""
        assert self.hear() == b"\0"
        self.say(b"C0644 %d %s\n" % (len(content), name.encode()))
        assert self.hear() == b"\0"
        self.say(content + end)

    def exit_status(self) -> int:
        """What the server's side ended with."""
        self.channel.shutdown_write()
        return self.channel.recv_exit_status()


@pytest.fixture
def scp(served: Server) -> Iterator[Scp]:
    """A client that has logged in."""
    client = Scp(served)
    yield client
    client.transport.close()
    client.transport.join(10)


@pytest.fixture
def published(home: Home) -> Callable[[], bytes | None]:
    """What is under the name."""
    file = home.client("acme").files / "acme-payroll" / NAME[1:]
    return lambda: file.read_bytes() if file.exists() else None


@pytest.mark.parametrize("content", [CSV, b"", b"\0\x01\x02\n" * 200_000])
def test_a_file_of_its_stated_size_is_complete(
    content: bytes, scp: Scp, witness: Witness, published: Callable[[], bytes | None]
) -> None:
    """As many bytes as stated and then a zero: an upload, of zero bytes too."""
    scp.start(f"scp -t {NAME}").upload(content)
    assert scp.hear() == b"\0"
    assert scp.exit_status() == 0
    assert published() == content
    upload = witness.wait_for_upload().upload
    assert (upload.path, upload.size) == (NAME, len(content))


def test_into_a_folder_the_name_is_the_clients(scp: Scp, witness: Witness) -> None:
    """Several files go into a folder one after the other, each with its own name and time."""
    scp.start("scp -p -d -t /hr/users/").upload(CSV, name="a.csv")
    assert scp.hear() == b"\0"
    scp.say(b"T1600000000 0 1600000001 0\n")
    scp.upload(OLD, name="b c.csv")
    assert scp.hear() == b"\0"
    assert scp.exit_status() == 0
    uploads = [witness.wait_for_upload().upload for _ in range(2)]
    assert [upload.path for upload in uploads] == ["/hr/users/a.csv", "/hr/users/b c.csv"]
    with paramiko.SFTPClient.from_transport(scp.transport) as sftp:  # type: ignore[union-attr]  # it is open
        assert sftp.stat("/hr/users/b c.csv").st_mtime == 1_600_000_000


@pytest.mark.parametrize(
    ("say", "reason"),
    [
        (lambda s: s.channel.shutdown_write(), "connection-lost"),
        (lambda s: s.channel.close(), "connection-lost"),
        (lambda s: s.transport.close(), "connection-lost"),
        # OpenSSH's client could not read on: it sends zeros up to the stated size, and then says so
        (lambda s: s.say(b"\0" * (len(CSV) - 10) + b"\x01scp: users.csv: disk\n"), "source-failed"),
        (lambda s: s.say(b"x" * (len(CSV) - 10) + b"more"), "source-failed"),
        (lambda _: None, "stalled"),
    ],
)
def test_any_other_end_is_an_abort(
    say: Callable[[Scp], None],
    reason: str,
    scp: Scp,
    served: Server,
    witness: Witness,
    published: Callable[[], bytes | None],
) -> None:
    """Fewer bytes than stated, or no zero behind them: no upload, the version before stays."""
    scp.start(f"scp -t {NAME}").upload(OLD)
    assert scp.hear() == b"\0"
    witness.wait_for_upload()
    scp.start(f"scp -t {NAME}")
    assert scp.hear() == b"\0"
    scp.say(b"C0644 %d users.csv\n" % len(CSV))
    assert scp.hear() == b"\0"
    scp.say(CSV[:10])
    say(scp)
    assert witness.wait_for_abort().reason == reason
    assert published() == OLD
    assert len(served.uploads()) == 1


def test_zeros_that_a_client_made_up_are_not_resumed(
    scp: Scp, witness: Witness, home: Home
) -> None:
    """After the client's read error nothing is kept: what it sent is not its file."""
    scp.start(f"scp -t {NAME}").upload(b"\0" * 5000, end=b"\x01scp: gone\n")
    kind, why = scp.hear_reason()
    assert (kind, scp.exit_status()) == (b"\x01", 1)
    assert "source-failed" in why
    assert witness.wait_for_abort().size == 5000
    assert not list(home.client("acme").spool.iterdir())


def test_a_refused_file_is_read_on_and_then_told_why(scp: Scp, served: Server) -> None:
    """With answer checked, the reason comes where scp looks for it: behind the content."""
    served.add_folder("acme-payroll", "/checked", name="Checked", mapping="users", answer="checked")
    scp.start("scp -t /checked/u.csv").upload(b"this is no payroll file")
    kind, why = scp.hear_reason()
    assert kind == b"\x01"
    assert str(served.uploads()[0].refusal) in why
    assert scp.exit_status() == 1


@pytest.mark.parametrize(
    ("command", "lines", "kind", "why"),
    [
        (f"scp -t {NAME}", b"C0644 1 ../x\n", b"\x02", "hold /"),
        (f"scp -t {NAME}", b"C0644 1 ..\n", b"\x02", "hold /"),
        ("scp -t /hr/users", b"C0644 1 a\x1bb\n", b"\x01", "control"),
        ("scp -t /hr/users", b"C0644 1 a\\b\n", b"\x01", "like /"),
        ("scp -t /hr/users", b"C0644 2000000 a\n", b"\x01", "larger"),
        ("scp -t /hr/users/none/a", b"C0644 1 a\n", b"\x01", "no such"),
        ("scp -t /in/a", b"C0644 1 a\n", b"\x01", "files go into /hr/users"),
        ("scp -t /reports/a", b"C0644 1 a\n", b"\x01", "not permitted"),
        ("scp -r -t /hr/users", b"D0755 0 sub\n", b"\x01", "folders cannot be sent"),
        (f"scp -t {NAME}", b"E\n", b"\x02", "no line"),
        (f"scp -t {NAME}", b"C" * 9000, b"\x02", "too long"),
        (f"scp -d -t {NAME}", b"", b"\x02", "not a folder"),
        ("scp -x -t /a", b"", b"\x02", "not supported"),
        ("scp -f /hr/users/*", b"\0", b"\x02", "no such"),
        ("scp -r -f /hr/users", b"\0", b"\x02", "folders cannot be fetched"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    command: str, lines: bytes, kind: bytes, why: str, scp: Scp, served: Server
) -> None:
    """The client hears why on SCP's own error channel, ends with 1, and nothing is made."""
    scp.start(command)
    scp.say(lines)
    said = scp.hear_reason()
    if said[0] == b"\0":  # ready; the refusal follows, and began in what was read as a line
        said = said[1][:1].encode(), said[1][1:]
    assert said[0] == kind
    assert why in said[1]
    assert said[1].startswith("scp: ")
    assert scp.exit_status() == 1
    assert served.uploads() == []


def test_the_next_file_may_follow_a_refused_one(scp: Scp, witness: Witness) -> None:
    """One refused file of several does not stop the others; the exit status tells."""
    scp.start("scp -d -t /hr/users")
    assert scp.hear() == b"\0"
    scp.say(b"C0644 2000000 big.csv\n")
    assert scp.hear_reason()[0] == b"\x01"
    scp.say(b"C0644 3 a.csv\n")
    assert scp.hear() == b"\0"
    scp.say(b"abc\0")
    assert scp.hear() == b"\0"
    assert scp.exit_status() == 1
    assert witness.wait_for_upload().upload.path == "/hr/users/a.csv"


def test_a_download_is_the_file_with_its_size_and_time(scp: Scp, served: Server) -> None:
    """-f sends times with -p, the size, as many bytes, and a zero."""
    scp.start(f"scp -t {NAME}")
    assert scp.hear() == b"\0"
    scp.say(b"T1600000000 0 1600000000 0\n")
    scp.upload(CSV)
    assert scp.hear() == b"\0"
    scp.exit_status()
    scp.start(f"scp -p -f {NAME}").say(b"\0")
    expected = b"T1600000000 0 1600000000 0\n"
    assert scp.hear(len(expected)) == expected
    scp.say(b"\0")
    expected = b"C0644 %d users.csv\n" % len(CSV)
    assert scp.hear(len(expected)) == expected
    scp.say(b"\0")
    assert scp.hear(len(CSV) + 1) == CSV + b"\0"
    scp.say(b"\0")
    assert scp.exit_status() == 0


def test_an_upload_that_a_stop_ended_hears_no_ok(served: Server, witness: Witness) -> None:
    """A client whose content arrives whole while the server stops is not told that it is safe."""
    client = Scp(served)
    client.start(f"scp -t {NAME}")
    assert client.hear() == b"\0"
    client.say(b"C0644 %d users.csv\n" % len(CSV))
    assert client.hear() == b"\0"
    assert served._loop is not None
    ending = served._runtime._end_sessions()
    asyncio.run_coroutine_threadsafe(ending, served._loop).result(10)
    assert witness.wait_for_abort().reason == "shutdown"
    client.say(CSV + b"\0")
    assert client.hear_reason()[0] == b"\x01"
    client.transport.close()
    client.transport.join(10)
    until(lambda: served.uploads() == [])
