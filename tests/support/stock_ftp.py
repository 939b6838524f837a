"""pyftpdlib as it is, with its own TLS: what the edge does better is shown against it."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from firm import PASSWORD

LOGIN = "acme-payroll"


class StockServer:
    """A server on a free port with one user; it keeps what it reported."""

    def __init__(self, folder: Path, certificate: Path, key: Path, **options: Any) -> None:
        logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
        self.folder = folder
        #: (file name, bytes, login) of uploads that it took for whole ones
        self.received: list[tuple[str, int, str]] = []
        #: names of uploads that it knew to be cut off
        self.incomplete: list[str] = []
        self._loop = IOLoop()
        self._stopped = threading.Event()
        server = FTPServer(("127.0.0.1", 0), self._handler(certificate, key, options), self._loop)
        self.address: tuple[str, int] = server.socket.getsockname()[:2]
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._loop.loop(timeout=0.05, blocking=False)
        self._loop.close()

    def _handler(self, certificate: Path, key: Path, options: dict[str, Any]) -> type:
        received, incomplete = self.received, self.incomplete
        users = DummyAuthorizer()
        users.add_user(LOGIN, PASSWORD, str(self.folder), perm="elradfmwMT")

        class Handler(TLS_FTPHandler):  # type: ignore[misc]  # pyftpdlib has no types
            certfile, keyfile = str(certificate), str(key)
            authorizer = users

            def on_file_received(self, file: str) -> None:
                size = Path(file).stat().st_size
                received.append((Path(file).name, size, self.username))

            def on_incomplete_file_received(self, file: str) -> None:
                incomplete.append(Path(file).name)

        for name, value in options.items():
            setattr(Handler, name, value)
        return Handler
