"""Provisioning: the registry and the home say the same, and refuse what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from wharfinger.hooks.engine import EngineError
from wharfinger.server.accounts import Folder, Registry
from wharfinger.server.app.provisioning import Provisioning, canonical_folder
from wharfinger.server.exceptions import InputInvalid, NameTaken, NotFound
from wharfinger.server.home import Home


def folder(path: str, **choices: Any) -> Folder:
    """A folder of acme's account."""
    return Folder(login="acme-payroll", path=path, name="Users", **choices)


def test_what_is_added_has_its_place_on_the_disk(provisioning: Provisioning, home: Home) -> None:
    """At once, so that an administrator can put a file there before anybody logs in."""
    added = provisioning.add_folder(folder("hr//users/", mapping="users"))
    assert added.path == "/hr/users"
    assert (home.client("acme").files / "acme-payroll" / "hr" / "users").is_dir()
    assert (home.client("acme").reports / "acme-payroll").is_dir()


def test_one_path_is_one_folder_however_it_is_written(provisioning: Provisioning) -> None:
    """A second one under the same canonical path is refused."""
    provisioning.add_folder(folder("/hr/Zoé"))
    with pytest.raises(NameTaken):
        provisioning.add_folder(folder("/hr/./Zoe\u0301/"))
    assert provisioning.edit_folder("acme-payroll", "hr/Zoé", mode="delta").mode == "delta"


@pytest.mark.parametrize(
    "path", ["", "/", "..", "/reports", "reports/mine", "a\0b", "a/../reports"]
)
def test_paths_that_are_no_folder(path: str) -> None:
    """The root leads to all folders, and the reports are the server's."""
    with pytest.raises(InputInvalid, match="cannot be a folder"):
        canonical_folder(path)


def test_a_mapping_must_be_there(provisioning: Provisioning, registry: Registry) -> None:
    """Whoever adds or edits a folder hears of a wrong name, not the night's import."""
    provisioning.add_folder(folder("/hr/users", mapping="users"))
    before = registry.folders("acme-payroll")
    with pytest.raises(EngineError):
        provisioning.add_folder(folder("/hr/new", mapping="no-such-mapping"))
    with pytest.raises(EngineError):
        provisioning.edit_folder("acme-payroll", before[0].path, mapping="no-such-mapping")
    assert registry.folders("acme-payroll") == before


def test_what_belongs_to_nobody_is_refused(provisioning: Provisioning, home: Home) -> None:
    """And nothing is made on the disk for it."""
    with pytest.raises(NotFound):
        provisioning.add_account("other-payroll", client="other")
    with pytest.raises(NotFound):
        provisioning.add_folder(Folder(login="nobody", path="/hr", name="Users"))
    with pytest.raises(NameTaken):
        provisioning.add_client("acme", "UTC")
    assert [path.name for path in (home.root / "clients").iterdir()] == ["acme"]


def test_passwords_that_cannot_be(provisioning: Provisioning, registry: Registry) -> None:
    """A hopeless one is refused, with another way to have one; none at all is none."""
    with pytest.raises(InputInvalid) as invalid:
        provisioning.add_account("acme-second", client="acme", password="")
    assert "--generate-password" in invalid.value.hint
    assert registry.find_account("acme-second") is None
    assert provisioning.hash_password(None) is None


def test_what_is_erased_is_gone_everywhere(
    provisioning: Provisioning, registry: Registry, home: Home
) -> None:
    """Accounts and files; another client keeps its own, and the name is free again."""
    provisioning.add_client("other", "UTC")
    provisioning.erase_client("acme")
    assert registry.find_account("acme-payroll") is None
    assert [path.name for path in (home.root / "clients").iterdir()] == ["other"]
    with pytest.raises(NotFound):
        provisioning.erase_client("acme")
    provisioning.add_client("acme", "UTC")


def test_a_client_whose_files_are_gone_can_be_erased(
    provisioning: Provisioning, registry: Registry, home: Home
) -> None:
    """Somebody removed them by hand, or an earlier try did."""
    home.client("acme").root.rename(home.root / "elsewhere")
    provisioning.erase_client("acme")
    assert registry.clients() == []


def test_what_cannot_be_erased_can_be_tried_again(
    provisioning: Provisioning, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client is known until its files are gone."""

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "permission denied")

    with monkeypatch.context() as broken:
        broken.setattr("shutil.rmtree", fail)
        with pytest.raises(PermissionError):
            provisioning.erase_client("acme")
    provisioning.erase_client("acme")
    assert registry.clients() == []
