"""A file system by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from yard import Yard


@pytest.fixture
def yard(tmp_path: Path, no_leaks: None) -> Iterator[Yard]:
    """A new yard; nothing may be left open after it."""
    found = Yard(tmp_path)
    yield found
    found.system.close()


@pytest.fixture
def watch(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make a function note itself among the steps of the ledger, or fail there."""

    def watch(owner: object, name: str, step: str | None = None) -> None:
        function = getattr(owner, name)

        def watched(*args: object, **kwargs: object) -> object:
            yard.ledger.note(step or name)
            return function(*args, **kwargs)

        monkeypatch.setattr(owner, name, watched)

    return watch
