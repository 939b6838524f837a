"""`wharfinger demo`: the main job, for real, in a home of its own."""

from __future__ import annotations

import asyncio
import ftplib
import io
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import click

from ...certs import load_host_keys
from ...hooks.engine.specimen import Company, Day, mapping_text
from ..accounts.credential import generate_password
from ..app import Server
from ..home import Home
from ..settings import Settings
from .answer import print_json
from .handover import handover_sheet
from .office import Office, WharfingerCommand, pass_office
from .report_view import print_report
from .serve import configure_logging

_PEOPLE = 300
_FOLDER = "/hr/users"
#: changes and findings that are shown of each import
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Push:
    """One push, and what became of it."""

    client: str
    file: str
    size: int
    #: seconds from the client's start to its end
    pushed: float
    #: seconds from the last byte to the end of the import
    imported: float
    report: Mapping[str, Any]


@click.command("demo", cls=WharfingerCommand)
@click.option("--once", is_flag=True, help="Stop when it is done, instead of serving on.")
@pass_office
def command(office: Office, *, once: bool) -> None:
    """Push two days of payroll files over SFTP and FTPES, and show what became of them.

    In a new temporary home, with real clients: OpenSSH's sftp if there is one, and ftplib.
    """
    configure_logging("error")
    home = Home(Path(tempfile.mkdtemp(prefix="wharfinger-demo-")))
    try:
        with Server(Settings(home=home.root / "home"), import_processes=1) as server:
            _Demo(office, server).run()
            if not once:
                _serve_on(server)
    finally:
        shutil.rmtree(home.root)


class _Demo:
    """One run: its client, its two accounts, and the company whose files are pushed."""

    def __init__(self, office: Office, server: Server) -> None:
        self._office = office
        self._server = server
        self._home = server.settings.layout
        self._password = generate_password()
        self._key = asyncssh.generate_private_key("ssh-ed25519")

    def run(self) -> None:
        """Provision, push, approve, push again, and tell."""
        self._provision()
        today = datetime.now().astimezone().date()
        company = Company(1, _PEOPLE, first_day=today - timedelta(days=1))
        self._say(f"wharfinger demo, in {self._home.root}\n")
        first = company.first_day()
        held = self._push_by_sftp(first)
        self._tell(1, held, first)
        result = self._server.approve_import(held.report["upload"], person="demo")
        told = f"{result.report['state']}: {result.report['summary']}"
        self._say(f"\n$ wharfinger import approve {held.report['import']}\n{told}")
        second = company.next_day()
        applied = self._push_by_ftpes(second)
        self._tell(2, applied, second)
        if self._office.json:
            print_json([_data(held), _data(applied), {"approved": result.report["summary"]}])

    def _provision(self) -> None:
        (self._home.mappings / "specimen.toml").write_text(mapping_text(), encoding="utf-8")
        self._server.add_client("acme", timezone="Europe/Paris")
        self._server.add_account(
            "acme-sftp",
            client="acme",
            public_keys=[self._key.export_public_key()],
            protocols={"sftp"},
        )
        self._server.add_account(
            "acme-ftps", client="acme", password=self._password, protocols={"ftps", "ftpes"}
        )
        for login, first_import in (("acme-sftp", "hold"), ("acme-ftps", "apply")):
            self._server.add_folder(
                login, _FOLDER, name="Users", mapping="specimen", first_import=first_import
            )

    def _push_by_sftp(self, day: Day) -> Push:
        with tempfile.TemporaryDirectory(dir=self._home.root) as folder:
            file = Path(folder) / f"users-{day.day}.csv"
            file.write_bytes(day.csv)
            began = time.perf_counter()
            client = self._sftp(file, Path(folder))
            return self._pushed(client, file.name, day, time.perf_counter() - began)

    def _sftp(self, file: Path, folder: Path) -> str:
        """Upload by OpenSSH's client, else by asyncssh's; returns its name."""
        address = self._server.sftp
        host_key = load_host_keys(self._home.keys)[0].convert_to_public()
        program = shutil.which("sftp")
        if program is None:
            asyncio.run(self._asyncssh(file, host_key))
            return "asyncssh"
        known = f"[{address.host}]:{address.port} {host_key.export_public_key().decode()}"
        (folder / "known_hosts").write_text(known, encoding="ascii")
        key = folder / "key"
        key.touch(mode=0o600)
        key.write_bytes(self._key.export_private_key())
        options = ("StrictHostKeyChecking=yes", f"UserKnownHostsFile={folder}/known_hosts")
        run = subprocess.run(  # noqa: S603 - the user's own sftp, no shell
            [
                *(program, "-q", "-b", "-", "-P", str(address.port), "-i", str(key), "-F", "none"),
                *(word for option in options for word in ("-o", option)),
                f"acme-sftp@{address.host}",
            ],
            input=f"put {file} {_FOLDER}/\n",
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise click.ClickException(f"sftp failed: {run.stderr.strip()}")
        return "OpenSSH sftp"

    async def _asyncssh(self, file: Path, host_key: asyncssh.SSHKey) -> None:
        address = self._server.sftp
        async with (
            asyncssh.connect(
                address.host,
                address.port,
                username="acme-sftp",
                client_keys=[self._key],
                known_hosts=([host_key], [], []),
                config=None,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            await sftp.put(str(file), f"{_FOLDER}/{file.name}")

    def _push_by_ftpes(self, day: Day) -> Push:
        address = self._server.ftpes
        context = ssl.create_default_context(cafile=self._home.keys / "tls.crt")
        name = f"users-{day.day}.csv"
        began = time.perf_counter()
        with ftplib.FTP_TLS(context=context, encoding="utf-8") as ftp:  # noqa: S321 - in TLS
            ftp.connect("localhost", address.port)  # as the certificate says
            ftp.login("acme-ftps", self._password)
            ftp.prot_p()
            ftp.storbinary(f"STOR {_FOLDER}/{name}", io.BytesIO(day.csv))
        return self._pushed("ftplib, FTPES", name, day, time.perf_counter() - began)

    def _pushed(self, client: str, file: str, day: Day, seconds: float) -> Push:
        upload = self._server.wait_for_upload()
        self._server.wait_for_import(upload.id)
        report = self._server.import_report(upload.id)
        ended = datetime.fromisoformat(report["times"]["finished"])
        took = (ended - upload.received_at).total_seconds()
        return Push(client, file, len(day.csv), seconds, took, report)

    def _tell(self, number: int, push: Push, day: Day) -> None:
        self._say(
            f"\n── day {number}: {push.file} pushed by {push.client}\n"
            f"{push.size:,} bytes, {len(day.users)} people, {len(day.findings)} bad rows; pushed in"
            f" {push.pushed * 1000:.0f} ms, from the last byte to {push.report['state']}"
            f" {push.imported * 1000:.0f} ms\n"
        )
        if not self._office.json:
            print_report(push.report, shown=_SHOWN)
        self._say(f"The client finds this report in /reports of {push.report['account']}.")

    def _say(self, text: str) -> None:
        if not self._office.json:
            click.echo(text)


def _serve_on(server: Server) -> None:
    desk = Office()
    desk.path = server.settings.home
    account = desk.registry.account("acme-ftps")
    click.echo("\n" + handover_sheet(desk, account, None))
    click.echo(f"\nServing on; look around with: wharfinger --home {server.settings.home} …")
    click.echo("Stop with Ctrl-C; the home is removed then.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    threading.Event().wait()


def _data(push: Push) -> dict[str, Any]:
    return {
        "client": push.client,
        "file": push.file,
        "seconds_pushed": push.pushed,
        "seconds_to_rest": push.imported,
        "report": push.report,
    }
