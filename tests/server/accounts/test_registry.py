"""The registry: what is added is there, what is wrong is refused, what is removed is gone."""

from __future__ import annotations

from pathlib import Path

import asyncssh
import pytest

from wharfinger.server.accounts import Folder, Host, HostFolder, Registry
from wharfinger.server.accounts.account import read_public_key
from wharfinger.server.accounts.limits import Limits
from wharfinger.server.database import Database
from wharfinger.server.exceptions import InputInvalid, NameTaken, NotFound
from wharfinger.server.migrations import migrations


def test_what_is_added_outlives_the_process(tmp_path: Path) -> None:
    """Another connection finds client, account with its keys and networks, and folder."""
    key = read_public_key(asyncssh.generate_private_key("ssh-ed25519").export_public_key())
    database = Database(tmp_path / "w.db", migrations)
    registry = Registry(database)
    client = registry.add_client("acme", "Europe/Paris")
    account = registry.add_account(
        "acme-payroll",
        client="acme",
        protocols=["sftp"],
        password_hash="$argon2id$",
        public_keys=[key],
        allowed_ips=["203.0.113.0/24", "2001:DB8::1"],
    )
    folder = registry.add_folder(Folder(login="acme-payroll", path="/hr", name="HR"))
    database.close()
    database = Database(tmp_path / "w.db", migrations)
    registry = Registry(database)
    assert registry.client("acme") == client
    assert registry.account("acme-payroll") == account
    assert registry.folder("acme-payroll", "/hr") == folder
    assert account.public_keys == (key,)
    assert account.allowed_ips == ("203.0.113.0/24", "2001:db8::1/128")
    database.close()


def test_an_account_gets_what_its_host_says(registry: Registry) -> None:
    """Connection types and folders, and a subset of the types where that is asked."""
    account = registry.add_account("a", client="acme", host="mprh")
    assert account.protocols == {"sftp"}
    assert [(f.path, f.direction, f.mapping) for f in registry.folders("a")] == [
        ("/exports", "out", None),
        ("/users", "in", "users"),
    ]
    both = registry.add_account("b", client="acme", host="e-paye", protocols=["ftps"])
    assert both.protocols == {"ftps"}
    with pytest.raises(InputInvalid, match="the host mprh does not take ftps"):
        registry.add_account("c", client="acme", host="mprh", protocols=["ftps"])
    assert registry.find_account("c") is None


def test_a_host_of_ones_own_serves_as_the_presets_do(registry: Registry) -> None:
    """It is listed after them, and no name is taken twice."""
    own = Host(
        name="own", title="Own", protocols=("ftpes",), folders=(HostFolder(path="/x", name="X"),)
    )
    registry.add_host(own)
    assert registry.hosts()[-1] == own == registry.host("own")
    registry.add_account("a", client="acme", host="own")
    assert [folder.path for folder in registry.folders("a")] == ["/x"]
    for name in ("own", "default"):
        with pytest.raises(NameTaken, match=f"there is a host {name} already"):
            registry.add_host(Host(name=name, title="", protocols=("sftp",)))


def test_names_are_taken_once(registry: Registry) -> None:
    """Client, login in any case, and folder path."""
    registry.add_account("acme-payroll", client="acme")
    registry.add_folder(Folder(login="acme-payroll", path="/hr", name="HR"))
    with pytest.raises(NameTaken, match="there is a client acme already"):
        registry.add_client("acme", "UTC")
    for login in ("acme-payroll", "ACME-Payroll"):
        with pytest.raises(NameTaken, match="is in use"):
            registry.add_account(login, client="acme")
    with pytest.raises(NameTaken, match="has a folder /hr already"):
        registry.add_folder(Folder(login="acme-payroll", path="/hr", name="Other"))


def test_what_is_not_there_is_not_found(registry: Registry) -> None:
    """With the command that lists what there is."""
    registry.add_account("acme-payroll", client="acme")
    for ask in (
        lambda: registry.client("nobody"),
        lambda: registry.remove_client("nobody"),
        lambda: registry.host("nowhere"),
        lambda: registry.account("nobody"),
        lambda: registry.account("ACME-payroll"),
        lambda: registry.edit_account("nobody", enabled=0),
        lambda: registry.remove_account("nobody"),
        lambda: registry.add_account("x", client="nobody"),
        lambda: registry.add_account("x", client="acme", host="nowhere"),
        lambda: registry.folder("acme-payroll", "/none"),
        lambda: registry.add_folder(Folder(login="nobody", path="/x", name="X")),
        lambda: registry.remove_folder("acme-payroll", "/none"),
    ):
        with pytest.raises(NotFound) as missing:
            ask()
        assert missing.value.hint.startswith("wharfinger ")


def test_an_edit_changes_what_is_named_and_nothing_else(registry: Registry) -> None:
    """Keys and networks are replaced as a whole."""
    one, two = (
        read_public_key(asyncssh.generate_private_key("ssh-ed25519").export_public_key())
        for _ in range(2)
    )
    before = registry.add_account("a", client="acme", public_keys=[one], allowed_ips=["10.0.0.1"])
    after = registry.edit_account("a", public_keys=[two], protocols=["sftp"])
    assert after.public_keys == (two,)
    assert after.protocols == {"sftp"}
    assert (after.allowed_ips, after.enabled) == (before.allowed_ips, True)
    with pytest.raises(InputInvalid, match="is no IP address"):
        registry.edit_account("a", allowed_ips=["everywhere"])
    with pytest.raises(TypeError, match="no client"):
        registry.edit_account("a", client="b")
    assert registry.account("a") == after


def test_a_folder_is_edited_as_carefully_as_it_is_made(registry: Registry) -> None:
    """What could not be added cannot be edited into being."""
    registry.add_account("a", client="acme")
    registry.add_folder(Folder(login="a", path="/hr", name="HR", mapping="users"))
    edited = registry.edit_folder("a", "/hr", name="People", mode="delta")
    assert (edited.name, edited.mode, edited.mapping) == ("People", "delta", "users")
    with pytest.raises(InputInvalid):
        registry.edit_folder("a", "/hr", direction="out")
    assert registry.folder("a", "/hr") == edited


def test_what_is_removed_takes_what_hangs_on_it_along(registry: Registry) -> None:
    """An account its folders, a client its accounts; a login can then be given again."""
    registry.add_client("other", "UTC")
    for login, client in (("a", "acme"), ("b", "acme"), ("c", "other")):
        registry.add_account(login, client=client, host="mprh")
    registry.remove_account("a")
    assert registry.folders("a") == []
    registry.remove_client("acme")
    assert [account.login for account in registry.accounts()] == ["c"]
    assert len(registry.folders("c")) == 2
    assert registry.add_account("a", client="other").id > 3


def test_lists_are_in_order_and_by_client(registry: Registry) -> None:
    """By name, whenever things were added."""
    registry.add_client("aaa", "UTC")
    for login, client in (("z", "acme"), ("m", "aaa"), ("b", "acme")):
        registry.add_account(login, client=client)
    assert [client.name for client in registry.clients()] == ["aaa", "acme"]
    assert [account.login for account in registry.accounts()] == ["b", "m", "z"]
    assert [account.login for account in registry.accounts("acme")] == ["b", "z"]


def test_values_are_never_taken_for_sql(registry: Registry) -> None:
    """They are bound, wherever they come from."""
    hostile = "x'; drop table clients; --"
    assert registry.find_account(hostile) is None
    assert registry.accounts(hostile) == []
    assert registry.folders(hostile) == []
    assert [client.name for client in registry.clients()] == ["acme"]


def test_limits_come_with_the_account_or_not_at_all(registry: Registry) -> None:
    """A limit that cannot be one leaves no account behind."""
    with pytest.raises(InputInvalid, match="--max-rate"):
        registry.add_account("a", client="acme", limits=Limits(max_rate=1))
    assert registry.find_account("a") is None
    limits = Limits(max_sessions=2, max_space=1000)
    assert registry.add_account("a", client="acme", limits=limits).limits == limits


def test_folders_are_found_by_account_by_client_and_all(registry: Registry) -> None:
    """Each by login and path."""
    registry.add_client("other", "UTC")
    for client in ("acme", "other"):
        registry.add_account(f"{client}-payroll", client=client)
        registry.add_folder(Folder(login=f"{client}-payroll", path="/hr", name="HR"))
    found = (
        registry.folders("acme-payroll"),
        registry.folders(client="other"),
        registry.folders(),
    )
    one, other = ("acme-payroll", "/hr"), ("other-payroll", "/hr")
    told = [[(it.login, it.path) for it in folders] for folders in found]
    assert told == [[one], [other], [one, other]]
