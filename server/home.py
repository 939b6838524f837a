"""The home: the one folder that holds everything a server keeps."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from .exceptions import HomeBusy, HomeMissing

#: bytes of what a running server says of itself
_LONGEST_NOTE = 4096


@dataclass(frozen=True, slots=True)
class ClientHome:
    """A client's part of the home."""

    root: Path

    @property
    def files(self) -> Path:
        """What the client sees: one folder an account."""
        return self.root / "files"

    @property
    def spool(self) -> Path:
        """Files on their way, cut-off uploads, and the snapshots that imports read."""
        return self.root / "spool"

    @property
    def reports(self) -> Path:
        """Reports of imports: one folder an account."""
        return self.root / "reports"

    @property
    def directory(self) -> Path:
        """The directory of users, with its history and imports."""
        return self.root / "directory.db"

    def create(self) -> None:
        """Make the folders; they are the server's alone."""
        for folder in (self.root, self.files, self.spool, self.reports):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@dataclass(frozen=True, slots=True)
class Home:
    """Where things lie in a home. It makes and checks folders, and reads nothing."""

    root: Path

    @property
    def settings(self) -> Path:
        """wharfinger.toml."""
        return self.root / "wharfinger.toml"

    @property
    def database(self) -> Path:
        """Registry and journal."""
        return self.root / "wharfinger.db"

    @property
    def keys(self) -> Path:
        """SSH host keys and the TLS certificate."""
        return self.root / "keys"

    @property
    def mappings(self) -> Path:
        """Mappings of this installation: NAME.toml."""
        return self.root / "mappings"

    @property
    def audit(self) -> Path:
        """The audit log: one file a day."""
        return self.root / "audit"

    @property
    def lock(self) -> Path:
        """Held by the server that runs on this home."""
        return self.root / "server.lock"

    def client(self, name: str) -> ClientHome:
        """The part of the client called `name`."""
        return ClientHome(self.root / "clients" / name)

    def exists(self) -> bool:
        """Whether `init` was here."""
        return self.settings.is_file()

    def require(self) -> None:
        """Raise HomeMissing unless `init` was here."""
        if not self.exists():
            raise HomeMissing(
                f"there is no wharfinger home in {self.root}",
                hint="run `wharfinger init`, or name the right home: --home DIR or WHARFINGER_HOME",
            )

    def create(self) -> None:
        """Make the folders; they are the server's alone."""
        for folder in (self.root, self.keys, self.mappings, self.root / "clients"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def running(self) -> str | None:
        """What the server that runs on this home said of itself (JSON); None if none runs."""
        try:
            descriptor = os.open(self.lock, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return os.read(descriptor, _LONGEST_NOTE).decode("utf-8", "replace") or None
        finally:
            os.close(descriptor)
        return None


class HomeLock:
    """The right to serve from a home; one process has it, and loses it however it ends."""

    def __init__(self, home: Home) -> None:
        self._descriptor = os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise HomeBusy(
                f"a server already runs on {home.root}",
                hint="stop it first, or give this one its own home with --home DIR",
            ) from None
        self.note("")

    def note(self, text: str) -> None:
        """Say something of this server to whoever asks Home.running."""
        os.truncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)

    def release(self) -> None:
        """Give the home free; the file stays, so that nobody locks a deleted one."""
        os.close(self._descriptor)
