"""The verdict table: what each end of a transfer comes to."""

from __future__ import annotations

import pytest

from wharfinger.server.vfs import VERDICTS, Ending, Verdict
from wharfinger.server.vfs.verdict import (
    RESUMABLE,
    Outcome,
    is_temporary,
    outcome,
    rename_completes,
)

PROOFS = {Ending.CLOSE, Ending.CLOSE_NOTIFY, Ending.SIZE_REACHED, Ending.RENAME}


@pytest.mark.parametrize("ending", Ending)
def test_every_ending_has_a_verdict_and_four_prove_completion(ending: Ending) -> None:
    """Only CLOSE, close_notify, SCP's size and a rename say that the client meant to finish."""
    assert (VERDICTS[ending] is Verdict.COMPLETE) == (ending in PROOFS)
    assert not (ending in PROOFS and ending in RESUMABLE)


@pytest.mark.parametrize("complete_on", ["close", "rename"])
@pytest.mark.parametrize("changed", [True, False])
@pytest.mark.parametrize("name", ["users.csv", "users.csv.part"])
@pytest.mark.parametrize("ending", set(Ending) - PROOFS)
def test_what_was_not_finished_is_never_an_upload(
    ending: Ending, name: str, changed: bool, complete_on: str
) -> None:
    """Whatever the name and the folder, an ending that proves nothing aborts."""
    assert outcome(ending, name=name, complete_on=complete_on, changed=changed) is Outcome.ABORT


@pytest.mark.parametrize(
    ("ending", "name", "complete_on", "changed", "expected"),
    [
        (Ending.CLOSE, "users.csv", "close", True, Outcome.UPLOAD),
        (Ending.CLOSE_NOTIFY, "users.csv", "close", True, Outcome.UPLOAD),
        (Ending.CLOSE, "users.csv", "close", False, Outcome.UNCHANGED),
        (Ending.CLOSE, "users.csv.filepart", "close", True, Outcome.STORE),
        (Ending.CLOSE_NOTIFY, ".in.users.csv.", "close", True, Outcome.STORE),
        (Ending.CLOSE, "users.csv", "rename", True, Outcome.STORE),
        (Ending.RENAME, "users.csv", "rename", True, Outcome.UPLOAD),
        (Ending.RENAME, "users.csv", "close", True, Outcome.UPLOAD),
    ],
)
def test_what_becomes_of_a_finished_transfer(
    ending: Ending, name: str, complete_on: str, changed: bool, expected: Outcome
) -> None:
    """An upload, or a name alone, or nothing new."""
    assert outcome(ending, name=name, complete_on=complete_on, changed=changed) is expected


@pytest.mark.parametrize(
    "name",
    [
        *("a.csv.filepart", "a.part", "A.PART", "a.partial", "a.TMP", "a.temp", "a.upload"),
        *("a.uploading", "a.writing", "a.crdownload", "a.csv~", ".~lock", ".#a", ".in.a.csv."),
        ".pureftpd-upload.5f3a",
    ],
)
def test_names_that_clients_use_while_they_write(name: str) -> None:
    """In any case of letters."""
    assert is_temporary(name)


@pytest.mark.parametrize("name", ["a.csv", "part.csv", "tmp", "a.part.csv", "in.a", "~a", "#a"])
def test_names_that_only_look_like_it(name: str) -> None:
    """A final name stays one."""
    assert not is_temporary(name)


@pytest.mark.parametrize(
    ("source", "target", "complete_on", "uploaded", "completes"),
    [
        ("a.part", "a.csv", "close", False, True),
        ("a.part", "a.tmp", "close", False, False),
        ("a.csv", "b.csv", "close", False, False),
        ("a.csv", "b.csv", "rename", False, True),
        ("a.csv", "b.csv", "rename", True, False),
        ("a.csv", "b.part", "rename", False, False),
    ],
)
def test_which_renames_finish_an_upload(
    source: str, target: str, complete_on: str, uploaded: bool, completes: bool
) -> None:
    """From a temporary name, or where the folder waits for one; never twice."""
    found = rename_completes(
        source=source, target=target, complete_on=complete_on, uploaded=uploaded
    )
    assert found is completes
