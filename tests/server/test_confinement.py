"""Nobody leaves their folders: any path, on any operation of either protocol (protocols.md §4)."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import paramiko
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_LSTAT,
    CMD_MKDIR,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READLINK,
    CMD_REALPATH,
    CMD_REMOVE,
    CMD_RENAME,
    CMD_RMDIR,
    CMD_SETSTAT,
    CMD_STAT,
    CMD_SYMLINK,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_READ,
    SFTP_FLAG_TRUNC,
    SFTP_FLAG_WRITE,
    int64,
)

from firm import PASSWORD, provision
from ftp_wire import FtpWire, finish
from wharfinger import Server
from wharfinger.server.home import Home

SECRET = b"the other client's salaries"

COMPONENTS = st.one_of(
    st.sampled_from(
        [
            *("", ".", "..", "...", "hr", "users", "users_evil", "reports", "etc", "passwd"),
            *("acme", "acme-payroll", "other", "other-payroll", "files", "spool", "secret"),
            *("absolute", "relative", "magic", "inside", "fifo", "hard", "directory.db"),
            *("..\\", "..%2f", "%2e%2e", "\uff0e\uff0e", "a\uff0fb", "a\u2215b", "a:b"),
            *("CON", "nul.", "trailing ", "\x00", "a\x00b", "a\nb", "a\rb", "\x1b[2J"),
            *("\u202egpj", "\u200b", "\ufeff", "é", "e\u0301"),
            *("a" * 255, "é" * 127, "a" * 256, "é" * 128, "~", "-rf", "*", "?", "{a,b}", "$HOME"),
        ]
    ),
    st.text(max_size=12),
)
TEXTS = st.builds(
    lambda base, parts, tail: base + "/".join(parts) + tail,
    st.sampled_from(["", "/", "/hr/users/", "/hr/users/", "/hr/", "/reports/", "/hr/users/../"]),
    st.lists(COMPONENTS, max_size=8),
    st.sampled_from(["", "", "/", "/.", "/..", "//", "/secret"]),
)
PATHS = TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
#: what has worked against other servers; tried each time, whatever is generated besides
CLASSICS = (
    b"/hr/users/absolute/other-payroll/hr/users/secret",
    b"/hr/users/absolute/other-payroll/hr/users/new",
    b"/hr/users/absolute",
    b"/hr/users/relative",
    b"/hr/users/magic/etc/passwd",
    b"/hr/users/../users_evil/secret",
    b"/hr/users_evil/secret",
    b"/hr/users/../../../../other/files/other-payroll/hr/users/secret",
    b"../../../../../../../../etc/passwd",
    b"/hr/users/fifo",
    b"/reports/../../../wharfinger.db",
)

Test = TypeVar("Test", bound=Callable[..., None])


def classics(test: Test) -> Test:
    """Add the classics to a property test, as the first path and as the second one."""
    for path in CLASSICS:
        test = example(path=path, second=b"/hr/users/taken")(test)
        test = example(path=b"/hr/users/mine", second=path)(test)
    return test


class Arena:
    """A server with two clients, a session of one of them over each protocol, and bait."""

    def __init__(self, server: Server, home: Home) -> None:
        provision(server, "acme", mapping=None)
        provision(server, "other", mapping=None)
        self.folder = home.client("acme").files / "acme-payroll" / "hr" / "users"
        self.home = home
        self.lay_bait()
        self.transport = paramiko.Transport((server.sftp.host, server.sftp.port))
        self.transport.connect(username="acme-payroll", password=PASSWORD)
        self.sftp: Any = paramiko.SFTPClient.from_transport(self.transport)
        self.ftp = FtpWire((server.ftpes.host, server.ftpes.port))
        assert self.ftp.login("acme-payroll", PASSWORD).startswith("230")
        self.outside = self.fingerprint()

    def lay_bait(self) -> None:
        """What an administrator's slip could leave: links out, a FIFO, a folder named alike."""
        others = self.home.client("other").files
        (others / "other-payroll" / "hr" / "users" / "secret").write_bytes(SECRET)
        evil = self.folder.with_name("users_evil")
        evil.mkdir(exist_ok=True)
        (evil / "secret").write_bytes(SECRET)
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        (self.folder / "mine").write_bytes(b"mine")
        (self.folder / "absolute").symlink_to(others)
        (self.folder / "relative").symlink_to("../users_evil/secret")
        (self.folder / "magic").symlink_to("/proc/self/root")
        os.mkfifo(self.folder / "fifo")

    def fingerprint(self) -> dict[str, str]:
        """Everything in the home but the folder itself and what a server keeps for itself."""
        found = {}
        for path in sorted(self.home.root.rglob("*")):
            inside = path.is_relative_to(self.folder) and path != self.folder
            own = path.is_relative_to(self.home.client("acme").spool)
            audit = path.is_relative_to(self.home.root / "audit")  # it grows with each transfer
            if inside or own or audit or path.suffix.startswith(".db"):
                continue
            content = path.read_bytes() if path.is_file() else b""
            found[str(path)] = hashlib.sha256(content).hexdigest()
        return found

    def request(self, *arguments: Any) -> Any:
        """An SFTP request with arguments as they are; None if it is refused."""
        try:
            return self.sftp._request(*arguments)
        except OSError:
            return None

    def retrieve(self, command: bytes) -> bytes:
        """What an FTP command sends on the data connection."""
        data = self.ftp.passive()
        try:
            if not self.ftp.command(command).startswith("150"):
                return b""
            secure = self.ftp.context.wrap_socket(data, server_hostname="localhost")
            content = b"".join(iter(lambda: secure.recv(65536), b""))
            secure.close()
            self.ftp.reply()
            return content
        finally:
            data.close()

    def store(self, command: bytes) -> None:
        """Send a file by an FTP command."""
        data = self.ftp.passive()
        try:
            if self.ftp.command(command).startswith("150"):
                secure = self.ftp.context.wrap_socket(data, server_hostname="localhost")
                secure.sendall(b"intruder")
                finish(secure)
                self.ftp.reply()
        finally:
            data.close()

    def close(self) -> None:
        """End both sessions."""
        self.ftp.socket.close()
        self.transport.close()
        self.transport.join(10)


@pytest.fixture
def arena(start: Callable[..., Server], home: Home) -> Iterator[Arena]:
    """See Arena."""
    found = Arena(start(), home)
    yield found
    found.close()


@classics
@given(path=PATHS, second=PATHS)
def test_no_sftp_request_leaves_the_folder(arena: Arena, path: bytes, second: bytes) -> None:
    """Whatever the path, nothing outside is changed, and nothing outside is read."""
    arena.lay_bait()
    attributes = paramiko.SFTPAttributes()
    attributes.st_mtime = attributes.st_atime = 1
    opened = arena.request(CMD_OPEN, path, SFTP_FLAG_READ, paramiko.SFTPAttributes())
    if opened is not None:
        handle = opened[1].get_binary()
        answer = arena.request(CMD_READ, handle, int64(0), 1000)
        assert answer is None or SECRET not in answer[1].get_binary()
        arena.request(CMD_CLOSE, handle)
    opened = arena.request(CMD_OPENDIR, path)
    if opened is not None:
        arena.request(CMD_CLOSE, opened[1].get_binary())
    flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC
    opened = arena.request(CMD_OPEN, path, flags, paramiko.SFTPAttributes())
    if opened is not None:
        arena.request(CMD_CLOSE, opened[1].get_binary())
    arena.request(CMD_MKDIR, path, paramiko.SFTPAttributes())
    arena.request(CMD_SETSTAT, path, attributes)
    arena.request(CMD_SYMLINK, path, second)
    arena.request(CMD_RENAME, path, second)
    for command in (CMD_STAT, CMD_LSTAT, CMD_REALPATH, CMD_READLINK, CMD_REMOVE, CMD_RMDIR):
        arena.request(command, path)
    assert arena.fingerprint() == arena.outside


@classics
@given(path=PATHS, second=PATHS)
def test_no_ftp_command_leaves_the_folder(arena: Arena, path: bytes, second: bytes) -> None:
    """Whatever the argument, nothing outside is changed, and nothing outside is read."""
    arena.lay_bait()
    # a line break would only make two commands of one, each of which is tried by itself
    path, second = (p.replace(b"\r\n", b"") for p in (path, second))
    for verb in (b"RETR", b"LIST", b"MLSD", b"NLST"):
        assert SECRET not in arena.retrieve(verb + b" " + path)
    arena.store(b"STOR " + path)
    if arena.ftp.command(b"RNFR " + path).startswith("350"):
        arena.ftp.command(b"RNTO " + second)
    set_time = b"MFMT 20200101000000"
    for verb in (b"CWD", b"SIZE", b"MDTM", b"MLST", set_time, b"DELE", b"RMD", b"MKD"):
        assert arena.ftp.command(verb + b" " + path)
    arena.ftp.command("CWD /")
    assert arena.fingerprint() == arena.outside


def test_two_clients_see_nothing_of_each_other(server: Server, home: Home) -> None:
    """Neither files, nor reports, nor users of another client can be seen."""
    provision(server, "other")
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("other-payroll", PASSWORD)
        assert ftp.store("/hr/users/theirs.csv", SECRET).startswith("226")
    server.wait_for_import(server.wait_for_upload().id)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as ftp:
        ftp.login("acme-payroll", PASSWORD)
        for path in ("/hr/users/theirs.csv", "/reports/theirs.csv", "/../other/files"):
            assert ftp.command(f"SIZE {path}").startswith("550")
        data = ftp.transfer("NLST /reports")
        assert data.recv(1000) == b""
        data.close()
    assert not home.client("acme").directory.exists()
