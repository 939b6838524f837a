"""What tests need to kill a client in the middle of its upload."""

from __future__ import annotations

from pathlib import Path


def largest(spool: Path) -> int:
    """Bytes of the largest file that is on its way."""
    return max((path.stat().st_size for path in spool.iterdir()), default=0)


def child_of(pid: int, name: str) -> int:
    """The process id of a child with this name."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if Path(f"/proc/{child}/comm").read_text().strip() == name:
            return int(child)
    raise AssertionError(f"process {pid} has no child {name}")
