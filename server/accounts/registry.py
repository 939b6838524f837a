"""The registry: clients, hosts, accounts and folders, in SQLite.

This is one of the four storage ports: what callers may rely on is the public methods and the frozen
records that they speak of; SQL stays in here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from ..database import Database
from ..exceptions import NameTaken, NotFound
from .account import Account, PublicKey, check_login, check_network, check_protocols, check_required
from .certificate import ClientCertificate
from .client import Client, check_client_name, check_timezone
from .folder import Folder, read_folder
from .host import Host, HostFolder, preset_hosts
from .last_login import LastLogin
from .limits import LIMITS, NO_LIMITS, Limits, check_limit

_ACCOUNT_COLUMNS = frozenset(
    {
        "protocols",
        "password_hash",
        "allowed_ips",
        "enabled",
        "required",
        "legacy",
        "client_certificates",
        *LIMITS,
    }
)


class Registry:
    """Every client, host, account and folder of an installation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._presets = preset_hosts()

    # clients

    def add_client(self, name: str, timezone: str) -> Client:
        """Add a client. Raises InputInvalid, NameTaken."""
        check_client_name(name)
        check_timezone(timezone)
        client = Client(name=name, timezone=timezone, created_at=datetime.now(UTC))
        with self._database.writing() as db:
            if db.execute("select 1 from clients where name = ?", [name]).fetchone():
                raise NameTaken(
                    f"there is a client {name} already", hint=f"wharfinger client show {name}"
                )
            db.execute(
                "insert into clients (name, timezone, created_at) values (?, ?, ?)",
                [name, timezone, client.created_at.isoformat()],
            )
        return client

    def clients(self) -> list[Client]:
        """All clients, by name."""
        with self._database.reading() as db:
            return [_client(row) for row in db.execute("select * from clients order by name")]

    def client(self, name: str) -> Client:
        """The client of that name. Raises NotFound."""
        with self._database.reading() as db:
            row = db.execute("select * from clients where name = ?", [name]).fetchone()
        if row is None:
            raise NotFound(f"there is no client {name!r}", hint="wharfinger client list")
        return _client(row)

    def remove_client(self, name: str) -> None:
        """Remove a client with its accounts and folders. Raises NotFound."""
        self.client(name)
        with self._database.writing() as db:
            db.execute("delete from clients where name = ?", [name])

    # hosts

    def hosts(self) -> list[Host]:
        """The presets, then the hosts that this installation added."""
        with self._database.reading() as db:
            rows = db.execute("select * from hosts order by name").fetchall()
        return [*self._presets.values(), *(_host(row) for row in rows)]

    def host(self, name: str) -> Host:
        """The host of that name. Raises NotFound."""
        for host in self.hosts():
            if host.name == name:
                return host
        raise NotFound(f"there is no host {name!r}", hint="wharfinger host list")

    def add_host(self, host: Host) -> None:
        """Add a host of this installation's own. Raises NameTaken."""
        if any(known.name == host.name for known in self.hosts()):
            raise NameTaken(f"there is a host {host.name} already", hint="choose another name")
        definition = json.dumps(asdict(host))
        with self._database.writing() as db:
            db.execute("insert into hosts values (?, ?)", [host.name, definition])

    # accounts

    def add_account(
        self,
        login: str,
        *,
        client: str,
        host: str = "default",
        protocols: Iterable[str] | None = None,
        password_hash: str | None = None,
        public_keys: Iterable[PublicKey] = (),
        allowed_ips: Iterable[str] = (),
        required: str = "any",
        legacy: bool = False,
        client_certificates: Iterable[ClientCertificate] = (),
        limits: Limits = NO_LIMITS,
    ) -> Account:
        """Add an account with the folders of its host. Raises InputInvalid, NameTaken, NotFound.

        `protocols` are those of the host where they are not given.
        """
        check_login(login)
        self.client(client)
        preset = self.host(host)
        chosen = preset.choose(protocols)
        networks = [check_network(text) for text in allowed_ips]
        for name, value in asdict(limits).items():
            check_limit(name, value)
        keys, certificates = list(public_keys), list(client_certificates)
        check_required(
            required,
            password=password_hash is not None,
            key=bool(keys),
            certificate=bool(certificates),
        )
        with self._database.writing() as db:
            if db.execute("select 1 from accounts where login = ?", [login]).fetchone():
                raise NameTaken(
                    f"the login {login} is in use (logins that differ only in case are the same)",
                    hint="choose another one; `wharfinger account list` shows all",
                )
            row = {
                "login": login,
                "client": client,
                "host": host,
                "protocols": json.dumps(sorted(chosen)),
                "password_hash": password_hash,
                "allowed_ips": json.dumps(networks),
                "enabled": 1,
                "created_at": datetime.now(UTC).isoformat(),
                "required": required,
                "legacy": int(legacy),
                "client_certificates": _certificates_text(certificates),
                **asdict(limits),
            }
            account_id = int(db.table("accounts").insert(row).last_rowid or 0)
            for key in keys:
                _insert_key(db, account_id, key)
            for folder in preset.folders:
                _insert_folder(db, folder.for_account(login))
        return self.account(login)

    def accounts(self, client: str | None = None) -> list[Account]:
        """All accounts, or those of one client, by login."""
        with self._database.reading() as db:
            rows = db.execute(
                "select * from accounts where ? is null or client = ? order by login",
                [client, client],
            ).fetchall()
            return [_account(db, row) for row in rows]

    def find_account(self, login: str) -> Account | None:
        """The account with exactly this login, None where there is none."""
        with self._database.reading() as db:
            row = db.execute("select * from accounts where login = ?", [login]).fetchone()
            return _account(db, row) if row is not None and row["login"] == login else None

    def account(self, login: str) -> Account:
        """The account with this login. Raises NotFound."""
        account = self.find_account(login)
        if account is None:
            raise NotFound(f"there is no account {login!r}", hint="wharfinger account list")
        return account

    def edit_account(self, login: str, **changes: Any) -> Account:
        """Change what an account has: a column, public_keys or client_certificates.

        Raises InputInvalid, NotFound.
        """
        account = self.account(login)
        keys = changes.pop("public_keys", None)
        if "protocols" in changes:
            changes["protocols"] = json.dumps(sorted(check_protocols(changes["protocols"])))
        if "allowed_ips" in changes:
            changes["allowed_ips"] = json.dumps(
                [check_network(ip) for ip in changes["allowed_ips"]]
            )
        certificates = changes.get("client_certificates", account.client_certificates)
        if "client_certificates" in changes:
            changes["client_certificates"] = _certificates_text(certificates)
        for name in set(LIMITS) & set(changes):
            check_limit(name, changes[name])
        if not set(changes) <= _ACCOUNT_COLUMNS:
            raise TypeError(f"an account has no {', '.join(set(changes) - _ACCOUNT_COLUMNS)}")
        check_required(
            changes.get("required", account.required),
            password=changes.get("password_hash", account.password_hash) is not None,
            key=bool(account.public_keys if keys is None else keys),
            certificate=bool(certificates),
        )
        with self._database.writing() as db:
            if changes:
                db.table("accounts").update(account.id, changes)
            if keys is not None:
                db.execute("delete from public_keys where account_id = ?", [account.id])
                for key in keys:
                    _insert_key(db, account.id, key)
        return self.account(login)

    def client_certificates(self) -> list[ClientCertificate]:
        """The certificates of all accounts that may log in."""
        with self._database.reading() as db:
            rows = db.execute(
                "select client_certificates from accounts"
                " where enabled and client_certificates <> '[]'"
            ).fetchall()
        return [one for row in rows for one in _certificates(row["client_certificates"])]

    def remove_account(self, login: str) -> None:
        """Remove an account with its folders' settings; files stay. Raises NotFound."""
        account = self.account(login)
        with self._database.writing() as db:
            db.execute("delete from accounts where id = ?", [account.id])

    def note_login(self, last: LastLogin) -> None:
        """Remember an account's last login on a listener, once a day or when it was another."""
        if last in self.last_logins(last.login):
            return
        algorithms = json.dumps(dict(last.algorithms))
        row = {**asdict(last), "day": last.day.isoformat(), "algorithms": algorithms}
        with self._database.writing(durable=False) as db:
            db.table("last_logins").upsert(row, pk=("login", "listener"))

    def last_logins(self, login: str | None = None) -> list[LastLogin]:
        """The last login of an account, or of each, on each listener; the latest first."""
        with self._database.reading() as db:
            rows = db.execute(
                "select * from last_logins where ? is null or login = ?"
                " order by day desc, login, listener",
                [login, login],
            ).fetchall()
        return [_last_login(row) for row in rows]

    # folders

    def add_folder(self, folder: Folder) -> Folder:
        """Add a folder to an account. Raises NameTaken, NotFound."""
        self.account(folder.login)
        with self._database.writing() as db:
            if db.execute(
                "select 1 from folders where login = ? and path = ?", [folder.login, folder.path]
            ).fetchone():
                raise NameTaken(
                    f"{folder.login} has a folder {folder.path} already",
                    hint=f"wharfinger folder edit {folder.login} {folder.path} …",
                )
            _insert_folder(db, folder)
        return folder

    def folders(self, login: str | None = None, *, client: str | None = None) -> list[Folder]:
        """The folders of an account, of a client or of all, by login and path."""
        with self._database.reading() as db:
            rows = db.execute(
                "select * from folders where (:login is null or login = :login)"
                " and (:client is null"
                " or login in (select login from accounts where client = :client))"
                " order by login, path",
                {"login": login, "client": client},
            )
            return [read_folder(dict(row)) for row in rows]

    def folder(self, login: str, path: str) -> Folder:
        """One folder of an account. Raises NotFound."""
        for folder in self.folders(login):
            if folder.path == path:
                return folder
        raise NotFound(f"{login} has no folder {path}", hint=f"wharfinger folder list {login}")

    def edit_folder(self, login: str, path: str, **changes: Any) -> Folder:
        """Change any field of a folder but its path. Raises InputInvalid, NotFound."""
        folder = replace(self.folder(login, path), **changes)
        with self._database.writing() as db:
            db.table("folders").update((login, path), folder.as_row())
        return folder

    def remove_folder(self, login: str, path: str) -> None:
        """Remove a folder's settings; its files stay. Raises NotFound."""
        self.folder(login, path)
        with self._database.writing() as db:
            db.execute("delete from folders where login = ? and path = ?", [login, path])

    def told_missing(self, login: str, path: str) -> str | None:
        """The last day whose file was told to be missing, ISO 8601; None if none was."""
        with self._database.reading() as db:
            row = db.execute(
                "select day from missing_files where login = ? and path = ?", [login, path]
            ).fetchone()
        return None if row is None else str(row["day"])

    def note_missing(self, login: str, path: str, day: str) -> None:
        """Keep that the missing file of a day was told; of a folder that is gone, nothing."""
        with self._database.writing() as db:
            db.execute(
                "insert or replace into missing_files"
                " select login, path, ? from folders where login = ? and path = ?",
                [day, login, path],
            )


def _client(row: sqlite3.Row) -> Client:
    return Client(
        name=row["name"],
        timezone=row["timezone"],
        created_at=datetime.fromisoformat(row["created_at"]),
    )


def _host(row: sqlite3.Row) -> Host:
    data = json.loads(row["definition"])
    folders = tuple(HostFolder(**folder) for folder in data.pop("folders"))
    return Host(**{**data, "protocols": tuple(data["protocols"])}, folders=folders)


def _account(db: Any, row: sqlite3.Row) -> Account:
    keys = db.execute(
        "select algorithm, fingerprint, line from public_keys where account_id = ? order by rowid",
        [row["id"]],
    )
    return Account(
        id=row["id"],
        login=row["login"],
        client=row["client"],
        host=row["host"],
        protocols=frozenset(json.loads(row["protocols"])),
        password_hash=row["password_hash"],
        public_keys=tuple(PublicKey(*key) for key in keys),
        allowed_ips=tuple(json.loads(row["allowed_ips"])),
        enabled=bool(row["enabled"]),
        created_at=datetime.fromisoformat(row["created_at"]),
        required=row["required"],
        legacy=bool(row["legacy"]),
        limits=Limits(**{name: row[name] for name in LIMITS}),
        client_certificates=_certificates(row["client_certificates"]),
    )


def _certificates(text: str) -> tuple[ClientCertificate, ...]:
    return tuple(ClientCertificate(**one) for one in json.loads(text))


def _certificates_text(certificates: Iterable[ClientCertificate]) -> str:
    return json.dumps([asdict(one) for one in certificates])


def _last_login(row: sqlite3.Row) -> LastLogin:
    data = dict(row)
    day, algorithms = date.fromisoformat(data.pop("day")), json.loads(data.pop("algorithms"))
    return LastLogin(**data, day=day, algorithms=algorithms)


def _insert_key(db: Any, account_id: int, key: PublicKey) -> None:
    db.execute(
        "insert or replace into public_keys (account_id, algorithm, fingerprint, line)"
        " values (?, ?, ?, ?)",
        [account_id, key.algorithm, key.fingerprint, key.line],
    )


def _insert_folder(db: Any, folder: Folder) -> None:
    db.table("folders").insert(folder.as_row())
