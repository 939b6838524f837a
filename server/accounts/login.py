"""Who may log in: one answer for both protocols.

Rules:
1. Unknown login, disabled account, wrong protocol, address not allowed, no password, wrong
   password: the same "no", after the same work.
2. A password check takes tens of milliseconds of CPU, so callers run it outside the event loop.
3. A password that is right is hashed anew when its hash is of other parameters than today's.
4. An account that requires key and password is opened by neither alone, and not by FTPS; one that
   requires certificate and password by neither alone, and not by SFTP.
5. An answer to a key that was only *offered* proves nothing: the edge lets nobody in by it before
   the signature is checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from .account import Account
from .certificate import ClientCertificate
from .credential import hash_password, is_outdated, normalize_credential, verify_password
from .last_login import LastLogin
from .registry import Registry


class Authenticator:
    """Checks credentials against the registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def by_password(
        self, login: str, password: str, listener: str, peer: str, certificate: str | None = None
    ) -> Account | None:
        """The account whose password this is, on a listener from `peer`; blocks for the hash.

        `certificate` is the fingerprint of the one that the client has proved. Whether a key is
        needed too, the account says (`opened_by`).
        """
        account = self._find(login)
        known = account.password_hash if account is not None else None
        right = verify_password(known, password)
        if not (right and account and account.admits(listener, peer)):
            return None
        if account.second_factor == "certificate" and not _has(account, certificate):
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

    def client_certificates(self) -> list[ClientCertificate]:
        """The certificates by which some account may prove itself."""
        return self._registry.client_certificates()

    def knows(self, login: str) -> bool:
        """Whether there is such an account."""
        return self._find(login) is not None

    def note(self, last: LastLogin) -> None:
        """Remember a login that succeeded."""
        self._registry.note_login(last)

    def _find(self, login: str) -> Account | None:
        normal = normalize_credential(login)
        return self._registry.find_account(normal) if normal else None


def _has(account: Account, certificate: str | None) -> bool:
    return certificate in {one.fingerprint for one in account.client_certificates}


def _key_lines(account: Account) -> Iterator[str]:
    """The keys of an account without their comments."""
    return (" ".join(key.line.split()[:2]) for key in account.public_keys)
