"""The end of an upload: what becomes of its bytes, and what its sender hears."""

from __future__ import annotations

import asyncio

import pytest

from wharfinger.server.vfs import Ending, Receipt, Refusal, Refused, VfsSession, WriteFlags
from wharfinger.server.vfs.verdict import RESUMABLE, VERDICTS, Verdict
from yard import Yard

PATH = ("in", "users.csv")
ABORTING = [ending for ending, verdict in VERDICTS.items() if verdict is Verdict.ABORTED]


async def push(session: VfsSession, content: bytes, ending: Ending) -> Receipt | None:
    """Upload a file that ends so."""
    handle = await session.open_write(PATH, WriteFlags(truncate=True))
    handle.write(0, content)
    return await session.end(handle, ending)


@pytest.mark.parametrize("ending", ABORTING)
def test_an_aborted_upload_is_told_of_and_nothing_else(yard: Yard, ending: Ending) -> None:
    """No receipt, no name; kept for resume only where the sender may go on from there."""
    with pytest.raises(Refused, match=ending.value):
        asyncio.run(push(yard.session(), b"12345", ending))
    assert (yard.ledger.receipts, yard.names()) == ([], [])
    (abort,) = yard.ledger.aborts
    assert (abort.reason, abort.path, abort.size) == (ending.value, "/in/users.csv", 5)
    assert bool(yard.kept()) == (ending in RESUMABLE)


def test_an_upload_ends_once(yard: Yard) -> None:
    """Whoever comes second changes nothing, and is not told that all is well."""

    async def story() -> None:
        session = yard.session()
        handle = await session.open_write(PATH, WriteFlags())
        handle.write(0, b"content")
        ends = [session.end(handle, ending) for ending in (Ending.CLOSE, Ending.CONNECTION_LOST)]
        first, second = await asyncio.gather(*ends, return_exceptions=True)
        await session.close(Ending.SHUTDOWN)
        assert isinstance(first, Receipt)
        assert isinstance(second, Refused)

    asyncio.run(story())
    assert len(yard.ledger.receipts) == 1
    assert yard.ledger.aborts == []


def test_a_session_that_closes_cuts_off_what_is_open(yard: Yard) -> None:
    """Each of its uploads is told of by itself."""

    async def story() -> None:
        session = yard.session()
        for name in ("a.csv", "b.csv"):
            handle = await session.open_write(("in", name), WriteFlags())
            handle.write(0, b"content")
        await session.close(Ending.CONNECTION_LOST)
        await session.close(Ending.CONNECTION_LOST)

    asyncio.run(story())
    assert sorted(abort.path for abort in yard.ledger.aborts) == ["/in/a.csv", "/in/b.csv"]


def test_a_file_that_was_opened_and_left_alone_is_no_upload(yard: Yard) -> None:
    """A client that looks at its file by opening it for writing sends nothing."""

    async def story() -> None:
        session = yard.session()
        await push(session, b"content", Ending.CLOSE)
        handle = await session.open_write(PATH, WriteFlags())
        assert await session.end(handle, Ending.CLOSE) is None

    asyncio.run(story())
    assert len(yard.ledger.receipts) == 1
    assert len(yard.kept()) == 1


def test_too_much_is_refused_at_the_write_and_at_the_end(yard: Yard) -> None:
    """A client that ignores the refusal of its write hears it once more."""

    async def story() -> None:
        session = yard.session()
        handle = await session.open_write(PATH, WriteFlags())
        with pytest.raises(Refused):
            handle.write(0, bytes((1 << 20) + 1))
        with pytest.raises(Refused) as refused:
            await session.end(handle, Ending.CLOSE)
        assert refused.value.kind is Refusal.TOO_LARGE

    asyncio.run(story())
    assert [abort.reason for abort in yard.ledger.aborts] == ["too-large"]
    assert yard.kept() == []


def test_a_failed_check_keeps_the_version_before(yard: Yard) -> None:
    """Where the folder answers `checked`: the reason is told and kept, and no name is given."""
    asyncio.run(push(yard.session(), b"before", Ending.CLOSE))
    yard.ledger.refusals["check"] = "the header is missing"
    with pytest.raises(Refused, match="the header is missing") as refused:
        asyncio.run(push(yard.session(answer="checked"), b"after", Ending.CLOSE))
    assert refused.value.kind is Refusal.REJECTED
    assert (yard.files / "users.csv").read_bytes() == b"before"
    assert yard.ledger.receipts[-1].refusal == "the header is missing"
    assert (yard.spool / yard.ledger.receipts[-1].snapshot).read_bytes() == b"after"
    assert yard.ledger.aborts == []


def test_the_check_comes_before_the_receipt_and_the_import_after_the_name(yard: Yard) -> None:
    """Each answer waits for what it says, and for no more."""
    for answer, steps in {
        "received": ["record", "published"],
        "checked": ["check", "record", "published"],
        "imported": ["check", "record", "published", "imported"],
    }.items():
        yard.ledger.steps.clear()
        asyncio.run(push(yard.session(answer=answer), b"content", Ending.CLOSE))
        assert yard.ledger.steps == steps


def test_a_refusing_import_is_told_and_the_file_stays(yard: Yard) -> None:
    """The upload is durable all the same, and seen."""
    yard.ledger.refusals["imported"] = "6 of 12 people would leave"
    with pytest.raises(Refused, match="6 of 12"):
        asyncio.run(push(yard.session(answer="imported"), b"content", Ending.CLOSE))
    assert yard.names() == ["users.csv"]
