"""Logins as the edges ask for them: in the event loop, with the work done beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .account import Account
from .certificate import ClientCertificate
from .guard import Guard
from .guest import logged_in
from .last_login import LastLogin
from .login import Authenticator

#: password hashes are computed two at a time: more would only slow each other down, and memory is
#: bounded by it (19 MiB each)
_THREADS = 2

T = TypeVar("T")
#: is given `login` or `login-refused`, the account (None for a login that there is not: it might be
#: a password that was typed in the wrong place) and the listener
Told = Callable[[str, str | None, str], None]


class Logins:
    """Checks credentials without holding up the event loop."""

    def __init__(
        self, authenticator: Authenticator, guard: Guard, told: Told = lambda *_: None
    ) -> None:
        """`told` hears of each login and refusal, in any thread."""
        self._told = told
        self._authenticator = authenticator
        self._guard = guard
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="wharfinger-login")

    async def by_password(
        self, login: str, password: str, listener: str, peer: str, certificate: str | None = None
    ) -> Account | None:
        """The account whose password this is, on a listener from `peer`.

        `certificate` is the fingerprint of the one that the client has proved. The answer comes
        late where there were failures (throttle).
        """
        account = await self._run(self._check, login, password, listener, peer, certificate)
        if account is None:
            wait = await self._run(self._refuse, login, listener, peer)
            await asyncio.sleep(wait)
            return None
        await asyncio.sleep(await self._run(self._guard.wait_before_yes, account.login, peer))
        if account.opened_by(frozenset({"password", "certificate"})):
            await self._run(self._guard.succeeded, account.login, peer)
            self._let_in(account.login, listener)
        return account

    async def by_public_key(
        self, login: str, key_line: str, listener: str, peer: str
    ) -> Account | None:
        """The account whose key (`algorithm base64`) this is, once its signature is checked."""
        return await self._run(self._authenticator.by_public_key, login, key_line, listener, peer)

    async def client_certificates(self) -> list[ClientCertificate]:
        """The certificates by which some account may prove itself.

        Each FTPS connection asks before its handshake, so it does not queue behind password hashes.
        """
        return await asyncio.to_thread(self._authenticator.client_certificates)

    async def note(self, last: LastLogin) -> None:
        """Remember a login that succeeded."""
        self._let_in(last.login, last.listener)
        await self._run(self._guard.succeeded, last.login, last.peer)
        await self._run(self._authenticator.note, last)

    def _check(
        self, login: str, password: str, listener: str, peer: str, certificate: str | None
    ) -> Account | None:
        if self._guard.refuses(peer):
            return None
        return self._authenticator.by_password(login, password, listener, peer, certificate)

    def _refuse(self, login: str, listener: str, peer: str) -> float:
        known = self._authenticator.knows(login)
        self._told("login-refused", login if known else None, listener)
        return self._guard.failed(login, peer)

    def _let_in(self, login: str, listener: str) -> None:
        if logged_in():
            self._told("login", login, listener)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
