"""What a client that has logged in can do over SFTP, with paramiko and request by request."""

from __future__ import annotations

import io
import stat
from collections.abc import Callable, Iterator
from typing import Any

import asyncssh
import paramiko
import pytest
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_EXTENDED,
    CMD_OPEN,
    CMD_READLINK,
    CMD_SYMLINK,
    CMD_WRITE,
    SFTP_FLAG_APPEND,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_EXCL,
    SFTP_FLAG_WRITE,
    int64,
)

from firm import CSV, PASSWORD, provision
from wharfinger import Server
from witness import Witness

NAME = "/hr/users/users.csv"


@pytest.fixture
def witness() -> Witness:
    """What hooks are told."""
    return Witness()


@pytest.fixture
def served(start: Callable[..., Server], witness: Witness) -> Server:
    """A server with a client, and a hook that notes what it is told."""
    server = start(hooks=(witness,))
    provision(server)
    return server


@pytest.fixture
def sftp(served: Server) -> Iterator[Any]:
    """paramiko, logged in; Any, because tests use requests that it keeps to itself."""
    transport = paramiko.Transport((served.sftp.host, served.sftp.port))
    transport.connect(username="acme-payroll", password=PASSWORD)
    yield paramiko.SFTPClient.from_transport(transport)
    transport.close()
    transport.join(10)


def store(sftp: Any, content: bytes, name: str = NAME) -> None:
    """Upload."""
    sftp.putfo(io.BytesIO(content), name)


def read(sftp: Any, name: str = NAME) -> bytes:
    """The content of a file."""
    with sftp.open(name, "rb") as file:
        return bytes(file.read())


def open_handle(sftp: Any, name: str, flags: int) -> bytes:
    """OPEN for writing, with exactly these flags besides."""
    attributes = paramiko.SFTPAttributes()
    _, answer = sftp._request(CMD_OPEN, name, SFTP_FLAG_WRITE | flags, attributes)
    return bytes(answer.get_binary())


def test_what_was_sent_is_what_is_there(sftp: Any) -> None:
    """Content, size, type and permissions are those of a file."""
    store(sftp, CSV)
    assert read(sftp) == CSV
    attributes = sftp.stat(NAME)
    assert attributes.st_size == len(CSV)
    assert stat.S_ISREG(attributes.st_mode)
    assert stat.S_ISDIR(sftp.stat("/hr").st_mode)


def test_an_overwritten_file_is_another_upload(sftp: Any, witness: Witness) -> None:
    """The new content is under the name, and the first upload's snapshot is as it was."""
    store(sftp, CSV)
    first = witness.wait_for_upload().upload
    store(sftp, b"other")
    assert witness.wait_for_upload().upload.size == 5
    assert read(sftp) == b"other"
    assert first.snapshot.read_bytes() == CSV


def test_nothing_is_seen_under_the_name_until_the_end(sftp: Any, served: Server) -> None:
    """Another session sees the version before, or nothing, until the file is closed."""
    store(sftp, b"before")
    other = paramiko.Transport((served.sftp.host, served.sftp.port))
    other.connect(username="acme-payroll", password=PASSWORD)
    watching: Any = paramiko.SFTPClient.from_transport(other)
    with sftp.open(NAME, "wb") as file, sftp.open("/hr/users/new", "wb") as new:
        file.write(CSV)
        new.write(CSV)
        file.flush()
        assert read(watching) == b"before"
        assert watching.listdir("/hr/users") == ["users.csv"]
        with pytest.raises(FileNotFoundError):
            watching.stat("/hr/users/new")
        assert sftp.stat("/hr/users/new").st_size == len(CSV)  # its own session does see it
    assert read(watching) == CSV
    other.close()
    other.join(10)


def test_a_file_opened_and_closed_unchanged_is_no_upload(sftp: Any, served: Server) -> None:
    """Opening without TRUNC and writing nothing changes nothing."""
    store(sftp, CSV)
    with sftp.open(NAME, "r+"):
        pass
    assert len(served.uploads()) == 1
    assert read(sftp) == CSV


def test_an_empty_file_is_an_upload(sftp: Any, witness: Witness) -> None:
    """Zero bytes that are closed are a file."""
    store(sftp, b"")
    assert witness.wait_for_upload().upload.size == 0


def test_writing_without_truncate_keeps_the_rest(sftp: Any) -> None:
    """What an open without TRUNC does not write comes from the version before (scp opens so)."""
    store(sftp, b"0123456789")
    with sftp.open(NAME, "r+") as file:
        file.write(b"ab")
    assert read(sftp) == b"ab23456789"


def test_a_size_that_is_set_cuts_the_file(sftp: Any) -> None:
    """FSETSTAT with a size (as scp sends it) cuts; SETSTAT by the path makes an upload of it."""
    store(sftp, b"0123456789")
    with sftp.open(NAME, "r+") as file:
        file.write(b"abc")
        file.truncate(3)
    assert read(sftp) == b"abc"
    sftp.truncate(NAME, 2)
    assert read(sftp) == b"ab"
    with pytest.raises(OSError, match="longer"):
        sftp.truncate(NAME, 100)


def test_append_appends(sftp: Any) -> None:
    """APPEND writes behind the complete version."""
    store(sftp, CSV)
    with sftp.open(NAME, "ab") as file:
        file.write(b"tail")
    assert read(sftp) == CSV + b"tail"


def test_exclusive_create_refuses_an_existing_file(sftp: Any) -> None:
    """EXCL is refused where there is a file, and makes one where there is none."""
    flags = SFTP_FLAG_CREATE | SFTP_FLAG_EXCL
    sftp._request(CMD_CLOSE, open_handle(sftp, NAME, flags))
    with pytest.raises(OSError, match="exists"):
        open_handle(sftp, NAME, flags)
    with pytest.raises(FileNotFoundError):
        open_handle(sftp, "/hr/users/none", 0)


def test_writes_may_come_in_any_order(sftp: Any, witness: Witness) -> None:
    """Blocks that arrive out of order make the same file, with the hash of the whole."""
    handle = open_handle(sftp, NAME, SFTP_FLAG_CREATE)
    for start in (6, 0, 3):
        sftp._request(CMD_WRITE, handle, int64(start), b"abcdefghi"[start : start + 3])
    sftp._request(CMD_CLOSE, handle)
    assert read(sftp) == b"abcdefghi"
    upload = witness.wait_for_upload().upload
    assert upload.sha256.startswith("19cc02f26df43cc5")


def test_append_with_the_offset_of_a_partial_is_resume(sftp: Any) -> None:
    """The offset of an appending WRITE counts for nothing: bytes go to the end."""
    store(sftp, b"0123")
    handle = open_handle(sftp, NAME, SFTP_FLAG_APPEND)
    sftp._request(CMD_WRITE, handle, int64(0), b"45")
    sftp._request(CMD_WRITE, handle, int64(2), b"67")
    sftp._request(CMD_CLOSE, handle)
    assert read(sftp) == b"01234567"


def test_rename_does_not_replace_and_posix_rename_does(sftp: Any) -> None:
    """RENAME of SFTP 3 is refused where the name is taken (draft-02 §6.5)."""
    store(sftp, b"one", "/hr/users/one")
    store(sftp, b"two", "/hr/users/two")
    with pytest.raises(OSError, match="exists"):
        sftp.rename("/hr/users/one", "/hr/users/two")
    sftp.posix_rename("/hr/users/one", "/hr/users/two")
    assert read(sftp, "/hr/users/two") == b"one"
    assert sftp.listdir("/hr/users") == ["two"]


def test_a_temporary_name_is_completed_by_its_rename(
    sftp: Any, witness: Witness, served: Server
) -> None:
    """users.csv.filepart (WinSCP) is no upload; renamed over the version before, it is one."""
    store(sftp, b"before")
    witness.wait_for_upload()
    store(sftp, CSV, f"{NAME}.filepart")
    assert len(served.uploads()) == 1
    sftp.posix_rename(f"{NAME}.filepart", NAME)
    upload = witness.wait_for_upload().upload
    assert (upload.path, upload.size) == (NAME, len(CSV))
    assert read(sftp) == CSV
    assert sftp.listdir("/hr/users") == ["users.csv"]


def test_folders_are_made_listed_and_removed(sftp: Any) -> None:
    """MKDIR, REALPATH, listing and RMDIR agree with each other."""
    sftp.mkdir("/hr/users/é")
    store(sftp, CSV, "/hr/users/é/a.csv")
    assert sftp.normalize("/hr/users/é/../é/./a.csv") == "/hr/users/é/a.csv"
    (entry,) = sftp.listdir_attr("/hr/users/é")
    assert (entry.filename, entry.st_size) == ("a.csv", len(CSV))
    with pytest.raises(OSError, match="not empty"):
        sftp.rmdir("/hr/users/é")
    sftp.remove("/hr/users/é/a.csv")
    sftp.rmdir("/hr/users/é")
    assert sftp.listdir("/hr/users") == []
    assert sorted(sftp.listdir("/")) == ["hr", "reports"]


def test_a_long_listing_is_whole(sftp: Any, served: Server) -> None:
    """A folder with more entries than fit one answer is listed entry by entry."""
    folder = served.settings.home / "clients" / "acme" / "files" / "acme-payroll" / "hr" / "users"
    for number in range(1500):
        (folder / f"{number:04}").touch()
    assert sorted(sftp.listdir("/hr/users")) == [f"{number:04}" for number in range(1500)]


def test_links_cannot_be_made_or_read(sftp: Any) -> None:
    """Symbolic and hard links are not supported, so that none can lead out (F3)."""
    for request in (
        (CMD_SYMLINK, "/hr/users/l", "/etc/passwd"),
        (CMD_READLINK, "/hr/users/l"),
        (CMD_EXTENDED, "hardlink@openssh.com", NAME, "/hr/users/l"),
        (CMD_EXTENDED, "copy-data", b"", int64(0), int64(0), b"", int64(0)),
    ):
        with pytest.raises(OSError, match="Unsupported"):
            sftp._request(*request)


def test_attributes_that_clients_set_are_taken(sftp: Any) -> None:
    """chmod, chown and utime after an upload succeed; of these, times mean something."""
    store(sftp, CSV)
    sftp.chmod(NAME, 0o600)
    sftp.chown(NAME, 1000, 1000)
    sftp.utime(NAME, (100, 200))
    assert sftp.stat(NAME).st_mtime == 200


def test_a_file_that_is_too_large_is_refused(start: Callable[..., Server]) -> None:
    """The WRITE that goes too far is refused, and so is CLOSE; nothing is kept."""
    server = start(max_file_size=1000)
    provision(server)
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    transport.connect(username="acme-payroll", password=PASSWORD)
    client: Any = paramiko.SFTPClient.from_transport(transport)
    handle = open_handle(client, NAME, SFTP_FLAG_CREATE)
    client._request(CMD_WRITE, handle, int64(0), b"x" * 1000)
    with pytest.raises(OSError, match="larger"):
        client._request(CMD_WRITE, handle, int64(1000), b"x")
    with pytest.raises(OSError, match="larger"):
        client._request(CMD_CLOSE, handle)
    assert client.listdir("/hr/users") == []
    with pytest.raises(FileNotFoundError):
        client.stat(NAME)
    transport.close()
    transport.join(10)


def test_a_refused_file_is_told_why(sftp: Any, served: Server) -> None:
    """With answer checked, CLOSE of a file that no mapping can read fails with the reason."""
    served.add_folder("acme-payroll", "/checked", name="Checked", mapping="users", answer="checked")
    transport = paramiko.Transport((served.sftp.host, served.sftp.port))
    transport.connect(username="acme-payroll", password=PASSWORD)
    client: Any = paramiko.SFTPClient.from_transport(transport)
    handle = open_handle(client, "/checked/u.csv", SFTP_FLAG_CREATE)
    client._request(CMD_WRITE, handle, int64(0), b"this is no payroll file")
    with pytest.raises(OSError, match=r"\w+"):
        client._request(CMD_CLOSE, handle)
    assert served.uploads()[0].refusal
    transport.close()
    transport.join(10)


def connect(served: Server, **options: Any) -> paramiko.Transport:
    """A transport that tries to log in."""
    transport = paramiko.Transport((served.sftp.host, served.sftp.port))
    try:
        transport.connect(**options)
    except BaseException:
        transport.close()
        transport.join(10)
        raise
    return transport


def test_a_key_opens_the_account(served: Server) -> None:
    """A registered key is let in, another one and a wrong password are not."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    served.add_account("acme-key", client="acme", public_keys=[key.export_public_key()])
    mine = paramiko.Ed25519Key(file_obj=io.StringIO(key.export_private_key().decode()))
    other_key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    other = paramiko.Ed25519Key(file_obj=io.StringIO(other_key))
    transport = connect(served, username="acme-key", pkey=mine)
    assert transport.is_authenticated()
    transport.close()
    transport.join(10)
    for options in ({"pkey": other}, {"password": "wrong"}, {"password": ""}):
        with pytest.raises(paramiko.AuthenticationException):
            connect(served, username="acme-key", **options)


@pytest.mark.parametrize("login", ["nobody", "", "acme-payroll\x00", "x" * 5000, "acme-ftps"])
def test_who_may_not_enter_is_not_let_in(served: Server, login: str) -> None:
    """Unknown, empty, overlong and other protocols' logins are refused alike."""
    served.add_account("acme-ftps", client="acme", password=PASSWORD, protocols={"ftps"})
    with pytest.raises(paramiko.SSHException):
        connect(served, username=login, password=PASSWORD)


def test_nothing_but_sftp_can_be_started(served: Server) -> None:
    """exec, shell and other subsystems are refused, and so is forwarding."""
    transport = connect(served, username="acme-payroll", password=PASSWORD)
    for method, arguments in (
        ("exec_command", ("id",)),
        ("invoke_shell", ()),
        ("invoke_subsystem", ("other",)),
    ):
        with pytest.raises(paramiko.SSHException):
            getattr(transport.open_session(), method)(*arguments)
    with pytest.raises(paramiko.ChannelException):
        transport.open_channel("direct-tcpip", ("127.0.0.1", 22), ("127.0.0.1", 1))
    transport.close()
    transport.join(10)


def test_guessing_ends_the_connection(served: Server) -> None:
    """After six wrong passwords the connection is closed."""
    transport = paramiko.Transport((served.sftp.host, served.sftp.port))
    transport.start_client(timeout=20)
    failures = 0
    while transport.is_active() and failures < 20:
        try:
            transport.auth_password("acme-payroll", "wrong", fallback=False)
        except paramiko.SSHException:
            failures += 1
    assert failures <= 7
    transport.close()
    transport.join(10)
