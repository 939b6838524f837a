"""Real clients that are killed in mid-upload, and go on afterwards in their own way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from clients import Target, run, ssh_options
from firm import PASSWORD
from killing import child_of, largest
from wharfinger import Server
from wharfinger.server.home import Home
from witness import Witness, until

REMOTE = "/in/big.csv"
#: more than the server gathers before it writes, so that the test can see bytes arrive
SIZE = 8 << 20
OLD = b"an earlier version\n"


@dataclass(frozen=True, slots=True)
class Client:
    """A client as two commands: a slow upload to be killed, and going on with it."""

    program: str
    slow: Callable[[Target, Path], Sequence[str]]
    again: Callable[[Target, Path], Sequence[str]]
    #: what the commands read from standard input
    slow_input: str = ""
    again_input: str = ""
    #: which process is killed: the client itself, or the ssh that it has started
    victim: str = ""


def _sftp(target: Target, *options: str) -> list[str]:
    return [
        *("sftp", "-q", "-b", "-", "-P", str(target.sftp.port), *options, *ssh_options(target)),
        f"{target.login}@127.0.0.1",
    ]


def _curl(target: Target, file: Path, *options: str) -> list[str]:
    credentials = f"{target.login}:{PASSWORD}"
    return ["curl", "-sS", "-k", "-T", str(file), "-u", credentials, *options]


def _curl_sftp(target: Target) -> str:
    return f"sftp://127.0.0.1:{target.sftp.port}{REMOTE}"


def _curl_ftpes(target: Target) -> list[str]:
    return ["--ssl-reqd", f"ftp://localhost:{target.ftpes.port}{REMOTE}"]


def _lftp(target: Target, protocol: str, command: str, *settings: str) -> list[str]:
    program = " ".join(["ssh", "-a", "-x", *ssh_options(target)])
    if protocol == "sftp":
        where = f"open -p {target.sftp.port} -u {target.login}, sftp://127.0.0.1"
        chosen = [f"set sftp:connect-program '{program}'"]
    else:
        where = f"open -p {target.ftpes.port} -u {target.login},'{PASSWORD}' localhost"
        chosen = ["set ftp:ssl-force yes", f"set ssl:ca-file {target.certificate}"]
    common = ["set cmd:fail-exit yes", "set net:max-retries 1", "set xfer:clobber yes"]
    return ["lftp", "-c", "; ".join([*common, *settings, *chosen, where, command])]


CLIENTS = {
    "openssh-sftp": Client(
        "sftp",
        lambda t, f: _sftp(t, "-l", "16000"),
        lambda t, f: _sftp(t),
        slow_input="put {file} " + REMOTE,
        again_input="reput {file} " + REMOTE,
    ),
    "openssh-ssh": Client(
        "sftp",
        lambda t, f: _sftp(t, "-l", "16000"),
        lambda t, f: _sftp(t),
        slow_input="put {file} " + REMOTE,
        again_input="reput {file} " + REMOTE,
        victim="ssh",
    ),
    "curl-sftp": Client(
        "curl",
        lambda t, f: _curl(t, f, "--limit-rate", "2M", _curl_sftp(t)),
        lambda t, f: _curl(t, f, "-C", "-", _curl_sftp(t)),
    ),
    "curl-ftpes": Client(
        "curl",
        lambda t, f: _curl(t, f, "--limit-rate", "2M", *_curl_ftpes(t)),
        lambda t, f: _curl(t, f, "-C", "-", *_curl_ftpes(t)),
    ),
    "lftp-sftp": Client(
        "lftp",
        lambda t, f: _lftp(t, "sftp", f"put {f} -o {REMOTE}", "set net:limit-rate 0:2000000"),
        lambda t, f: _lftp(t, "sftp", f"put -c {f} -o {REMOTE}"),
    ),
    "lftp-ftpes": Client(
        "lftp",
        lambda t, f: _lftp(t, "ftpes", f"put {f} -o {REMOTE}", "set net:limit-rate 0:2000000"),
        lambda t, f: _lftp(t, "ftpes", f"put -c {f} -o {REMOTE}"),
    ),
}


@pytest.fixture
def witness() -> Witness:
    """What hooks are told."""
    return Witness()


@pytest.fixture
def public_server(start: Callable[..., Server], witness: Witness) -> Server:
    """The server that `target` names, with a hook that notes what it is told."""
    return start(hooks=(witness,))


@pytest.mark.parametrize("name", CLIENTS)
def test_a_killed_upload_is_no_upload_and_can_be_resumed(
    name: str, target: Target, public_server: Server, witness: Witness, home: Home, tmp_path: Path
) -> None:
    """kill -9 of the client: no receipt, nothing under the name; resume makes it whole."""
    client = CLIENTS[name]
    if shutil.which(client.program) is None:
        pytest.skip(f"{client.program} is not installed")
    public_server.add_folder(target.login, "/in", name="In")
    file = tmp_path / "big.csv"
    file.write_bytes(os.urandom(SIZE))

    kill_in_mid_upload(client, target, file, home.client("acme").spool)

    assert witness.wait_for_abort().path == REMOTE
    published = home.client("acme").files / target.login / "in" / "big.csv"
    assert not published.exists()
    assert public_server.uploads() == []
    run(*client.again(target, file), text=client.again_input.format(file=file) + "\n")
    upload = witness.wait_for_upload().upload
    assert upload.size == SIZE
    assert published.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("name", CLIENTS)
def test_a_killed_upload_leaves_the_version_before(
    name: str, target: Target, public_server: Server, witness: Witness, home: Home, tmp_path: Path
) -> None:
    """Over an earlier version, a killed upload changes nothing; sent again, it replaces it."""
    client = CLIENTS[name]
    if shutil.which(client.program) is None:
        pytest.skip(f"{client.program} is not installed")
    public_server.add_folder(target.login, "/in", name="In")
    file = tmp_path / "big.csv"
    file.write_bytes(OLD)
    published = home.client("acme").files / target.login / "in" / "big.csv"
    run(*client.slow(target, file), text=client.slow_input.format(file=file) + "\n")
    witness.wait_for_upload()
    file.write_bytes(os.urandom(SIZE))

    kill_in_mid_upload(client, target, file, home.client("acme").spool)

    witness.wait_for_abort()
    assert published.read_bytes() == OLD
    assert len(public_server.uploads()) == 1
    run(*client.slow(target, file), text=client.slow_input.format(file=file) + "\n")
    witness.wait_for_upload()
    assert published.read_bytes() == file.read_bytes()


def kill_in_mid_upload(client: Client, target: Target, file: Path, spool: Path) -> None:
    """Start a slow upload, and kill the client (or its ssh) once the server has a part of it."""
    process = subprocess.Popen(
        client.slow(target, file),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write((client.slow_input.format(file=file) + "\n").encode())
    until(lambda: 1 << 20 <= largest(spool) < SIZE)
    if client.victim:
        os.kill(child_of(process.pid, client.victim), signal.SIGKILL)
    else:
        process.kill()
    process.wait(30)
