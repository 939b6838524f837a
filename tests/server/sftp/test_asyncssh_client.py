"""asyncssh's own client against us: every method that it has works, or is refused for a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from firm import CSV, PASSWORD
from wharfinger import Server

FOLDER = "/hr/users"
NAME = f"{FOLDER}/users.csv"
OTHER = f"{FOLDER}/other.csv"

Use = Callable[[asyncssh.SFTPClient, Path], Awaitable[Any]]


async def _mget(sftp: asyncssh.SFTPClient, here: Path) -> None:
    await sftp.mget(f"{FOLDER}/*.csv", str(here))
    assert (here / "users.csv").read_bytes() == CSV


async def _mput(sftp: asyncssh.SFTPClient, here: Path) -> None:
    (here / "a.csv").write_bytes(CSV)
    await sftp.mput(str(here / "*.csv"), FOLDER)
    assert await sftp.getsize(f"{FOLDER}/a.csv") == len(CSV)


async def _get(sftp: asyncssh.SFTPClient, here: Path) -> None:
    await sftp.get(NAME, str(here / "got.csv"), preserve=True)
    assert (here / "got.csv").read_bytes() == CSV


async def _put(sftp: asyncssh.SFTPClient, here: Path) -> None:
    (here / "put.csv").write_bytes(CSV)
    await sftp.put(str(here / "put.csv"), OTHER, preserve=True)
    assert await sftp.getsize(OTHER) == len(CSV)


async def _open(sftp: asyncssh.SFTPClient, _: Path) -> None:
    file: Any
    async with sftp.open(OTHER, "wb") as file:
        await file.write(CSV)
        await file.seek(0)
        assert await file.read() == CSV
        assert (await file.stat()).size == len(CSV)
        await file.utime((1, 2))
        await file.fsync()
        assert (await file.statvfs()).namemax == 255
    assert await sftp.getmtime(OTHER) == 2


async def _truncate(sftp: asyncssh.SFTPClient, _: Path) -> None:
    await sftp.truncate(NAME, 3)
    assert await sftp.getsize(NAME) == 3


async def _rename(sftp: asyncssh.SFTPClient, _: Path) -> None:
    await sftp.rename(NAME, OTHER)
    assert await sftp.exists(OTHER)


async def _posix_rename(sftp: asyncssh.SFTPClient, _: Path) -> None:
    async with sftp.open(OTHER, "wb") as file:
        await file.write(b"old")
    await sftp.posix_rename(NAME, OTHER)
    assert await sftp.getsize(OTHER) == len(CSV)


async def _remove(sftp: asyncssh.SFTPClient, _: Path) -> None:
    await sftp.remove(NAME)
    assert not await sftp.exists(NAME)


async def _unlink(sftp: asyncssh.SFTPClient, _: Path) -> None:
    await sftp.unlink(NAME)
    assert not await sftp.lexists(NAME)


async def _folders(sftp: asyncssh.SFTPClient, _: Path) -> None:
    await sftp.makedirs(f"{FOLDER}/a/b", exist_ok=True)
    assert await sftp.isdir(f"{FOLDER}/a/b")
    await sftp.rmdir(f"{FOLDER}/a/b")
    await sftp.mkdir(f"{FOLDER}/a/c")
    await sftp.rmtree(f"{FOLDER}/a")
    assert await sftp.listdir(FOLDER) == ["users.csv"]


async def _scandir(sftp: asyncssh.SFTPClient, _: Path) -> None:
    assert "users.csv" in [str(entry.filename) async for entry in sftp.scandir(FOLDER)]


async def _chdir(sftp: asyncssh.SFTPClient, _: Path) -> None:
    await sftp.chdir(FOLDER)
    assert await sftp.getcwd() == FOLDER
    assert await sftp.isfile("users.csv")


async def _glob(sftp: asyncssh.SFTPClient, _: Path) -> None:
    assert await sftp.glob(f"{FOLDER}/u*.csv") == [NAME]
    assert [str(name.filename) for name in await sftp.glob_sftpname(f"{FOLDER}/*.csv")] == [NAME]


async def _utime(sftp: asyncssh.SFTPClient, _: Path) -> None:
    await sftp.utime(NAME, (1, 2))
    assert await sftp.getmtime(NAME) == 2


async def _attributes(sftp: asyncssh.SFTPClient, _: Path) -> None:
    await sftp.chmod(NAME, 0o600)
    await sftp.chown(NAME, 1, 1)
    await sftp.setstat(NAME, asyncssh.SFTPAttrs(permissions=0o600))
    assert (await sftp.stat(NAME)).size == (await sftp.lstat(NAME)).size == len(CSV)


async def _looks(sftp: asyncssh.SFTPClient, _: Path) -> None:
    assert await sftp.realpath(f"{FOLDER}/../users/./users.csv") == NAME
    assert await sftp.isfile(NAME)
    assert not await sftp.islink(NAME)
    assert await sftp.getatime(NAME)
    assert await sftp.getmtime(NAME)
    assert [str(name.filename) for name in await sftp.readdir(FOLDER)] == ["users.csv"]
    assert (await sftp.statvfs(FOLDER)).bavail


#: method -> what it is used for here
WORKS: dict[str, Use] = {
    **dict.fromkeys(("chmod", "chown", "setstat", "stat", "lstat"), _attributes),
    **dict.fromkeys(("realpath", "isfile", "islink", "getatime", "readdir", "statvfs"), _looks),
    **dict.fromkeys(("mkdir", "makedirs", "rmdir", "rmtree", "isdir", "listdir"), _folders),
    **dict.fromkeys(("chdir", "getcwd"), _chdir),
    **dict.fromkeys(("glob", "glob_sftpname"), _glob),
    **dict.fromkeys(("utime", "getmtime"), _utime),
    **dict.fromkeys(("put", "getsize"), _put),
    **dict.fromkeys(("unlink", "lexists"), _unlink),
    **dict.fromkeys(("rename", "exists"), _rename),
    "get": _get,
    "mget": _mget,
    "mput": _mput,
    "open": _open,
    "posix_rename": _posix_rename,
    "remove": _remove,
    "scandir": _scandir,
    "truncate": _truncate,
}

_NO_LINKS = "no link can be made, so that none can lead out of the folders"
_NO_COPY = "copies are the client's work: what is on the server is uploaded by somebody"
_VERSION = "version 3 is spoken, which every payroll client knows"

#: method -> a use of it that is refused, and why it is
REFUSED: dict[str, tuple[Use, str]] = {
    "symlink": (lambda s, _: s.symlink(NAME, OTHER), _NO_LINKS),
    "link": (lambda s, _: s.link(NAME, OTHER), _NO_LINKS),
    "readlink": (lambda s, _: s.readlink(NAME), _NO_LINKS),
    "copy": (lambda s, _: s.copy(NAME, OTHER, remote_only=True), _NO_COPY),
    "mcopy": (lambda s, _: s.mcopy(NAME, f"{FOLDER}/m", remote_only=True), _NO_COPY),
    "open56": (
        lambda s, _: s.open56(NAME, asyncssh.ACE4_READ_DATA, asyncssh.FXF_OPEN_EXISTING),
        _VERSION,
    ),
    "remote_copy": (lambda s, _: s.remote_copy(NAME, OTHER), _NO_COPY),
}

#: what asks the server for nothing, or what version 3 has no answer to
NOT_ASKED = {
    *("basename", "encode", "decode", "compose_path", "exit", "wait_closed", "with_path"),
    *("logger", "version", "limits", "supports_remote_copy", "path_errors", "path_encoding"),
    *("getatime_ns", "getmtime_ns", "getcrtime", "getcrtime_ns"),  # no nanoseconds, no creation
}


def use(server: Server, method: Use, here: Path) -> None:
    """Use a method on a folder with one file in it."""

    async def log_in() -> None:
        options: Any = {"known_hosts": None, "client_keys": None, "config": None}
        async with (
            asyncssh.connect(
                server.sftp.host,
                server.sftp.port,
                username="acme-payroll",
                password=PASSWORD,
                **options,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            async with sftp.open(NAME, "wb") as file:
                await file.write(CSV)
            await method(sftp, here)

    asyncio.run(log_in())


@pytest.mark.parametrize("name", WORKS)
def test_a_method_works(name: str, server: Server, tmp_path: Path) -> None:
    """It does on our server what it does on others."""
    here = tmp_path / "here"
    here.mkdir()
    use(server, WORKS[name], here)


@pytest.mark.parametrize("name", REFUSED)
def test_a_method_is_refused(name: str, server: Server, tmp_path: Path) -> None:
    """As not supported, and nothing is made."""
    with pytest.raises(asyncssh.SFTPError):
        use(server, REFUSED[name][0], tmp_path)
    assert [entry.path for entry in server.uploads()] == [NAME]


def test_no_method_is_left_out() -> None:
    """A new method of the client has to be put into one of the three lists."""
    methods = {name for name in dir(asyncssh.SFTPClient) if not name.startswith("_")}
    assert methods - set(WORKS) - set(REFUSED) - NOT_ASKED == set()
