"""Every client does everything that it can: one test an operation, one cell a client.

What a cell comes to is noted when WHARFINGER_CELLS names a file, of which tools/clients.py
makes a page.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import paramiko
import pytest

from clients import Client, ClientFailed, Target, run
from fleet import FLEET
from fleet.cells import Cells
from fleet.rclone import rclone, rclone_remote
from wharfinger import Server, Settings
from wharfinger.hooks.events import Upload
from wharfinger.server.app.init import create_home
from wharfinger.server.home import Home
from witness import Witness, until

SOAK = "WHARFINGER_SOAK" in os.environ
MANY = 10_000
#: what the server says of a payroll file without its columns
REASON = "legalEntity"
PARTIAL = b"A" * 1_000_000


@dataclass(frozen=True, slots=True)
class Harbour:
    """The one server of this module, and what watches it."""

    server: Server
    target: Target
    home: Home
    witness: Witness

    def published(self, remote: str) -> Path:
        """Where the current version of a path is on the disk."""
        return self.home.client("acme").files / self.target.login / remote[1:]

    def wait_for(self, remote: str) -> Upload:
        """The next upload of this path; it must be the next one of all."""
        upload = self.witness.wait_for_upload().upload
        assert upload.path == remote
        return upload

    def receipts(self, remote: str) -> int:
        """How many uploads of this path there have been."""
        return sum(entry.path == remote for entry in self.server.uploads())


@pytest.fixture(scope="module")
def harbour(
    tmp_path_factory: pytest.TempPathFactory, keys: Path, open_account: Callable[..., Target]
) -> Iterator[Harbour]:
    """A server with the folders of all cells; `/in/many` holds 10,000 files."""
    folder = tmp_path_factory.mktemp("harbour")
    home = Home(folder / "home")
    home.create()
    shutil.copytree(keys, home.keys, dirs_exist_ok=True)
    create_home(home, settings="")
    witness = Witness()
    settings = Settings(home=home.root, stop_timeout=2)
    with Server(settings, (witness,), import_processes=0) as server:
        target = open_account(server, home, folder)
        server.add_folder(target.login, "/in", name="In")
        server.add_folder(
            target.login, "/checked", name="Checked", mapping="specimen", answer="checked"
        )
        harbour = Harbour(server, target, home, witness)
        many = harbour.published("/in/many")
        many.mkdir(parents=True)
        for number in range(MANY):
            (many / f"entry-{number:05}.csv").touch()
        yield harbour


@pytest.fixture(params=FLEET)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    """Each client that is installed; what its cell comes to is noted unless the test fails."""
    client = FLEET[request.param]
    if shutil.which(client.needs) is None and not Path(client.needs).exists():
        pytest.skip(f"{client.needs} is not installed")
    cells, operation = Cells.at(os.environ.get("WHARFINGER_CELLS")), request.node.originalname
    cells.forget(request.param, operation)
    failed = request.session.testsfailed
    yield client
    if request.session.testsfailed == failed:
        cells.note(request.param, operation)


@pytest.fixture
def at(harbour: Harbour, tmp_path: Path) -> Target:
    """The server, with a scratch folder of this cell; what a failed cell has left is forgotten."""
    while not harbour.witness.completed.empty():
        harbour.witness.completed.get()
    while not harbour.witness.aborted.empty():
        harbour.witness.aborted.get()
    return replace(harbour.target, folder=tmp_path)


@pytest.fixture
def cell(request: pytest.FixtureRequest) -> str:
    """A name for the files of this cell."""
    return re.sub(r"\W+", "-", request.node.name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a size that is no round number."""
    file = tmp_path / "local.csv"
    file.write_bytes(os.urandom(300_001))
    return file


def test_upload(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """What arrives is the file, byte for byte, with one receipt."""
    remote = f"/in/{cell}.csv"
    client.put(at, file, remote).run()
    assert harbour.wait_for(remote).sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert harbour.published(remote).read_bytes() == file.read_bytes()
    assert harbour.receipts(remote) == 1


def test_overwrite(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """A second upload, shorter than the first, replaces it whole."""
    remote = f"/in/{cell}.csv"
    client.put(at, file, remote).run()
    harbour.wait_for(remote)
    file.write_bytes(b"the second version")
    client.put(at, file, remote).run()
    assert harbour.wait_for(remote).size == len(b"the second version")
    assert harbour.published(remote).read_bytes() == b"the second version"
    assert harbour.receipts(remote) == 2


def test_resume(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """What was there is kept, and only the rest is sent."""
    if isinstance(client.resume, str):
        return
    remote = f"/in/{cell}.csv"
    leave_partial(at, remote)
    assert harbour.witness.wait_for_abort().path == remote
    file.write_bytes(b"B" * len(PARTIAL) + b"the rest")
    client.resume(at, file, remote).run()
    assert harbour.wait_for(remote).size == file.stat().st_size
    # the server holds the last byte of a partial back
    assert harbour.published(remote).read_bytes() == PARTIAL[:-1] + b"Bthe rest"


def test_rename(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """A temporary name is no upload; its rename to the final name is one."""
    if isinstance(client.rename, str):
        return
    temporary, remote = f"/in/{cell}.csv.tmp", f"/in/{cell}.csv"
    client.put(at, file, temporary).run()
    assert harbour.receipts(temporary) == 0
    client.rename(at, temporary, remote).run()
    assert harbour.wait_for(remote).size == file.stat().st_size
    assert harbour.published(remote).read_bytes() == file.read_bytes()
    assert (harbour.receipts(temporary), harbour.receipts(remote)) == (0, 1)


def test_download(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """What comes back is what was sent."""
    harbour.published(f"/in/{cell}.csv").write_bytes(file.read_bytes())
    back = at.folder / "back.csv"
    client.get(at, back, f"/in/{cell}.csv").run()
    assert back.read_bytes() == file.read_bytes()


def test_list(client: Client, at: Target) -> None:
    """10,000 entries are all listed, each once."""
    if isinstance(client.listing, str):
        return
    names = re.findall(r"entry-\d{5}\.csv", client.listing(at, "/in/many").run())
    assert len(names) == MANY
    assert len(set(names)) == MANY


def test_unicode(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """A name beyond ASCII stays as it is, on the way there and back."""
    remote = f"/in/Zoé-Müller-€-給与-{cell}.csv"
    client.put(at, file, remote).run()
    harbour.wait_for(remote)
    back = at.folder / "back.csv"
    client.get(at, back, remote).run()
    assert back.read_bytes() == file.read_bytes()


def test_zero(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """A file of no bytes is an upload like any other."""
    remote = f"/in/{cell}.csv"
    file.write_bytes(b"")
    try:
        client.put(at, file, remote).run()
    except ClientFailed:
        assert client.empty
        assert harbour.receipts(remote) == 0
        return
    assert harbour.wait_for(remote).size == 0
    assert harbour.published(remote).read_bytes() == b""


def test_refused(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """A file that the folder does not take fails the client, which shows why if it shows texts."""
    remote = f"/checked/{cell}.csv"
    file.write_bytes(b"no payroll\n")
    if client.deaf:
        client.put(at, file, remote).run()
    else:
        with pytest.raises(ClientFailed) as failed:
            client.put(at, file, remote).run()
        assert (REASON in str(failed.value)) is not bool(client.silent), failed.value
    assert not harbour.published(remote).exists()


def test_abort(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """A client that is killed leaves no upload, and the version before as it was."""
    remote, spool = f"/in/{cell}.csv", harbour.home.client("acme").spool
    harbour.published(remote).write_bytes(b"the version before")
    os.truncate(file, 1 << 29)
    before = set(spool.iterdir())
    process = client.put(at, file, remote).start()
    try:
        until(lambda: any(grown(path) for path in set(spool.iterdir()) - before))
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        if client is FLEET["sshfs"]:
            run("fusermount3", "-u", "-z", str(at.folder / "mount"))
    assert harbour.witness.wait_for_abort().path == remote
    assert harbour.receipts(remote) == 0
    assert harbour.published(remote).read_bytes() == b"the version before"


@pytest.mark.skipif(not SOAK, reason="1 GiB a client: only in make soak")
@pytest.mark.timeout(600)
def test_gibibyte(client: Client, harbour: Harbour, at: Target, file: Path, cell: str) -> None:
    """1 GiB arrives whole."""
    remote = f"/in/{cell}.csv"
    os.truncate(file, 1 << 30)
    client.put(at, file, remote).run()
    assert harbour.wait_for(remote).size == 1 << 30
    with file.open("rb") as here, harbour.published(remote).open("rb") as there:
        digests = [hashlib.file_digest(content, "sha256").digest() for content in (here, there)]
    assert digests[0] == digests[1]
    harbour.published(remote).unlink()


@pytest.mark.parametrize("protocol", ["SFTP", "FTPES", "FTPS"])
def test_rclone_check(protocol: str, harbour: Harbour, at: Target, tmp_path: Path) -> None:
    """`rclone check` finds that a folder there is what it is here."""
    here = tmp_path / "here"
    here.mkdir()
    for name in ("users.csv", "Zoé.csv", "empty.csv"):
        (here / name).write_bytes(name.encode() if name != "empty.csv" else b"")
    there = rclone_remote(at, protocol, f"/in/check-{protocol}")
    rclone(at, "copy", str(here), there).run()
    assert "0 differences found" in rclone(at, "check", "--download", str(here), there).run()
    assert {harbour.witness.wait_for_upload().upload.size for _ in range(3)} == {9, 8, 0}


@pytest.mark.skipif(not SOAK, reason="hundreds of uploads: only in make soak")
@pytest.mark.parametrize("protocol", ["SFTP", "FTPES", "FTPS"])
def test_rclone_test_info(protocol: str, at: Target) -> None:
    """`rclone test info` tries out which names can be kept, and ends well."""
    rclone(at, "test", "info", "--all", rclone_remote(at, protocol, f"/in/info-{protocol}")).run()


def leave_partial(target: Target, remote: str) -> None:
    """Lose the connection in the middle of an upload, with all that was sent received."""
    with paramiko.Transport((target.sftp.host, target.sftp.port)) as transport:
        transport.connect(username=target.login, password=target.password)
        sftp = paramiko.SFTPClient.from_transport(transport)
        assert sftp is not None
        file = sftp.open(remote, "wb")
        file.write(PARTIAL)
        transport.close()
        transport.join(5)


def grown(path: Path) -> bool:
    """Whether an upload on its way has its first megabyte."""
    try:
        return path.stat().st_size >= 1 << 20
    except FileNotFoundError:
        return False
