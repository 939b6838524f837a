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


def test_the_defaults_do_no_harm() -> None:
    """In, everybody, first import held, ended by closing, answered when durable, not imported."""
    found = make_folder(mapping=None)
    assert (found.direction, found.mode, found.first_import) == ("in", "full", "hold")
    assert (found.complete_on, found.answer, found.mapping) == ("close", "received", None)


@pytest.mark.parametrize("field", ["direction", "mode", "first_import", "complete_on", "answer"])
def test_a_choice_that_there_is_not_is_refused(field: str) -> None:
    """The hint lists those that there are."""
    with pytest.raises(InputInvalid, match="'maybe' is no") as refused:
        make_folder(**{field: "maybe"})
    assert "choose from" in refused.value.hint


def test_choices_that_exclude_each_other_are_refused() -> None:
    """An outbound folder imports nothing, and an answer about a file needs a mapping."""
    with pytest.raises(InputInvalid, match="outbound"):
        make_folder(direction="out")
    for answer in ("checked", "imported"):
        with pytest.raises(InputInvalid, match="needs a mapping"):
            make_folder(answer=answer, mapping=None)
        assert make_folder(answer=answer).answer == answer
