"""Files and their markers in any order: each version is handed over once, or waits."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.events import Upload
from wharfinger.server.accounts import Folder, Registry
from wharfinger.server.app.markers import Markers
from wharfinger.server.app.provisioning import Provisioning
from wharfinger.server.app.receipts import JournalReceipts
from wharfinger.server.app.source import JournalSource
from wharfinger.server.companions import Companions
from wharfinger.server.database import Database
from wharfinger.server.home import Home
from wharfinger.server.journal import Journal
from wharfinger.server.vfs import Identity, Receipt, Recorded
from wharfinger.server.vfs.companion import companion_of

FILE = "/hr/users/users.csv"
IDENTITY = Identity(
    client="acme", account_id=1, login="acme-payroll", protocol="ftpes", peer="192.0.2.1"
)
FOLDER = Folder(
    login="acme-payroll", path="/hr/users", name="Users", mapping="users", complete_on="marker"
)


class Wharf:
    """What lands at a folder that waits for markers, and what is handed over."""

    def __init__(self, database: Database, registry: Registry, home: Home) -> None:
        self.journal = Journal(database)
        self.queued: list[str] = []
        self.recorded: list[str] = []
        self.numbers: Iterator[int] = itertools.count(1)
        self.receipts = JournalReceipts(
            self.journal,
            Markers(self.journal, Companions(database)),
            JournalSource(self.journal, registry, home),
            recorded=self.note(self.recorded),
            queued=self.note(self.queued),
            aborted=lambda _: None,
        )

    def note(self, ids: list[str]):  # type: ignore[no-untyped-def]  # a function of an upload
        """Something that notes uploads."""

        def note(upload: Upload) -> None:
            ids.append(upload.id)

        return note

    def land(self, path: str, content: bytes = b"", **changes: object) -> Recorded:
        """A file or a companion has come; its id is `u` and a number."""
        companion = companion_of(path)
        receipt = Receipt(
            id=f"u{next(self.numbers)}",
            identity=IDENTITY,
            folder=FOLDER,
            path=path,
            renamed_from=None,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
            received_at=datetime(2026, 11, 22, tzinfo=UTC),
            snapshot="snapshot",
            companion=companion.reading(content) if companion else None,
        )
        return self.receipts.record(replace(receipt, **changes))  # type: ignore[arg-type]  # fields of Receipt

    def states(self) -> dict[str, str]:
        """How each upload stands."""
        return {entry.id: entry.state for entry in self.journal.latest()}


@pytest.fixture
def wharf(database: Database, registry: Registry, home: Home, provisioning: Provisioning) -> Wharf:
    """A new one."""
    return Wharf(database, registry, home)


def sha256(content: bytes) -> bytes:
    """What sha256sum prints."""
    return f"{hashlib.sha256(content).hexdigest()}  users.csv\n".encode()


@pytest.mark.parametrize("suffix", [".csv.ok", ".csv.done", ".ok", ".done", ".csv.OK"])
def test_a_file_is_handed_over_when_its_marker_has_come(wharf: Wharf, suffix: str) -> None:
    """After it or before it; the marker itself never is."""
    wharf.land(FILE)
    assert (wharf.queued, wharf.recorded) == ([], ["u1"])
    assert wharf.land(f"/hr/users/users{suffix}").imports == ("u1",)
    assert wharf.queued == ["u1"]
    assert wharf.land(f"/hr/users/users{suffix}").imports == ()
    assert wharf.land(FILE).imports == ("u4",)
    assert (wharf.queued, wharf.recorded) == (["u1", "u4"], ["u1", "u4"])
    assert wharf.states() == {"u1": "queued", "u2": "companion", "u3": "companion", "u4": "queued"}


@pytest.mark.parametrize("suffix", [".sha256", ".md5"])
def test_a_digest_is_checked_whichever_comes_first(wharf: Wharf, suffix: str) -> None:
    """A wrong one is refused with the reason, and the file goes on waiting for the right one."""
    algorithm = suffix[1:]
    right = hashlib.new(algorithm, b"content", usedforsecurity=False).hexdigest().encode()
    wharf.land(FILE, b"content")
    wrong = wharf.land(FILE + suffix, right[::-1])
    assert wrong.refusal is not None
    assert f"users.csv{suffix} does not state the {algorithm.upper()} of users.csv" in wrong.refusal
    unreadable = wharf.land(FILE + suffix, b"no digest")
    assert unreadable.refusal is not None
    assert "holds no" in unreadable.refusal
    assert wharf.states()["u1"] == "awaits-marker"
    assert wharf.land(FILE + suffix, right).imports == ("u1",)
    assert wharf.land(FILE + suffix, right).imports == ()  # says it again
    assert wharf.land(FILE, b"other").imports == ()
    assert wharf.queued == ["u1"]


def test_a_kept_digest_of_another_version_releases_nothing(wharf: Wharf) -> None:
    """Not even with a plain marker beside it; the right one releases."""
    wharf.land(FILE + ".sha256", sha256(b"next"))
    wharf.land(FILE + ".ok")
    assert wharf.land(FILE, b"this").imports == ()
    assert wharf.land(FILE, b"next").imports == ("u4",)
    assert wharf.states()["u3"] == "replaced"


def test_a_newer_version_replaces_the_one_that_waits(wharf: Wharf) -> None:
    """One event for one logical file, however often it was sent."""
    for _ in range(3):
        wharf.land(FILE)
    wharf.land(FILE + ".ok")
    assert wharf.queued == ["u3"]
    assert [wharf.states()[upload] for upload in ("u1", "u2", "u3")] == [
        *("replaced", "replaced", "queued")
    ]


def test_markers_of_two_kinds_mean_one_version(wharf: Wharf) -> None:
    """The second one is no marker of tomorrow's file."""
    for content, upload in ((b"one", "u1"), (b"two", "u4")):
        wharf.land(FILE, content)
        wharf.land(FILE + ".sha256", sha256(content))
        wharf.land(FILE + ".done")
        assert wharf.queued[-1] == upload
    assert wharf.land(FILE, b"three").imports == ()


def test_a_sender_may_change_the_order_from_day_to_day(wharf: Wharf) -> None:
    """Each day's file is handed over once both are there."""
    for day in range(4):
        pair = [FILE, FILE + ".ok"]
        for path in pair if day % 2 else reversed(pair):
            wharf.land(path)
        assert len(wharf.queued) == day + 1


def test_files_and_accounts_do_not_take_each_others_markers(wharf: Wharf) -> None:
    """Two files in a folder, and the same path of another account."""
    other = replace(IDENTITY, login="acme-second")
    wharf.land(FILE)
    wharf.land("/hr/users/users2.csv")
    wharf.land(FILE, identity=other)
    wharf.land("/hr/users/users2.csv.ok")
    assert wharf.queued == ["u2"]
    wharf.land(FILE + ".ok", identity=other)
    assert wharf.queued == ["u2", "u3"]


def test_one_short_marker_is_for_every_file_of_that_name(wharf: Wharf) -> None:
    """`users.done` says that users.csv and users.txt are whole."""
    wharf.land(FILE)
    wharf.land("/hr/users/users.txt")
    assert wharf.land("/hr/users/users.done").imports == ("u1", "u2")


def test_what_waited_is_handed_over_after_what_did_not(wharf: Wharf) -> None:
    """Also by a restart, that reads the journal: the order is that of the markers."""
    wharf.land(FILE)
    wharf.land("/hr/users/second.csv")
    wharf.land("/hr/users/second.csv.ok")
    wharf.land(FILE + ".ok")
    assert wharf.queued == ["u2", "u1"]
    assert [entry.id for entry in wharf.journal.waiting()] == ["u2", "u1"]


def test_a_renamed_file_waits_under_its_new_name(wharf: Wharf) -> None:
    """And its old name waits no more; what was handed over is an upload already."""
    wharf.land("/hr/users/draft.csv", b"content")
    assert not wharf.receipts.is_upload("acme-payroll", "/hr/users/draft.csv", 7)
    wharf.land(FILE, b"content", renamed_from="/hr/users/draft.csv")
    wharf.land(FILE + ".ok")
    assert wharf.queued == ["u2"]
    assert wharf.receipts.is_upload("acme-payroll", FILE, 7)
    assert wharf.states()["u1"] == "replaced"


def test_what_its_sender_removes_is_not_handed_over(wharf: Wharf) -> None:
    """Neither a file that waits nor a marker that is kept."""
    wharf.land(FILE)
    wharf.receipts.removed("acme-payroll", FILE)
    wharf.land(FILE + ".ok")
    assert wharf.queued == []
    wharf.receipts.removed("acme-payroll", FILE + ".ok")
    assert wharf.land(FILE).imports == ()


def test_a_replay_hands_over_without_a_marker(wharf: Wharf) -> None:
    """Somebody knows that it is whole; the marker that comes later is that version's."""
    wharf.land(FILE)
    wharf.journal.replay("u1")
    assert [entry.id for entry in wharf.journal.waiting()] == ["u1"]
    wharf.land(FILE + ".ok")
    assert wharf.land(FILE).imports == ()


def test_a_file_that_was_refused_waits_for_nothing(wharf: Wharf) -> None:
    """Its import tells what is wrong with it; its marker is kept for the next version."""
    assert wharf.land(FILE, refusal="no header").refusal == "no header"
    assert wharf.queued == ["u1"]
    wharf.land(FILE + ".ok")
    assert wharf.land(FILE).imports == ("u3",)


def test_a_companion_beside_a_file_that_waits_for_none(wharf: Wharf) -> None:
    """It is kept, and hooks hear of it as of a file that is not imported."""
    folder = replace(FOLDER, complete_on="close", answer="imported")
    assert wharf.land(FILE, folder=folder).imports == ("u1",)
    assert wharf.land(FILE + ".ok", folder=folder).imports == ()
    assert wharf.queued == ["u1", "u2"]
    assert wharf.journal.entry("u2").mapping is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["users.csv", "users.csv.ok", "users.csv.sha256", "users.done"]),
        st.sampled_from([b"one", b"two"]),
    ),
    max_size=12,
)


@given(steps=STEPS)
def test_no_version_is_handed_over_twice_or_before_a_marker(
    wharf: Wharf, steps: list[tuple[str, bytes]]
) -> None:
    """In any order: each queued version was the newest when a companion for it was there."""
    wharf.journal.erase_client("acme")
    wharf.queued.clear()
    files, markers = 0, 0
    for name, content in steps:
        body = sha256(content) if name.endswith("256") else content
        recorded = wharf.land(f"/hr/users/{name}", body)
        files += name == "users.csv"
        markers += name != "users.csv" and recorded.refusal is None
        assert len(set(wharf.queued)) == len(wharf.queued) <= min(files, markers)
    waiting = [state for state in wharf.states().values() if state == "awaits-marker"]
    assert len(waiting) <= 1
