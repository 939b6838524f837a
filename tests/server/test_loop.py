"""The event loop is never held up, whatever goes on beside it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from firm import PASSWORD, provision
from ftp_wire import FtpWire
from process import ServeProcess
from wharfinger import Server, Settings
from wharfinger.hooks.engine import ImportRecord, list_imports
from wharfinger.hooks.engine.specimen import Company, mapping_text
from wharfinger.server.home import Home
from witness import until

#: seconds: nothing blocks the loop for longer
LIMIT = 0.05
PEOPLE = 100_000
CLIENTS = 8


@pytest.mark.timeout(400)
def test_the_loop_is_not_blocked_while_a_big_file_is_imported_and_clients_transfer(
    home: Home, tmp_path: Path
) -> None:
    """100,000 rows are imported and 8 clients push and list: no delay over 50 ms."""
    (home.mappings / "specimen.toml").write_text(mapping_text())
    with Server(Settings(home=home.root)) as server:
        provision(server, mapping="specimen")
        server.add_folder("acme-payroll", "/in", name="In")
    big = Company(5, PEOPLE, bad_rows=0).first_day().csv
    meter = tmp_path / "lag"
    with ServeProcess(home.root, inject="meter", WHARFINGER_METER=str(meter)) as process:
        clients = [connect(process) for _ in range(CLIENTS)]
        done = threading.Event()
        with ThreadPoolExecutor(CLIENTS) as pool:
            pushing = [pool.submit(push_until, ftp, n, done) for n, ftp in enumerate(clients)]
            with connect(process) as ftp:
                assert ftp.store("/hr/users/big.csv", big).startswith("226")
            until(lambda: bool(imported(home)), patience=300)
            done.set()
            pushed = sum(future.result() for future in pushing)
        for ftp in clients:
            ftp.socket.close()
        process.stop()
    assert imported(home)[0].counts["creates"] == PEOPLE
    assert pushed > CLIENTS
    assert float(meter.read_text()) < LIMIT


def imported(home: Home) -> list[ImportRecord]:
    """The imports that have come to rest."""
    directory = home.client("acme").directory
    return list(list_imports(directory)) if directory.exists() else []


def connect(process: ServeProcess) -> FtpWire:
    """A client that has logged in."""
    ftp = FtpWire(process.address("ftpes"))
    assert ftp.login("acme-payroll", PASSWORD).startswith("230")
    return ftp


def push_until(ftp: FtpWire, number: int, done: threading.Event) -> int:
    """Push 1 MiB files and list the folder until told to stop; returns how many were pushed."""
    pushed = 0
    while not done.is_set():
        assert ftp.store(f"/in/{number}.bin", b"x" * (1 << 20)).startswith("226")
        data = ftp.transfer("MLSD /in")
        while data.recv(65536):
            continue
        data.close()
        ftp.reply()
        pushed += 1
    return pushed
