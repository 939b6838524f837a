"""A `wharfinger serve` in a process of its own, that can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from witness import until

#: folders whose sitecustomize.py changes what a server process does, without its knowing
_INJECTIONS = Path(__file__).parent


class ServeProcess:
    """The installed command, as an administrator starts it; killed if it is there at the end."""

    def __init__(self, home: Path, *, inject: str = "", **variables: str) -> None:
        self._home = home
        self._log = (home.parent / "serve.log").open("ab")
        self._ready = home.parent / "ready.json"
        self._ready.unlink(missing_ok=True)
        env = {**os.environ, **variables}
        if inject:
            paths = (str(_INJECTIONS / inject), env.get("PYTHONPATH", ""))
            env["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
        self.process = subprocess.Popen(
            [
                *(sys.executable, Path(sysconfig.get_path("scripts")) / "wharfinger"),
                *("--home", str(home), "serve", "--ready-file", str(self._ready)),
                *("--sftp", "127.0.0.1:0", "--ftps", "127.0.0.1:0", "--ftpes", "127.0.0.1:0"),
            ],
            stdout=self._log,
            stderr=self._log,
            env=env,
        )

    def __enter__(self) -> Self:
        """Wait until clients can connect."""
        try:
            until(lambda: self._ready.exists() or self.process.poll() is not None)
            assert self.process.poll() is None, self.log()
            self.listeners: dict[str, Any] = json.loads(self._ready.read_text())
        except BaseException:
            self._end()  # nobody calls __exit__ then
            raise
        return self

    def address(self, protocol: str) -> tuple[str, int]:
        """Where a protocol is served."""
        at = self.listeners[protocol]
        return at["host"], at["port"]

    def wait_killed(self) -> None:
        """Wait until the process is gone; fails if it ended in another way than by SIGKILL."""
        assert self.process.wait(30) == -signal.SIGKILL, self.log()

    def stop(self) -> None:
        """SIGTERM, and wait for the end; fails if it is not an orderly one."""
        self.process.terminate()
        assert self.process.wait(60) == 0, self.log()

    def log(self) -> str:
        """What it has logged."""
        return (self._home.parent / "serve.log").read_text("utf-8", "replace")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        self.process.kill()
        self.process.wait(30)
        self._log.close()
