"""The sessions of all accounts: opened on the account's folders, counted, and ended."""

from __future__ import annotations

import asyncio
from weakref import WeakSet, WeakValueDictionary

from ..accounts import Account, Registry
from ..accounts.limits import Limits
from ..home import Home
from ..vfs import (
    Allowance,
    Ending,
    Identity,
    Mount,
    Refusal,
    Refused,
    VfsSession,
    VirtualFileSystem,
)
from .mounts import make_roots, mounts_of


class Sessions:
    """What the edges open for whoever has logged in."""

    def __init__(self, files: VirtualFileSystem, registry: Registry, home: Home) -> None:
        self._files = files
        self._registry = registry
        self._home = home
        self._open: WeakSet[VfsSession] = WeakSet()
        #: shared by the sessions of an account
        self._allowances: WeakValueDictionary[tuple[str, Limits], Allowance] = WeakValueDictionary()

    async def open(self, account: Account, protocol: str, peer: str) -> VfsSession:
        """A session of an account. Raises Refused where it has too many."""
        limits = account.limits
        self._check_number(account)
        allowance = self._allowances.setdefault(
            (account.login, limits), Allowance(space=limits.max_space, rate=limits.max_rate)
        )
        mounts = await asyncio.to_thread(self._prepare_mounts, account)
        identity = Identity(
            client=account.client,
            account_id=account.id,
            login=account.login,
            protocol=protocol,
            peer=peer,
        )
        session = self._files.session(
            identity,
            mounts,
            self._home.client(account.client).spool,
            largest=limits.max_file_size,
            allowance=allowance,
        )
        self._open.add(session)
        return session

    async def end(self) -> None:
        """End all, because the server stops: what is on its way is cut off."""
        for session in list(self._open):
            await session.close(Ending.SHUTDOWN)

    def _check_number(self, account: Account) -> None:
        most = account.limits.max_sessions
        mine = (s for s in self._open if s.identity.login == account.login and not s.closed)
        if most is not None and sum(1 for _ in mine) >= most:
            raise Refused(
                Refusal.FAILED, f"this account may have {most} sessions at once; close one first"
            )

    def _prepare_mounts(self, account: Account) -> list[Mount]:
        home = self._home.client(account.client)
        mounts = mounts_of(home, account.login, self._registry.folders(account.login))
        make_roots(mounts)
        return mounts
