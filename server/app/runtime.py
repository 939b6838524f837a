"""A running server: everything that is started, in order, and stopped in the reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import socket
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import structlog

from ...hooks.dispatch import Dispatcher
from ...hooks.events import Upload, UploadAborted
from ...hooks.imports import ImportHook
from ...hooks.plugins import Plugins
from ...hooks.timetable import Timetable
from ...hooks.workers import ImportWorkers
from ..accounts import (
    PROTOCOLS,
    Authenticator,
    BanList,
    BanRules,
    Bans,
    Client,
    Guard,
    Logins,
    Registry,
)
from ..audit import AuditLog, Recorder
from ..companions import Companions
from ..database import Database
from ..ftps import FtpsEdge
from ..gate import Bounds, Gate
from ..home import HomeLock
from ..journal import Journal
from ..migrations import migrations
from ..settings import Address, Settings
from ..sftp import SftpEdge
from ..vfs import (
    Abort,
    Refused,
    VirtualFileSystem,
)
from .answers import FolderAnswers
from .approvals import Approvals
from .arrivals import Arrivals
from .audited import AuditedImports, AuditedReceipts
from .days import Days
from .each_client import EachClient
from .edges import Edges
from .mail import start_mail
from .markers import Markers
from .mounts import folder_mount, make_roots
from .places import HomePlaces
from .receipts import JournalReceipts, receipt_of
from .renewals import Renewals
from .sessions import Sessions
from .source import JournalSource
from .watch import RegistryExpectations, start_watch

_log = structlog.get_logger()

#: time between looks for cut-off uploads that nobody resumed
_PURGE_INTERVAL = timedelta(hours=1)


class Runtime:
    """One start and one stop of a server, in one event loop."""

    def __init__(
        self, settings: Settings, hooks: Iterable[object], *, import_processes: int
    ) -> None:
        self._settings = settings
        self._hooks = list(hooks)
        self._import_processes = import_processes
        self._home = settings.layout
        self._stack = AsyncExitStack()
        self._telling: set[asyncio.Task[None]] = set()
        #: protocol -> where it really listens
        self.addresses: dict[str, Address] = {}

    async def start(self) -> None:
        """Start everything. Raises WharfingerError and CertsError; then nothing runs."""
        try:
            self._open_storage()
            await self._start_hooks()
            await asyncio.to_thread(self._recover)
            self._start_serving()
        except BaseException:
            await self.stop()
            raise

    def reload(self) -> None:
        """Take the certificate and the host keys that are in the files now."""
        self._renewals.reload()

    async def stop(self) -> None:
        """Stop everything: uploads that are on their way are cut off, and can be resumed."""
        await self._stack.aclose()

    # starting

    def _open_storage(self) -> None:
        self._home.require()
        self._renewals = Renewals(self._settings)
        self._stack.callback(self._renewals.close)
        self._lock = HomeLock(self._home)
        self._stack.callback(self._lock.release)
        durable = self._settings.durability == "full"
        # one connection each, so that a login does not wait for a receipt's fsync
        self.registry = Registry(self._database(durable=durable))
        journal = self._database(durable=durable)
        self.journal = Journal(journal)
        # the gate asks in the event loop, the guard writes beside it
        self._ban_list = BanList(Bans(self._database(durable=durable)))
        self._bans = Bans(self._database(durable=durable))
        log = AuditLog(self._home.audit, self._database(durable=durable), durable=durable)
        self.audit = Recorder(log)
        self._stack.callback(self.audit.close)
        self._markers = Markers(self.journal, Companions(journal))
        self._source = JournalSource(self.journal, self.registry, self._home)

    def _database(self, *, durable: bool) -> Database:
        database = Database(self._home.database, migrations, durable=durable)
        self._stack.callback(database.close)
        return database

    async def _start_hooks(self) -> None:
        loop = asyncio.get_running_loop()
        settings = self._settings
        self._plugins = Plugins()
        self._workers = ImportWorkers(self._import_processes)
        self._stack.push_async_callback(self._workers.stop)
        self.arrivals = Arrivals()
        imports = ImportHook(
            HomePlaces(self._home),
            (self._home.mappings,),
            self._workers,
            functools.partial(self._plugins.tell, "import_finished"),
            approval_hours=settings.approval_hours,
        )
        self._plugins.add(imports, "import")
        self._plugins.add(self.arrivals, "arrivals")
        self._plugins.add(AuditedImports(self.audit), "audit")
        for hook in self._hooks:
            self._plugins.add(hook)
        self._dispatcher = Dispatcher(self._source, self._plugins)
        receipts = JournalReceipts(
            self.journal,
            self._markers,
            self._source,
            recorded=functools.partial(_call_soon, loop, self.arrivals.arrived),
            queued=functools.partial(_call_soon, loop, self._dispatcher.offer),
            aborted=self._aborted,
        )
        audited = AuditedReceipts(receipts, self.audit)
        answers = FolderAnswers(self.arrivals, imports.check, settings.answer_timeout)
        self._files = VirtualFileSystem(
            audited,
            answers,
            largest=settings.max_file_size,
            durable=settings.durability == "full",
            read=audited.read,
        )
        self._stack.push_async_callback(asyncio.to_thread, self._files.close)
        self._sessions = Sessions(self._files, self.registry, self._home)
        self._stack.push_async_callback(self._dispatcher.drain, settings.stop_timeout)
        self._make_timetable(imports)

    def _make_timetable(self, imports: ImportHook) -> None:
        """The jobs that are done at certain times."""
        self._timetable = Timetable()
        purge = EachClient(self.registry, self._purge, "cut-off uploads could not be purged")
        self._timetable.add("purge", purge)
        approvals = Approvals(self._home, self.registry, self._source, imports, self._workers)
        approvals.start(self._plugins, self._timetable)
        Days(self._home, self.registry).start(self._timetable)
        wake_mail = start_mail(
            self._settings,
            self.registry,
            self._home,
            self._plugins,
            self._timetable,
            workers=self._workers,
        )
        expectations = RegistryExpectations(self.registry, self.journal, self._home)
        start_watch(expectations, self._plugins, self._timetable, wake_mail)
        self._stack.push_async_callback(self._timetable.drain, self._settings.stop_timeout)

    def _recover(self) -> None:
        """Bring order after a stop of any kind, before anybody is let in."""
        for client in self.registry.clients():
            home = self._home.client(client.name)
            home.create()
            self._files.recover(home.spool, self.journal.has, self._settings.partial_lifetime)
        for entry in self.journal.unpublished():
            home = self._home.client(entry.client)
            receipt = receipt_of(entry)
            mount = folder_mount(home, receipt.folder)
            try:
                make_roots([mount])
                self._files.publish_again(receipt, [mount], home.spool)
            except (OSError, Refused):
                _log.exception("an upload could not be published", id=entry.id)
            else:
                _log.info("published after a stop", id=entry.id)

    def _start_serving(self) -> None:
        settings = self._settings
        rules = BanRules(
            after=settings.ban_after,
            window=settings.ban_window,
            time=settings.ban_time,
            never=settings.never_ban,
        )
        logins = Logins(Authenticator(self.registry), Guard(self._bans, rules), self._told_login)
        self._stack.callback(logins.close)
        self._spawn(self._dispatcher.run(), "dispatcher")
        self._spawn(self._timetable.run(), "timetable")
        if self._import_processes:
            self._spawn(self._workers.warm_up(), "import processes")
        self.gate = Gate(
            Bounds(
                most=settings.max_connections,
                most_per_address=settings.max_connections_per_address,
                most_unknown=settings.max_unauthenticated,
            ),
            banned=self._ban_list.holds,
            proxies=settings.proxy_networks,
        )
        self._stack.push_async_callback(self.gate.wait_empty)
        edges = self._open_edges(Edges(settings, self._renewals, logins, self._sessions))
        # undone in reverse: no new connections, then no uploads, then no old connections
        self._stack.push_async_callback(self._end_sessions)
        for protocol, listener, edge in edges:
            self._spawn(self.gate.accept(listener, edge.serve), f"{protocol} listener")
        self._renewals.start(self._timetable)
        self._lock.note(json.dumps(self.describe()))
        _log.info("serving", **{name: str(at) for name, at in self.addresses.items()})

    def _open_edges(self, edges: Edges) -> list[tuple[str, socket.socket, SftpEdge | FtpsEdge]]:
        opened = []
        for protocol, listener, edge in edges.open():
            self._stack.callback(listener.close)
            host, port = listener.getsockname()[:2]
            self.addresses[protocol] = Address(host=host, port=port)
            opened.append((protocol, listener, edge))
        for _, _, edge in opened:
            self._stack.push_async_callback(edge.stop, self._settings.stop_timeout)
        return opened

    def describe(self) -> dict[str, Any]:
        """The process and its listeners: what the ready file and the lock hold."""
        listeners = dict.fromkeys(PROTOCOLS)
        found = {name: at.model_dump() for name, at in self.addresses.items()}
        return {"pid": os.getpid(), **listeners, **found}

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run something until the stop; what ends it before is a defect, and logged."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_log_failure)

        async def cancel() -> None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task

        self._stack.push_async_callback(cancel)

    # serving

    def recorded_decision(self, decision: str, import_id: str, person: str) -> None:
        """Record what a person decided through the embedder's code."""
        self.audit.record("decision", person=person, decision=decision, import_id=import_id)

    def _told_login(self, event: str, account: str | None, listener: str) -> None:
        self.audit.record(event, account=account, listener=listener)

    def _aborted(self, abort: Abort) -> None:
        _log.info(
            "upload aborted",
            account=abort.identity.login,
            protocol=abort.identity.protocol,
            reason=abort.reason,
            size=abort.size,
        )
        event = UploadAborted(
            client=abort.identity.client,
            account=abort.identity.login,
            folder=abort.folder.path,
            path=abort.path,
            size=abort.size,
            protocol=abort.identity.protocol,
            peer=abort.identity.peer,
            reason=abort.reason,
        )
        task = asyncio.create_task(self._plugins.tell("upload_aborted", event))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        task.add_done_callback(_log_failure)

    async def _purge(self, client: Client, now: datetime) -> datetime:
        spool = self._home.client(client.name).spool
        await asyncio.to_thread(self._files.purge_partials, spool, self._settings.partial_lifetime)
        return now + _PURGE_INTERVAL

    async def _end_sessions(self) -> None:
        await self._sessions.end()
        if self._telling:
            await asyncio.wait(self._telling)


def _call_soon(
    loop: asyncio.AbstractEventLoop, function: Callable[[Upload], None], argument: Upload
) -> None:
    """Call a function in the event loop, from any thread."""
    loop.call_soon_threadsafe(function, argument)


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("a task of the server failed", task=task.get_name(), exc_info=task.exception())
