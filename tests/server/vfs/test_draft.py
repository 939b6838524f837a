"""A draft: whatever the order of the writes, its bytes and its hash are those of the file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.server.vfs.draft import Draft
from wharfinger.server.vfs.spool import Spool

PATH = ("users.csv",)
WRITES = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 30), st.lists(st.binary(min_size=1, max_size=9), max_size=3)),
        st.integers(0, 40),  # a cut
    ),
    max_size=12,
)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """A new spool."""
    return Spool(tmp_path)


def draft_in(spool: Spool, upload_id: str = "u1") -> Draft:
    """A new draft."""
    name = spool.name(upload_id, 1, PATH)
    return Draft(spool, name, spool.create(name))


@given(steps=WRITES, base=st.binary(max_size=40))
def test_a_draft_is_what_was_written_to_it(
    steps: list[tuple[int, list[bytes]] | int], base: bytes
) -> None:
    """Bytes, gaps, what the version before fills, and the hash are right after any writes."""
    model: dict[int, int] = {}
    size = 0  # as an upload handle counts it: gaps at the end are part of it
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder))
        draft = draft_in(spool)
        for step in steps:
            if isinstance(step, int):
                draft.cut(step)
                model = {at: byte for at, byte in model.items() if at < step}
                size = min(size, step)
                continue
            offset, content = step[0], b"".join(step[1])
            draft.write(*step)
            model.update(enumerate(content, start=offset))
            size = max(size, offset + len(content)) if content else size
        assert draft.has_gaps(size) == (len(model) < size)
        (Path(folder) / "base").write_bytes(base)
        existing = os.open(Path(folder) / "base", os.O_RDONLY)
        draft.fill(existing, size)
        os.close(existing)
        model = {**dict(enumerate(base[:size])), **model}
        assert draft.has_gaps(size) == (len(model) < size)
        if len(model) == size:
            content = bytes(model[at] for at in range(size))
            assert draft.finish(size) == hashlib.sha256(content).hexdigest()
            assert draft.read(0, 1000) == content
            assert (spool.folder / spool.name("u1", 1, PATH)).exists()
        draft.close()


def test_a_file_written_in_order_is_not_read_again(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hash is computed on the way."""
    draft = draft_in(spool)
    draft.write(0, [b"one", b"two"])
    draft.write(6, [b"three"])
    monkeypatch.setattr(draft, "_hash_again", lambda: pytest.fail("it was read again"))
    assert draft.finish(11) == hashlib.sha256(b"onetwothree").hexdigest()
    draft.close()


def test_a_draft_says_by_its_name_that_it_is_out_of_order(spool: Spool) -> None:
    """Until it is finished, so that a crash in between leaves nothing to resume."""
    draft = draft_in(spool)
    draft.write(5, [b"later"])
    assert draft.name.endswith(".gaps")
    draft.write(0, [b"first"])
    draft.finish(10)
    assert draft.name == spool.name("u1", 1, PATH)
    draft.close()


def test_only_what_is_there_from_the_start_is_kept(spool: Spool) -> None:
    """Bytes behind a gap are sent again."""
    draft = draft_in(spool)
    draft.write(0, [b"12345"])
    draft.write(10, [b"later"])
    draft.keep()
    partial = spool.partial(1, PATH)
    assert partial is not None
    assert partial.st_size == 4


def test_a_resumed_draft_goes_on_where_the_other_ended(spool: Spool) -> None:
    """Its bytes are those of both, and its hash is that of the whole."""
    cut_off = draft_in(spool)
    cut_off.write(0, [b"1234567"])
    cut_off.keep()
    draft = draft_in(spool, "u2").resume(4)
    draft.write(4, [b"five"])
    assert not draft.has_gaps(8)
    assert draft.finish(8) == hashlib.sha256(b"1234five").hexdigest()
    draft.close()


def test_a_discarded_draft_leaves_nothing(spool: Spool, no_leaks: None) -> None:
    """Neither a file nor a descriptor."""
    draft = draft_in(spool)
    draft.write(3, [b"x"])
    draft.discard()
    assert list(spool.folder.iterdir()) == []
