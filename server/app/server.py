"""Server: what embedders and tests import, and what `wharfinger serve` runs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterable, Mapping
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from ...hooks.engine import ImportResult
from ...hooks.events import ImportFinished, Upload
from ..accounts import SFTP_LEGACY, Account, Client, Folder, PublicKey
from ..accounts.account import read_public_key
from ..accounts.certificate import read_client_certificate
from ..journal import JournalEntry
from ..settings import Address, Settings
from .decisions import Decisions
from .init import create_home
from .provisioning import Provisioning
from .runtime import Runtime

T = TypeVar("T")


class Server:
    """An SFTP and FTPS server on one home, which is made if it is missing.

    Use it as a context manager: `with` runs it in a thread of its own, `async with` in the running
    event loop. `hooks` are plugins (see wharfinger.hooks.spec). Imports run in this process's
    threads unless `import_processes` says otherwise.
    """

    def __init__(
        self, settings: Settings, hooks: Iterable[object] = (), *, import_processes: int = 0
    ) -> None:
        self.settings = settings
        self._runtime = Runtime(settings, hooks, import_processes=import_processes)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None
        self._ended: Future[None] = Future()

    # life

    async def __aenter__(self) -> Self:
        """Start in the running event loop. Raises WharfingerError and CertsError."""
        self._loop = asyncio.get_running_loop()
        if not self.settings.layout.exists():
            await asyncio.to_thread(create_home, self.settings.layout, settings="")
        await self._runtime.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop."""
        await self._runtime.stop()

    def reload(self) -> None:
        """Take the certificate and the host keys that are in the files now, for new connections.

        A running server does so by itself within half a minute. From any thread.
        """
        assert self._loop is not None  # noqa: S101 - the server runs
        self._loop.call_soon_threadsafe(self._runtime.reload)

    def __enter__(self) -> Self:
        """Start in a thread. Raises WharfingerError and CertsError."""
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(started,), name="wharfinger", daemon=True
        )
        self._thread.start()
        try:
            started.result()
        except BaseException:
            self._thread.join()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop, and wait for it."""
        assert self._loop is not None and self._stopping is not None and self._thread is not None  # noqa: S101, PT018 - set by __enter__
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._ended.result()

    def _run(self, started: Future[None]) -> None:
        async def main() -> None:
            self._stopping = asyncio.Event()
            async with self:
                started.set_result(None)
                await self._stopping.wait()

        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001 - it is raised where the caller waits
            (self._ended if started.done() else started).set_exception(error)
        else:
            self._ended.set_result(None)

    # where it listens

    def describe(self) -> dict[str, Any]:
        """The process id, and per protocol host and port or None, as plain data."""
        return self._runtime.describe()

    @property
    def addresses(self) -> dict[str, Address]:
        """Protocol (sftp, ftps, ftpes) -> where it listens."""
        return dict(self._runtime.addresses)

    @property
    def sftp(self) -> Address:
        """Where SFTP is served. Raises KeyError where it is off."""
        return self._runtime.addresses["sftp"]

    @property
    def sftp_legacy(self) -> Address:
        """Where SFTP for old clients is served. Raises KeyError where it is off."""
        return self._runtime.addresses[SFTP_LEGACY]

    @property
    def ftps(self) -> Address:
        """Where FTP over implicit TLS is served. Raises KeyError where it is off."""
        return self._runtime.addresses["ftps"]

    @property
    def ftpes(self) -> Address:
        """Where FTP over explicit TLS is served. Raises KeyError where it is off."""
        return self._runtime.addresses["ftpes"]

    # provisioning

    def add_client(self, name: str, *, timezone: str | None = None) -> Client:
        """Add a client. Raises InputInvalid, NameTaken."""
        return self._provisioning.add_client(name, timezone or self.settings.timezone)

    def add_account(
        self,
        login: str,
        *,
        client: str,
        password: str | None = None,
        public_keys: Iterable[str | bytes] = (),
        protocols: Iterable[str] | None = None,
        host: str = "default",
        allowed_ips: Iterable[str] = (),
        required: str = "any",
        legacy: bool = False,
        client_certificates: Iterable[bytes] = (),
    ) -> Account:
        """Add an account; `public_keys` are texts in OpenSSH or RFC 4716 format.

        With `required="key+password"` or `"certificate+password"` a login takes both.
        `client_certificates` are PEM. `legacy` allows the listener for old clients.

        Raises InputInvalid, NameTaken, NotFound.
        """
        keys: list[PublicKey] = [
            read_public_key(key.encode() if isinstance(key, str) else key) for key in public_keys
        ]
        return self._provisioning.add_account(
            login,
            client=client,
            password=password,
            public_keys=keys,
            protocols=protocols,
            host=host,
            allowed_ips=allowed_ips,
            required=required,
            legacy=legacy,
            client_certificates=[read_client_certificate(pem) for pem in client_certificates],
        )

    def add_folder(self, login: str, path: str, *, name: str, **choices: Any) -> Folder:
        """Add a folder to an account; `choices` are the fields of Folder.

        Raises InputInvalid, NameTaken, NotFound, MappingInvalid.
        """
        return self._provisioning.add_folder(Folder(login=login, path=path, name=name, **choices))

    def uploads(self, *, client: str | None = None, limit: int = 50) -> list[JournalEntry]:
        """Uploads, newest first, with how far their delivery is."""
        return self._runtime.journal.latest(client=client, limit=limit)

    def import_report(self, upload_id: str) -> Mapping[str, Any]:
        """The report of an upload's import. Raises NotFound, ImportNotFound."""
        return self._decisions.find(upload_id)[0].report

    def approve_import(
        self, upload_id: str, *, person: str, plan: str | None = None
    ) -> ImportResult:
        """Apply the held import of an upload; `plan` is how the hash begins that was looked at.

        Raises NotFound, EngineError.
        """
        result = self._decisions.approve(upload_id, person, plan).result
        self._runtime.recorded_decision("approve", upload_id, person)
        return result

    def reject_import(self, upload_id: str, *, person: str) -> ImportResult:
        """Refuse the held import of an upload. Raises NotFound, EngineError."""
        result = self._decisions.reject(upload_id, person).result
        self._runtime.recorded_decision("reject", upload_id, person)
        return result

    def undo_import(self, upload_id: str, *, person: str, plan: str | None = None) -> ImportResult:
        """Take back what the import of an upload changed.

        `plan` is how the hash begins that was looked at: it confirms what a safeguard holds.
        Raises NotFound, EngineError.
        """
        result = self._decisions.undo(upload_id, person, plan).result
        self._runtime.recorded_decision("undo", upload_id, person)
        return result

    @property
    def _decisions(self) -> Decisions:
        return Decisions(
            self.settings.layout,
            self._runtime.registry,
            self._runtime.journal,
            approval_hours=self.settings.approval_hours,
        )

    @property
    def _provisioning(self) -> Provisioning:
        return Provisioning(self.settings.layout, self._runtime.registry)

    # waiting

    async def next_upload(self, timeout: float = 10) -> Upload:  # noqa: ASYNC109 - as wait_for_upload
        """The next upload since the start that was not asked for yet. Raises TimedOut."""
        return await self._runtime.arrivals.next_upload(timeout)

    async def finished_import(self, upload_id: str, timeout: float = 30) -> ImportFinished:  # noqa: ASYNC109 - as wait_for_import
        """The end of an upload's import. Raises TimedOut."""
        return await self._runtime.arrivals.finished_import(upload_id, timeout)

    def wait_for_upload(self, timeout: float = 10) -> Upload:
        """`next_upload`, for a server in a thread. Raises TimedOut."""
        return self._wait(self.next_upload(timeout))

    def wait_for_import(self, upload_id: str, timeout: float = 30) -> ImportFinished:
        """`finished_import`, for a server in a thread. Raises TimedOut."""
        return self._wait(self.finished_import(upload_id, timeout))

    def _wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        assert self._loop is not None  # noqa: S101 - the server runs
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
