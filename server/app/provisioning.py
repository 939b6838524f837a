"""Adding and removing clients, accounts and folders: the registry and the home together."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ...hooks.engine import load_mapping
from ..accounts import Account, Client, ClientCertificate, Folder, PublicKey, Registry
from ..accounts.credential import hash_password
from ..accounts.limits import NO_LIMITS, Limits
from ..exceptions import InputInvalid
from ..home import Home
from ..vfs import Refused, canonical, display
from .mounts import REPORTS, make_roots, mounts_of


class Provisioning:
    """What `client add`, `account add` and `folder add` do, for the CLI and for embedders."""

    def __init__(self, home: Home, registry: Registry) -> None:
        self._home = home
        self._registry = registry

    def add_client(self, name: str, timezone: str) -> Client:
        """Add a client with its part of the home. Raises InputInvalid, NameTaken."""
        client = self._registry.add_client(name, timezone)
        self._home.client(name).create()
        return client

    def erase_client(self, name: str) -> None:
        """Remove a client and everything that it had here. Raises NotFound, OSError.

        It is known until its files are gone, so that what failed can be done again.
        """
        self._registry.client(name)
        root = self._home.client(name).root
        if root.exists():
            shutil.rmtree(root)
        self._registry.remove_client(name)

    def add_account(
        self,
        login: str,
        *,
        client: str,
        host: str = "default",
        protocols: Iterable[str] | None = None,
        password: str | None = None,
        public_keys: Iterable[PublicKey] = (),
        allowed_ips: Iterable[str] = (),
        required: str = "any",
        legacy: bool = False,
        client_certificates: Iterable[ClientCertificate] = (),
        limits: Limits = NO_LIMITS,
    ) -> Account:
        """Add an account with its host's folders. Raises InputInvalid, NameTaken, NotFound."""
        account = self._registry.add_account(
            login,
            client=client,
            host=host,
            protocols=protocols,
            password_hash=self.hash_password(password),
            public_keys=public_keys,
            allowed_ips=allowed_ips,
            required=required,
            legacy=legacy,
            client_certificates=client_certificates,
            limits=limits,
        )
        self._make_roots(login)
        return account

    def add_folder(self, folder: Folder) -> Folder:
        """Add a folder to an account. Raises InputInvalid, NameTaken, NotFound, MappingInvalid."""
        self._registry.account(folder.login)
        self._check_mapping(folder.mapping)
        path, now = canonical_folder(folder.path), datetime.now(UTC).isoformat()
        since = now if folder.expect_by else None
        added = self._registry.add_folder(replace(folder, path=path, expect_since=since))
        self._make_roots(folder.login)
        return added

    def edit_folder(self, login: str, path: str, **changes: Any) -> Folder:
        """Change a folder. Raises InputInvalid, NotFound, MappingInvalid."""
        self._check_mapping(changes.get("mapping"))
        if {"expect_by", "expect_days"} & changes.keys():
            changes["expect_since"] = datetime.now(UTC).isoformat()
        return self._registry.edit_folder(login, canonical_folder(path), **changes)

    def hash_password(self, password: str | None) -> str | None:
        """The hash to keep of a password, None of none. Raises InputInvalid."""
        try:
            return None if password is None else hash_password(password)
        except ValueError as error:
            raise InputInvalid(str(error), hint="or let one be made: --generate-password") from None

    def _check_mapping(self, name: str | None) -> None:
        if name is not None:
            load_mapping(name, (self._home.mappings,))

    def _make_roots(self, login: str) -> None:
        account = self._registry.account(login)
        home = self._home.client(account.client)
        make_roots(mounts_of(home, login, self._registry.folders(login)))


def canonical_folder(path: str) -> str:
    """A folder's path in the form that it is kept in. Raises InputInvalid."""
    try:
        parts = canonical(path)
    except Refused as refused:
        raise InputInvalid(
            f"{path!r} cannot be a folder: {refused}", hint="e.g. /hr/users"
        ) from None
    if not parts or "/" + parts[0] == REPORTS:
        raise InputInvalid(
            f"{path!r} cannot be a folder: / leads to all folders, {REPORTS} is the server's",
            hint="choose a path such as /hr/users",
        )
    return display(parts)
