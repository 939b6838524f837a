"""From the sender's last byte to the applied import, of a 1,000-row daily file.

    bench/close_to_applied.py [--pushes 200] [--rows 1000] [--json FILE]

`wharfinger serve` runs in a process of its own with its defaults: durable, imports in a process.
Clients run in this one. Each push is the next day's file of a firm: a few hires, leavers and moves.
Measured for SFTP and FTPES, with one client at a time and with eight at once, each a company of its
own. `total` begins before the client ends the file (CLOSE, close_notify) and ends when the import
is committed; the parts are the server's own times.
"""

from __future__ import annotations

import argparse
import json
import signal
import socket
import ssl
import statistics
import subprocess
import sysconfig
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import paramiko
from paramiko.sftp import CMD_CLOSE

from wharfinger import Server, Settings
from wharfinger.hooks.engine.specimen import Company, mapping_text
from wharfinger.server.database import Database
from wharfinger.server.journal import Journal
from wharfinger.server.migrations import migrations

PASSWORD = "benchmark-only-password"  # noqa: S105 - of a home that is thrown away
PARTS = ("commit", "dispatch", "read", "plan", "apply", "store", "report")
AT_ONCE = 8
#: so long ago that no day of the bench lies in the future
FIRST_DAY = datetime.now(UTC).date() - timedelta(days=1000)


class SftpPusher:
    """A client that has logged in over SFTP."""

    def __init__(self, address: dict[str, Any], login: str) -> None:
        self._transport = paramiko.Transport((address["host"], address["port"]))
        self._transport.connect(username=login, password=PASSWORD)
        self._client: Any = paramiko.SFTPClient.from_transport(self._transport)

    def push(self, name: str, content: bytes) -> float:
        """Upload a file; returns when its last byte had been sent."""
        handle = self._client.open(name, "wb")
        handle.write(content)
        ended = time.time()
        self._client._request(CMD_CLOSE, handle.handle)  # noqa: SLF001 - close() hides errors
        handle._closed = True  # noqa: SLF001 - it is closed
        return ended

    def close(self) -> None:
        """End the connection."""
        self._transport.close()
        self._transport.join(10)


class FtpesPusher:
    """A client that has logged in over explicit TLS."""

    def __init__(self, address: dict[str, Any], login: str) -> None:
        self._address = (address["host"], address["port"])
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE
        self._socket: socket.socket = socket.create_connection(self._address, 30)
        self._file = self._socket.makefile("rb")
        self._reply()
        self._command("AUTH TLS")
        self._socket = self._context.wrap_socket(self._socket)
        self._file = self._socket.makefile("rb")
        for command in (f"USER {login}", f"PASS {PASSWORD}", "PBSZ 0", "PROT P", "TYPE I"):
            self._command(command)

    def push(self, name: str, content: bytes) -> float:
        """Upload a file; returns when its last byte had been sent."""
        port = int(self._command("EPSV").split("|||")[1].split("|")[0])
        data = socket.create_connection((self._address[0], port), 30)
        self._command(f"STOR {name}")
        secure = self._context.wrap_socket(data)
        secure.sendall(content)
        ended = time.time()
        secure.unwrap().close()
        answer = self._reply()
        if not answer.startswith("226"):
            raise RuntimeError(answer)
        return ended

    def close(self) -> None:
        """End the connection."""
        self._file.close()
        self._socket.close()

    def _command(self, line: str) -> str:
        self._socket.sendall(f"{line}\r\n".encode())
        return self._reply()

    def _reply(self) -> str:
        while True:
            line = self._file.readline().decode()
            if line[3:4] == " " or not line:
                return line


PUSHERS: dict[str, Callable[[dict[str, Any], str], SftpPusher | FtpesPusher]] = {
    "sftp": SftpPusher,
    "ftpes": FtpesPusher,
}


class Bench:
    """A server on a throw-away home, and the firms whose files are pushed."""

    def __init__(self, folder: Path, rows: int) -> None:
        self._home = folder / "home"
        self._rows = rows
        self._log = folder / "log"
        self._ready = folder / "ready.json"
        with Server(Settings(home=self._home)) as server:
            mappings = self._home / "mappings"
            (mappings / "specimen.toml").write_text(mapping_text(), encoding="utf-8")
            for number in range(AT_ONCE + 1):
                for protocol in PUSHERS:
                    client = f"firm{number}-{protocol}"
                    server.add_client(client, timezone="UTC")
                    server.add_account(client, client=client, password=PASSWORD)
                    server.add_folder(
                        client, "/hr", name="Users", mapping="specimen", first_import="apply"
                    )

    def run(self, pushes: int) -> dict[str, dict[str, Any]]:
        """Measure everything; returns the results by name."""
        program = str(Path(sysconfig.get_path("scripts")) / "wharfinger")
        listeners = [word for name in PUSHERS for word in (f"--{name}", "127.0.0.1:0")]
        with self._log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [
                    *(program, "--home", str(self._home), "serve", *listeners),
                    *("--ready-file", str(self._ready)),
                ],
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        watcher = LogWatcher(self._log)
        try:
            while not self._ready.exists():
                time.sleep(0.05)
            time.sleep(2)  # the import process is started in the background
            addresses = json.loads(self._ready.read_text())
            return {
                f"{protocol}, {label}": self._measure(protocol, addresses, firms, pushes, watcher)
                for protocol in PUSHERS
                for label, firms in (("idle", [0]), ("8 at once", list(range(1, AT_ONCE + 1))))
            }
        finally:
            watcher.stop()
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def _measure(
        self,
        protocol: str,
        addresses: dict[str, Any],
        firms: list[int],
        pushes: int,
        watcher: LogWatcher,
    ) -> dict[str, Any]:
        def push_all(firm: int) -> dict[str, float]:
            client = f"firm{firm}-{protocol}"
            pusher = PUSHERS[protocol](addresses[protocol], client)
            company = Company(firm, self._rows, bad_rows=0, first_day=FIRST_DAY)
            ended = {}
            for number in range(pushes // len(firms) + 1):
                day = company.next_day() if number else company.first_day()
                name = f"/hr/{number}.csv"
                at = pusher.push(name, day.csv)
                watcher.wait(client, number + 1)
                if number:  # the first file makes everybody; a day's change is measured
                    ended[f"{client}{name}"] = at
            pusher.close()
            return ended

        with ThreadPoolExecutor(len(firms)) as pool:
            futures = [pool.submit(push_all, firm) for firm in firms]
            ended = {name: at for future in futures for name, at in future.result().items()}
        return summarize([self._times(name, at, watcher) for name, at in ended.items()])

    def _times(self, name: str, ended: float, watcher: LogWatcher) -> dict[str, float]:
        """One push's milliseconds, in all and by part."""
        client, _, path = name.partition("/")
        entry = self._journal.latest_of_path(client, f"/{path}")
        assert entry is not None  # noqa: S101 - it was acknowledged
        line = watcher.finished[entry.id]
        if not line["state"].startswith("applied"):
            raise SystemExit(f"{name} was not applied: its import is {line['state']}")
        started = datetime.fromisoformat(line["started_at"])
        finished = datetime.fromisoformat(line["finished_at"])
        steps = line["timings_ms"]
        known = sum(steps[step] for step in ("read", "plan", "apply"))
        return {
            "total": (finished.timestamp() - ended) * 1000,
            "commit": (entry.recorded_at - entry.received_at).total_seconds() * 1000,
            "dispatch": (started - entry.recorded_at).total_seconds() * 1000,
            **{step: steps[step] for step in ("read", "plan", "apply")},
            "store": (finished - started).total_seconds() * 1000 - known,
            "report": steps["report"],
        }

    @property
    def _journal(self) -> Journal:
        return Journal(Database(self._home / "wharfinger.db", migrations))


class LogWatcher:
    """Follows the server's log, and knows of each import that has finished."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._changed = threading.Condition()
        self._stopped = False
        self._counts: Counter[str] = Counter()
        #: upload id -> the log line of its import
        self.finished: dict[str, dict[str, Any]] = {}
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def wait(self, client: str, count: int) -> None:
        """Wait until so many imports of a client have finished."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._counts[client] >= count, timeout=120):
                raise TimeoutError(f"the import of {client} does not finish: see {self._log}")

    def stop(self) -> None:
        """Follow no longer."""
        self._stopped = True
        self._thread.join()

    def _follow(self) -> None:
        with self._log.open(encoding="utf-8") as file:
            line = ""
            while not self._stopped:
                line += file.readline()
                if not line.endswith("\n"):
                    time.sleep(0.002)
                    continue
                line, whole = "", line
                event = json.loads(whole) if whole.startswith("{") else {}
                if event.get("event") == "import finished":
                    with self._changed:
                        self.finished[event["upload"]] = event
                        self._counts[event["client"]] += 1
                        self._changed.notify_all()


def summarize(times: list[dict[str, float]]) -> dict[str, Any]:
    """Median and 99th percentile of each part, in milliseconds."""
    summary: dict[str, Any] = {"pushes": len(times)}
    for part in ("total", *PARTS):
        values = sorted(time[part] for time in times)
        summary[part] = {
            "median": round(statistics.median(values), 2),
            "p99": round(values[min(len(values) - 1, int(len(values) * 0.99))], 2),
        }
    return summary


def print_table(results: dict[str, dict[str, Any]], rows: int) -> None:
    """Print medians with 99th percentiles, in milliseconds."""
    columns = ("total", *PARTS)
    title = f"last byte to applied, {rows:,} rows: median (p99), ms"
    print(title)  # noqa: T201 - a command's answer
    print(f"{'':<18}" + "".join(f"{column:>16}" for column in columns))  # noqa: T201 - idem
    for name, result in results.items():
        cells = (f"{result[c]['median']:.1f} ({result[c]['p99']:.1f})" for c in columns)
        print(f"{name:<18}" + "".join(f"{cell:>16}" for cell in cells))  # noqa: T201 - idem


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--pushes", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--json", type=Path, help="write the results into this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wharfinger-bench-") as folder:
        results = Bench(Path(folder), options.rows).run(options.pushes)
    print_table(results, options.rows)
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
