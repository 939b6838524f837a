"""Nobody leaves their folders: any path, on any operation of either protocol (protocols.md §4)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import paramiko
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paramiko.sftp import (
    CMD_LSTAT,
    CMD_MKDIR,
    CMD_OPEN,
    CMD_OPENDIR,
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
)

from firm import PASSWORD, provision
from ftp_wire import FtpWire, finish
from wharfinger import Server
from wharfinger.server.home import Home

SECRET = b"the other client's salaries"

COMPONENTS = st.one_of(
    st.sampled_from(
        [
            *(
                "",
                ".",
                "..",
                "...",
                "hr",
                "users",
                "users_evil",
                "reports",
                "etc",
                "passwd",
                "proc",
            ),
            *("acme", "acme-payroll", "other", "other-payroll", "files", "spool", "secret"),
            *("absolute", "relative", "magic", "inside", "fifo", "hard", "directory.db"),
            *(
                "..\\",
                "..%2f",
                "%2e%2e",
                "\uff0e\uff0e",
                "a\uff0fb",
                "a\u2215b",
                "a:b",
                "CON",
                "nul.",
                "trailing ",
            ),
            *(
                "\x00",
                "a\x00b",
                "a\nb",
                "a\rb",
                "\x1b[2J",
                "\u202egpj",
                "\u200b",
                "\ufeff",
                "é",
                "e\u0301",
            ),
            *("a" * 255, "é" * 127, "a" * 256, "é" * 128, "~", "-rf", "*", "?", "{a,b}", "$HOME"),
        ]
    ),
    st.text(max_size=12),
)
PATHS = st.builds(
    lambda absolute, parts, tail: ("/" if absolute else "") + "/".join(parts) + tail,
    st.booleans(),
    st.lists(COMPONENTS, max_size=12),
    st.sampled_from(["", "/", "/.", "/..", "//"]),
).map(lambda text: text.encode("utf-8", "surrogatepass"))


class Arena:
    """A server with two clients, a session of one of them over each protocol, and bait."""

    def __init__(self, server: Server, home: Home) -> None:
        provision(server, "acme", mapping=None)
        provision(server, "other", mapping=None)
        self.folder = home.client("acme").files / "acme-payroll" / "hr" / "users"
        self.home = home
        self._lay_bait()
        self.transport = paramiko.Transport((server.sftp.host, server.sftp.port))
        self.transport.connect(username="acme-payroll", password=PASSWORD)
        self.sftp: Any = paramiko.SFTPClient.from_transport(self.transport)
        self.ftp = FtpWire((server.ftpes.host, server.ftpes.port))
        assert self.ftp.login("acme-payroll", PASSWORD).startswith("230")
        self.outside = self.fingerprint()

    def _lay_bait(self) -> None:
        """What an administrator's slip could leave: links out, a FIFO; and a folder named alike."""
        others = self.home.client("other").files / "other-payroll" / "hr" / "users"
        (others / "secret").write_bytes(SECRET)
        evil = self.folder.with_name("users_evil")
        evil.mkdir()
        (evil / "secret").write_bytes(SECRET)
        (self.folder / "absolute").symlink_to(others)
        (self.folder / "relative").symlink_to("../users_evil/secret")
        (self.folder / "magic").symlink_to("/proc/self/root")
        os.mkfifo(self.folder / "fifo")

    def fingerprint(self) -> dict[str, str]:
        """Everything in the home but the folder itself and what a server keeps for itself."""
        found = {}
        for path in sorted(self.home.root.rglob("*")):
            inside = path.is_relative_to(self.folder) and path != self.folder
            own = path.is_relative_to(self.home.client("acme").spool) or path.suffix.startswith(
                ".db"
            )
            if inside or own or path.name in ("wharfinger.db-wal", "wharfinger.db-shm"):
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


@given(path=PATHS, second=PATHS)
def test_no_sftp_request_leaves_the_folder(arena: Arena, path: bytes, second: bytes) -> None:
    """Whatever the path, nothing outside is changed, and nothing outside is read."""
    attributes = paramiko.SFTPAttributes()
    attributes.st_mtime = attributes.st_atime = 1
    for command in (CMD_STAT, CMD_LSTAT, CMD_REALPATH, CMD_READLINK, CMD_REMOVE, CMD_RMDIR):
        arena.request(command, path)
    arena.request(CMD_MKDIR, path, paramiko.SFTPAttributes())
    arena.request(CMD_SETSTAT, path, attributes)
    arena.request(CMD_RENAME, path, second)
    arena.request(CMD_SYMLINK, path, second)
    opened = arena.request(CMD_OPENDIR, path)
    if opened is not None:
        arena.request(paramiko.sftp.CMD_CLOSE, opened[1].get_binary())
    _read_and_write(arena, path)
    assert arena.fingerprint() == arena.outside


def _read_and_write(arena: Arena, path: bytes) -> None:
    opened = arena.request(CMD_OPEN, path, SFTP_FLAG_READ, paramiko.SFTPAttributes())
    if opened is not None:
        handle = opened[1].get_binary()
        answer = arena.request(paramiko.sftp.CMD_READ, handle, paramiko.sftp.int64(0), 1000)
        assert answer is None or SECRET not in answer[1].get_binary()
        arena.request(paramiko.sftp.CMD_CLOSE, handle)
    flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC
    opened = arena.request(CMD_OPEN, path, flags, paramiko.SFTPAttributes())
    if opened is not None:
        arena.request(paramiko.sftp.CMD_CLOSE, opened[1].get_binary())


@given(path=PATHS, second=PATHS)
def test_no_ftp_command_leaves_the_folder(arena: Arena, path: bytes, second: bytes) -> None:
    """Whatever the argument, nothing outside is changed, and nothing outside is read."""
    # a line break would only make two commands of one, each of which is tried by itself
    path, second = (p.replace(b"\r\n", b"") for p in (path, second))
    for verb in (
        b"CWD",
        b"SIZE",
        b"MDTM",
        b"MLST",
        b"DELE",
        b"RMD",
        b"MKD",
        b"MFMT 20200101000000",
    ):
        assert arena.ftp.command(verb + b" " + path)
    if arena.ftp.command(b"RNFR " + path).startswith("350"):
        arena.ftp.command(b"RNTO " + second)
    for verb in (b"RETR", b"LIST", b"MLSD", b"NLST"):
        assert SECRET not in _retrieve(arena, verb + b" " + path)
    _store(arena, b"STOR " + path)
    arena.ftp.command("CWD /")
    assert arena.fingerprint() == arena.outside


def _retrieve(arena: Arena, command: bytes) -> bytes:
    data = arena.ftp.passive()
    try:
        if not arena.ftp.command(command).startswith("150"):
            return b""
        secure = arena.ftp.context.wrap_socket(data, server_hostname="localhost")
        content = b"".join(iter(lambda: secure.recv(65536), b""))
        secure.close()
        arena.ftp.reply()
        return content
    finally:
        data.close()


def _store(arena: Arena, command: bytes) -> None:
    data = arena.ftp.passive()
    try:
        if arena.ftp.command(command).startswith("150"):
            secure = arena.ftp.context.wrap_socket(data, server_hostname="localhost")
            secure.sendall(b"intruder")
            finish(secure)
            arena.ftp.reply()
    finally:
        data.close()


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
