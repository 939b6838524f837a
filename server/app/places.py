"""Where the import engine finds directories, and puts reports."""

from __future__ import annotations

from pathlib import Path

from ..home import Home


class HomePlaces:
    """Implements hooks.imports.Places in a home."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def directory(self, client: str) -> Path:
        """The file of the client's directory."""
        return self._home.client(client).directory

    def reports(self, client: str, account: str) -> Path:
        """The folder in which the account can read reports."""
        return self._home.client(client).reports / account
