"""The old SCP protocol with the clients that still speak it: scp -O and pscp."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from clients import ClientFailed, Target, run, ssh_options
from firm import PASSWORD
from killing import child_of, largest
from wharfinger import Server
from wharfinger.server.home import Home
from witness import Witness, until

REMOTE = "/in/users.csv"
CONTENTS = {"small": b"a;b\r\n1;2\r\n", "empty": b"", "big": os.urandom(3_000_000)}


def openssh(target: Target, source: str, to: str, *options: str) -> list[str]:
    """scp -O; a remote path begins with `:`."""
    at = f"{target.login}@127.0.0.1"
    source, to = (at + path if path.startswith(":") else path for path in (source, to))
    command = ("scp", "-O", "-q", *options, "-P", str(target.sftp.port), *ssh_options(target))
    return [*command, source, to]


def putty(target: Target, source: str, to: str, *options: str) -> list[str]:
    """pscp -scp; a remote path begins with `:`."""
    at = f"{target.login}@127.0.0.1"
    source, to = (at + path if path.startswith(":") else path for path in (source, to))
    fingerprint = run("ssh-keygen", "-lf", str(target.known_hosts)).split()[1]
    command = ("pscp", "-scp", "-batch", "-q", *options, "-P", str(target.sftp.port))
    return [*command, "-hostkey", fingerprint, "-pw", PASSWORD, source, to]


CLIENTS = {"scp": openssh, "pscp": putty}


@pytest.fixture
def witness() -> Witness:
    """What hooks are told."""
    return Witness()


@pytest.fixture
def public_server(start: Callable[..., Server], witness: Witness) -> Server:
    """The server that `target` names, with a hook that notes what it is told."""
    return start(hooks=(witness,))


@pytest.fixture(params=CLIENTS)
def scp(
    request: pytest.FixtureRequest, target: Target, public_server: Server
) -> Callable[..., list[str]]:
    """A command of a client that is installed; the account has a folder /in."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    public_server.add_folder(target.login, "/in", name="In")

    def command(source: str, to: str, *options: str) -> list[str]:
        return CLIENTS[request.param](target, source, to, *options)

    return command


@pytest.mark.parametrize("kind", CONTENTS)
def test_up_and_down_again(
    kind: str, scp: Callable[..., list[str]], witness: Witness, tmp_path: Path
) -> None:
    """A file comes back byte for byte with its time, and replaces the version before."""
    file, back = tmp_path / "users.csv", tmp_path / "back.csv"
    file.write_bytes(CONTENTS[kind])
    os.utime(file, (1_600_000_000, 1_600_000_000))
    run(*scp(str(file), f":{REMOTE}", "-p"))
    assert witness.wait_for_upload().upload.size == len(CONTENTS[kind])
    run(*scp(f":{REMOTE}", str(back), "-p"))
    assert back.read_bytes() == CONTENTS[kind]
    assert back.stat().st_mtime == 1_600_000_000
    file.write_bytes(b"next version")
    run(*scp(str(file), ":/in"))
    assert witness.wait_for_upload().upload.size == 12
    run(*scp(f":{REMOTE}", str(back)))
    assert back.read_bytes() == b"next version"


@pytest.mark.parametrize(
    ("to", "why"),
    [
        (":/none/users.csv", "not permitted here"),
        (":/checked/users.csv", "legalEntity"),
        (":/in/none/users.csv", "no such file or folder"),
    ],
)
def test_a_refused_upload_shows_the_reason(
    to: str,
    why: str,
    scp: Callable[..., list[str]],
    target: Target,
    public_server: Server,
    tmp_path: Path,
) -> None:
    """The client prints why, and fails."""
    public_server.add_folder(
        target.login, "/checked", name="Checked", mapping="specimen", answer="checked"
    )
    file = tmp_path / "users.csv"
    file.write_bytes(b"no payroll\n")
    with pytest.raises(ClientFailed) as failed:
        run(*scp(str(file), to))
    assert why in str(failed.value)


def test_folders_are_refused_in_words(scp: Callable[..., list[str]], tmp_path: Path) -> None:
    """-r of a file goes through; a folder does not, and the client says so."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "users.csv").write_bytes(b"x")
    run(*scp(str(folder / "users.csv"), ":/in", "-r"))
    with pytest.raises(ClientFailed, match="folders cannot be sent"):
        run(*scp(str(folder), ":/in", "-r"))
    with pytest.raises(ClientFailed, match="folders cannot be fetched"):
        run(*scp(":/in", str(tmp_path / "back"), "-r"))


@pytest.mark.parametrize("victim", ["", "ssh"])
def test_a_killed_upload_is_none(
    victim: str, target: Target, public_server: Server, witness: Witness, home: Home, tmp_path: Path
) -> None:
    """kill -9 of scp or of its ssh: no receipt, the version before stays."""
    public_server.add_folder(target.login, "/in", name="In")
    file = tmp_path / "users.csv"
    file.write_bytes(b"before")
    run(*openssh(target, str(file), f":{REMOTE}"))
    witness.wait_for_upload()
    file.write_bytes(os.urandom(8 << 20))
    command = openssh(target, str(file), f":{REMOTE}", "-l", "16000")
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    until(lambda: 1 << 20 <= largest(home.client("acme").spool) < 8 << 20)
    os.kill(child_of(process.pid, victim) if victim else process.pid, signal.SIGKILL)
    process.wait(30)
    assert witness.wait_for_abort().reason == "connection-lost"
    published = home.client("acme").files / target.login / REMOTE[1:]
    assert published.read_bytes() == b"before"
    assert len(public_server.uploads()) == 1


def test_a_server_that_stops_fails_the_client(
    target: Target, public_server: Server, witness: Witness, home: Home, tmp_path: Path
) -> None:
    """What ends at the server's side in mid-upload is a failure at the client's."""
    public_server.add_folder(target.login, "/in", name="In")
    file = tmp_path / "users.csv"
    file.write_bytes(os.urandom(8 << 20))
    command = openssh(target, str(file), f":{REMOTE}", "-l", "16000")
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    until(lambda: 1 << 20 <= largest(home.client("acme").spool) < 8 << 20)
    assert public_server._loop is not None
    ending = public_server._runtime._end_sessions()
    asyncio.run_coroutine_threadsafe(ending, public_server._loop).result(10)
    assert process.wait(30) != 0
    assert witness.wait_for_abort().reason == "shutdown"
