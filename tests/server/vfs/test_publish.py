"""Landing: the order of its steps, and what a failure at each of them leaves."""

from __future__ import annotations

import asyncio
import hashlib
import os
import threading
from collections.abc import Callable

import pytest

from wharfinger.server.vfs import Ending, Receipt, Refusal, Refused, VfsSession, WriteFlags
from wharfinger.server.vfs import publish as publishing
from wharfinger.server.vfs.draft import Draft
from wharfinger.server.vfs.spool import Spool
from yard import Yard

PATH = ("in", "users.csv")
NEW = WriteFlags(truncate=True)


async def push(
    session: VfsSession, content: bytes, path: tuple[str, ...] = PATH, ending: Ending = Ending.CLOSE
) -> Receipt | None:
    """Upload a file as an edge does."""
    handle = await session.open_write(path, NEW)
    waiting = handle.write(0, content)
    if waiting is not None:
        await waiting
    return await session.end(handle, ending)


def test_each_step_is_on_the_disk_before_the_next(yard: Yard, watch: Callable[..., None]) -> None:
    """Data, its name in the spool, the receipt, the final name, that name's folder."""
    watch(Draft, "sync", "data on the disk")
    watch(Spool, "sync", "name in the spool on the disk")
    watch(Spool, "link_over", "final name")
    watch(publishing, "_sync", "final name on the disk")
    receipt = asyncio.run(push(yard.session(), b"content"))
    assert yard.ledger.steps == [
        "data on the disk",
        "name in the spool on the disk",
        "record",
        "final name",
        "final name on the disk",
        "published",
    ]
    assert yard.ledger.receipts == [receipt]
    assert receipt is not None
    assert receipt.sha256 == hashlib.sha256(b"content").hexdigest()
    assert (yard.spool / receipt.snapshot).read_bytes() == b"content"
    assert (yard.files / "users.csv").read_bytes() == b"content"


@pytest.mark.parametrize("step", ["data on the disk", "name in the spool on the disk", "record"])
def test_before_the_receipt_a_failure_leaves_no_upload(
    yard: Yard, watch: Callable[..., None], step: str
) -> None:
    """The sender hears that it failed, and the version before stays."""
    watch(Draft, "sync", "data on the disk")
    watch(Spool, "sync", "name in the spool on the disk")
    asyncio.run(push(yard.session(), b"before"))
    yard.ledger.failures[step] = OSError(28, "no space left on device")
    with pytest.raises(Refused) as refused:
        asyncio.run(push(yard.session(), b"after"))
    assert refused.value.kind is Refusal.NO_SPACE
    assert (yard.files / "users.csv").read_bytes() == b"before"
    assert [receipt.size for receipt in yard.ledger.receipts] == [6]
    assert [abort.reason for abort in yard.ledger.aborts] == ["write-failed"]


@pytest.mark.parametrize("step", ["link_over", "published"])
def test_after_the_receipt_a_failure_is_mended_at_the_next_start(
    yard: Yard, watch: Callable[..., None], step: str
) -> None:
    """The sender hears "ok", because the upload is durable; its name appears later."""
    watch(Spool, "link_over")
    asyncio.run(push(yard.session(), b"before"))
    yard.ledger.failures[step] = OSError(5, "input/output error")
    receipt = asyncio.run(push(yard.session(), b"after"))
    assert receipt is not None
    yard.system.recover(yard.spool, lambda _: True, 3600)
    for _ in range(2):  # a crash may also come after it was done again
        yard.system.publish_again(receipt, [yard.mount()], yard.spool)
        assert (yard.files / "users.csv").read_bytes() == b"after"
    assert yard.names() == ["users.csv"]


def test_a_snapshot_is_what_was_uploaded_whatever_comes_later(yard: Yard) -> None:
    """A new version, an appended line and a removal leave the earlier snapshots as they were."""

    async def story() -> None:
        session = yard.session()
        await push(session, b"one\n")
        handle = await session.open_write(PATH, WriteFlags(append=True))
        handle.write(None, b"two\n")
        await session.end(handle, Ending.CLOSE_NOTIFY)
        await push(session, b"three\n")
        await session.remove(PATH)

    asyncio.run(story())
    contents = [(yard.spool / receipt.snapshot).read_bytes() for receipt in yard.ledger.receipts]
    assert contents == [b"one\n", b"one\ntwo\n", b"three\n"]
    assert yard.names() == []


def test_the_version_with_the_last_receipt_is_the_one_that_is_seen(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two uploads to one path are landed one after the other, even if the first one is slow."""
    recorded, go_on = threading.Event(), threading.Event()
    link_over = Spool.link_over

    def slow(self: Spool, name: str, parent: int, target: str) -> None:
        if not recorded.is_set():
            recorded.set()
            go_on.wait(10)
        link_over(self, name, parent, target)

    monkeypatch.setattr(Spool, "link_over", slow)

    async def story() -> None:
        session = yard.session()
        first = asyncio.create_task(push(session, b"first"))
        await asyncio.to_thread(recorded.wait, 10)
        second = asyncio.create_task(push(session, b"second"))
        await asyncio.wait([second], timeout=0.2)
        assert len(yard.ledger.receipts) == 1  # the second one waits for the first
        go_on.set()
        await asyncio.gather(first, second)

    asyncio.run(story())
    assert yard.ledger.receipts[-1].size == len(b"second")
    assert (yard.files / "users.csv").read_bytes() == b"second"


def test_the_folder_on_the_way_is_made_again_if_it_is_gone(yard: Yard) -> None:
    """A client that removes the folder of its own upload does not keep it from appearing."""

    async def story() -> None:
        session = yard.session()
        await session.make_folder(("in", "2026"))
        handle = await session.open_write(("in", "2026", "users.csv"), NEW)
        handle.write(0, b"content")
        await session.remove_folder(("in", "2026"))
        await session.end(handle, Ending.CLOSE)

    asyncio.run(story())
    assert (yard.files / "2026" / "users.csv").read_bytes() == b"content"


def test_a_rename_lands_the_file_as_it_is_stored(yard: Yard) -> None:
    """One receipt, under the final name; the temporary name is gone."""

    async def story() -> None:
        session = yard.session()
        assert await push(session, b"content", ("in", "users.csv.part")) is None
        assert yard.names() == ["users.csv.part"]
        await session.rename(("in", "users.csv.part"), PATH, replace=True)

    asyncio.run(story())
    (receipt,) = yard.ledger.receipts
    assert (receipt.path, receipt.renamed_from) == ("/in/users.csv", "/in/users.csv.part")
    assert yard.names() == ["users.csv"]
    os.unlink(yard.files / "users.csv")
    assert (yard.spool / receipt.snapshot).read_bytes() == b"content"


def test_a_rename_that_cannot_be_recorded_leaves_the_temporary_name(yard: Yard) -> None:
    """The sender hears that it failed, and can rename again."""

    async def story() -> None:
        session = yard.session()
        await push(session, b"content", ("in", "users.csv.part"))
        yard.ledger.failures["record"] = OSError(5, "input/output error")
        with pytest.raises(Refused):
            await session.rename(("in", "users.csv.part"), PATH, replace=True)
        assert (yard.names(), yard.kept()) == (["users.csv.part"], [])
        await session.rename(("in", "users.csv.part"), PATH, replace=True)

    asyncio.run(story())
    assert yard.names() == ["users.csv"]
