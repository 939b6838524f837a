"""Opening for writing: what is refused at once, and what is made for what is not."""

from __future__ import annotations

import asyncio
import os

import pytest

from wharfinger.server.vfs import Ending, Refusal, Refused, UploadHandle, WriteFlags
from wharfinger.server.vfs.opening import new_upload_id
from yard import Yard


async def opened(yard: Yard, name: str, flags: WriteFlags) -> UploadHandle:
    """Open, and cut off at once."""
    session = yard.session()
    handle = await session.open_write(("in", *name.split("/")), flags)
    await session.close(Ending.SHUTDOWN)
    return handle


def refusal(yard: Yard, name: str, flags: WriteFlags) -> Refusal:
    """Why opening is refused."""
    with pytest.raises(Refused) as refused:
        asyncio.run(opened(yard, name, flags))
    assert yard.kept() == []
    return refused.value.kind


def test_what_is_there_can_be_demanded_or_ruled_out(yard: Yard) -> None:
    """O_EXCL and the want of O_CREAT mean what they mean in open(2)."""
    (yard.files / "there.csv").write_bytes(b"before")
    assert refusal(yard, "there.csv", WriteFlags(exclusive=True)) is Refusal.EXISTS
    assert refusal(yard, "new.csv", WriteFlags(create=False)) is Refusal.NO_SUCH_FILE
    handle = asyncio.run(opened(yard, "there.csv", WriteFlags()))
    assert handle.destination.opening.existing == len(b"before")
    assert asyncio.run(opened(yard, "new.csv", WriteFlags())).destination.opening.existing is None


def test_what_is_no_file_is_not_written_to(yard: Yard) -> None:
    """Folders, pipes, links, and what would lie in a folder that is not there."""
    (yard.files / "folder").mkdir()
    (yard.files / "file").touch()
    os.mkfifo(yard.files / "pipe")
    (yard.files / "link").symlink_to("file")
    assert refusal(yard, "folder", WriteFlags()) is Refusal.IS_DIRECTORY
    assert refusal(yard, "pipe", WriteFlags()) is Refusal.READ_ONLY
    assert refusal(yard, "link", WriteFlags()) is Refusal.NO_SUCH_FILE
    assert refusal(yard, "no/such", WriteFlags()) is Refusal.NO_SUCH_FILE
    assert refusal(yard, "file/below", WriteFlags()) is Refusal.NOT_DIRECTORY


def test_what_is_seen_stays_while_it_is_written(yard: Yard) -> None:
    """Opening with O_TRUNC empties nothing that anybody can see."""
    (yard.files / "users.csv").write_bytes(b"before")

    async def story() -> None:
        session = yard.session()
        handle = await session.open_write(("in", "users.csv"), WriteFlags(truncate=True))
        handle.write(0, b"af")
        assert (yard.files / "users.csv").read_bytes() == b"before"
        await session.close(Ending.CONNECTION_LOST)

    asyncio.run(story())
    assert (yard.files / "users.csv").read_bytes() == b"before"


def test_a_session_has_a_bounded_number_of_open_files(yard: Yard) -> None:
    """One client cannot use up what all share."""

    async def story() -> None:
        session = yard.session()
        for number in range(16):
            await session.open_write(("in", f"{number}.csv"), WriteFlags())
        with pytest.raises(Refused, match="no more than 16"):
            await session.open_write(("in", "one.csv"), WriteFlags())
        await session.close(Ending.CONNECTION_LOST)

    asyncio.run(story())
    assert yard.kept() == []


def test_ids_can_be_read_out_on_the_telephone() -> None:
    """Short, of letters and digits that nobody takes for one another, and never twice."""
    ids = {new_upload_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(found) == 10 and not set(found[1:]) & set("ilou") for found in ids)
