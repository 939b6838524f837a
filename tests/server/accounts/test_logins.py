"""Logins in the event loop: the hash is computed beside it."""

from __future__ import annotations

import asyncio
import threading

from wharfinger.server.accounts import Account, Authenticator, Guard, Logins, Registry
from witness import until


def test_a_password_is_checked_in_a_thread_of_its_own(registry: Registry, guard: Guard) -> None:
    """The loop goes on meanwhile, and no more than two hashes are computed at a time."""
    gate = threading.Event()
    inside: list[str] = []

    class Slow(Authenticator):
        def by_password(
            self,
            login: str,
            password: str,
            listener: str,
            peer: str,
            certificate: str | None = None,
        ) -> Account | None:
            inside.append(threading.current_thread().name)
            gate.wait(20)
            return super().by_password(login, password, listener, peer, certificate)

    async def story() -> None:
        logins = Logins(Slow(registry), guard)
        asked = [logins.by_password("nobody", "x", "sftp", "127.0.0.1") for _ in range(5)]
        answers = asyncio.gather(*asked)
        await asyncio.to_thread(until, lambda: len(inside) == 2)
        async with asyncio.timeout(10):  # a new connection does not wait for them
            assert await logins.client_certificates() == []
        gate.set()
        assert await answers == [None] * 5
        logins.close()

    asyncio.run(story())
    assert len(inside) == 5
    assert len(set(inside)) == 2
    assert all(name.startswith("wharfinger-login") for name in inside)


def test_a_key_is_looked_up_there_too(registry: Registry, guard: Guard) -> None:
    """An unknown one opens nothing."""

    async def story() -> Account | None:
        logins = Logins(Authenticator(registry), guard)
        try:
            return await logins.by_public_key("nobody", "ssh-ed25519 AAAA", "sftp", "127.0.0.1")
        finally:
            logins.close()

    assert asyncio.run(story()) is None
