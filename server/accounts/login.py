"""Who may log in: one answer for both protocols.

Rules:
1. Unknown login, disabled account, wrong protocol, address not allowed, no password, wrong
   password: the same "no", after the same work.
2. A password check takes tens of milliseconds of CPU, so callers run it outside the event loop.
3. A password that is right is hashed anew when its hash is of other parameters than today's.
4. An account that requires key and password is opened by neither alone, and not by FTPS.
5. An answer to a key that was only *offered* proves nothing: the edge lets nobody in by it before
   the signature is checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from .account import Account
from .credential import hash_password, is_outdated, normalize_credential, verify_password
from .last_login import LastLogin
from .registry import Registry


class Authenticator:
    """Checks credentials against the registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def by_password(self, login: str, password: str, listener: str, peer: str) -> Account | None:
        """The account whose password this is, on a listener from `peer`; blocks for the hash.

        Whether that is enough, the account says (`opened_by`).
        """
        account = self._find(login)
        known = account.password_hash if account is not None else None
        right = verify_password(known, password)
        if not (right and account and account.admits(listener, peer)):
            return None
        if known and is_outdated(known):
            self._registry.edit_account(account.login, password_hash=hash_password(password))
        return account

    def by_public_key(self, login: str, key_line: str, listener: str, peer: str) -> Account | None:
        """The account whose key (`algorithm base64`) this is, once its signature is checked."""
        account = self._find(login)
        if account is None or not account.admits(listener, peer):
            return None
        return account if key_line in _key_lines(account) else None

    def note(self, last: LastLogin) -> None:
        """Remember a login that succeeded."""
        self._registry.note_login(last)

    def _find(self, login: str) -> Account | None:
        normal = normalize_credential(login)
        return self._registry.find_account(normal) if normal else None


def _key_lines(account: Account) -> Iterator[str]:
    """The keys of an account without their comments."""
    return (" ".join(key.line.split()[:2]) for key in account.public_keys)
