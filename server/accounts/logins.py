"""Logins as the edges ask for them: in the event loop, with the work done beside it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from .account import Account
from .last_login import LastLogin
from .login import Authenticator

#: password hashes are computed two at a time: more would only slow each other down, and memory is
#: bounded by it (19 MiB each)
_THREADS = 2


class Logins:
    """Checks credentials without holding up the event loop."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="wharfinger-login")

    async def by_password(
        self, login: str, password: str, listener: str, peer: str
    ) -> Account | None:
        """The account whose password this is, on a listener from `peer`."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._authenticator.by_password, login, password, listener, peer
        )

    async def by_public_key(
        self, login: str, key_line: str, listener: str, peer: str
    ) -> Account | None:
        """The account whose key (`algorithm base64`) this is, once its signature is checked."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, self._authenticator.by_public_key, login, key_line, listener, peer
        )

    async def note(self, last: LastLogin) -> None:
        """Remember a login that succeeded."""
        await asyncio.get_running_loop().run_in_executor(
            self._threads, self._authenticator.note, last
        )

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()
