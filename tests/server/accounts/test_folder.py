"""Folders of accounts."""

from __future__ import annotations

from typing import Any

import pytest

from wharfinger.server.accounts.folder import Folder, read_folder
from wharfinger.server.exceptions import InputInvalid


def make_folder(**changes: Any) -> Folder:
    """A folder that is imported."""
    chosen = {"login": "acme-payroll", "path": "/hr/users", "name": "Users", "mapping": "users"}
    return Folder(**{**chosen, **changes})


def test_a_table_keeps_all_of_a_folder() -> None:
    """A folder is read as it was written."""
    folder = make_folder(notify=("lea@acme.test", "max@acme.test"), notify_on="always")
    assert read_folder(folder.as_row()) == folder


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "de"),
        ("notify_on", "never"),
        ("mail_details", "all"),
        ("notify", ("lea",)),
        ("notify", ("lea@acme.test\r\nBcc: eve@evil.test",)),
        ("notify", ("Léa <lea@acme.test>",)),
        ("notify", ("lea@acme.test, eve@evil.test",)),
    ],
)
def test_what_a_folder_cannot_be_is_refused(field: str, value: object) -> None:
    """With a hint, and before it is kept."""
    with pytest.raises(InputInvalid) as refusal:
        make_folder(**{field: value})
    assert refusal.value.hint
