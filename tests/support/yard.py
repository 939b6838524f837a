"""A virtual file system by itself, with a place for receipts that can be told to fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wharfinger.server.accounts import Folder
from wharfinger.server.vfs import (
    Abort,
    Identity,
    Mount,
    Receipt,
    Recorded,
    VfsSession,
    VirtualFileSystem,
)

IDENTITY = Identity(client="acme", account_id=1, login="acme", protocol="sftp", peer="192.0.2.1")


@dataclass
class Ledger:
    """Receipts in memory; notes in `steps` what happens when."""

    steps: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    aborts: list[Abort] = field(default_factory=list)
    #: what the next call of that name raises
    failures: dict[str, Exception] = field(default_factory=dict)
    #: why the structural check, or the import, refuses
    refusals: dict[str, str] = field(default_factory=dict)

    def note(self, step: str) -> None:
        """Note a step, or fail at it."""
        self.steps.append(step)
        if step in self.failures:
            raise self.failures.pop(step)

    def record(self, receipt: Receipt) -> Recorded:
        """Keep a receipt."""
        self.note("record")
        self.receipts.append(receipt)
        return Recorded(imports=(receipt.id,), refusal=receipt.refusal)

    def removed(self, login: str, path: str) -> None:
        """Nothing waits here."""

    def published(self, upload_id: str) -> None:
        """Note that a file has its name."""
        self.note("published")

    def is_upload(self, login: str, path: str, size: int) -> bool:
        """Whether a receipt has that path and size."""
        return any(r.path == path and r.size == size for r in self.receipts)

    def aborted(self, abort: Abort) -> None:
        """Note an abort."""
        self.aborts.append(abort)

    async def check(self, folder: Folder, file: Path) -> str | None:
        """The structural check."""
        self.note("check")
        return self.refusals.get("check")

    async def imported(self, upload_id: str) -> str | None:
        """The end of the import."""
        self.note("imported")
        return self.refusals.get("imported")


class Yard:
    """One client's files and spool, and sessions on them."""

    def __init__(self, root: Path) -> None:
        self.ledger = Ledger()
        self.files, self.spool = root / "files", root / "spool"
        for folder in (self.files, self.spool):
            folder.mkdir()
        self.system = VirtualFileSystem(self.ledger, self.ledger, largest=1 << 20)

    def session(self, **choices: Any) -> VfsSession:
        """A session of the client's only account, which has a folder /in that chooses so."""
        return self.system.session(IDENTITY, [self.mount(**choices)], self.spool)

    def mount(self, **choices: Any) -> Mount:
        """The folder /in."""
        folder = Folder(login="acme", path="/in", name="In", mapping="users", **choices)
        return Mount(("in",), self.files, folder)

    def names(self) -> list[str]:
        """What the client sees."""
        return sorted(path.name for path in self.files.iterdir())

    def kept(self) -> list[str]:
        """What is in the spool."""
        return sorted(path.name for path in self.spool.iterdir())
