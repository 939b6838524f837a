"""The tree that an account sees: which folder a path belongs to, and what may be done there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.server.accounts import Folder
from wharfinger.server.vfs import Mount, Refusal, Refused, VirtualPath
from wharfinger.server.vfs.mount import Tree

NAMES = st.sampled_from(["hr", "users", "users_evil", "out", "reports", "a"])
PATHS = st.lists(NAMES, max_size=4).map(tuple)


def mount(path: VirtualPath, direction: str = "in") -> Mount:
    """A mount of a folder of acme's."""
    folder = Folder(login="acme", path="/" + "/".join(path), name="", direction=direction)
    return Mount(path, Path("/home", *path), folder)


TREE = Tree(
    [
        mount(("hr", "users")),
        mount(("hr", "users", "archive")),
        mount(("out",), "out"),
        Mount(("reports",), Path("/reports")),
    ]
)


@given(mounts=st.sets(PATHS, max_size=5), path=PATHS)
def test_a_path_belongs_to_the_longest_mount_that_begins_it(
    mounts: set[VirtualPath], path: VirtualPath
) -> None:
    """Never to a folder whose name only begins alike, and never to none where there is one."""
    place = Tree(map(mount, mounts)).find(path)
    begins = [found for found in mounts if path[: len(found)] == found]
    if place is None:
        assert not begins
    else:
        assert place.mount.path == max(begins, key=len)
        assert place.path == path


@given(mounts=st.sets(PATHS, max_size=5))
def test_every_mount_can_be_walked_to_from_the_root(mounts: set[VirtualPath]) -> None:
    """Each step of the way is listed in the one before, and is fixed."""
    tree = Tree(map(mount, mounts))
    for path in mounts:
        for end in range(len(path)):
            assert path[end] in tree.children(path[:end])
            assert tree.is_fixed(path[: end + 1])


@pytest.mark.parametrize(
    "path",
    [
        *((), ("hr",), ("hr", "users"), ("hr", "users", "archive"), ("out",), ("out", "a.csv")),
        *(("reports",), ("reports", "a.json"), ("hr", "users_evil"), ("hr", "a.csv"), ("etc",)),
    ],
)
def test_what_no_client_changes(path: VirtualPath) -> None:
    """Mounts, what leads to them, what is only to be read, and what is no folder's."""
    with pytest.raises(Refused, match=r"files go into /hr/users") as refused:
        TREE.to_change(path)
    assert refused.value.kind is Refusal.READ_ONLY


def test_what_clients_change() -> None:
    """What lies in a folder of theirs."""
    assert TREE.to_change(("hr", "users", "a.csv")).rest == ("a.csv",)
    assert TREE.to_change(("hr", "users", "archive", "a.csv")).rest == ("a.csv",)


def test_reading_where_there_is_nothing_or_only_a_way() -> None:
    """What leads to a folder is a folder; what is nothing is said to be nothing."""
    with pytest.raises(Refused) as refused:
        TREE.to_read(("hr",))
    assert refused.value.kind is Refusal.IS_DIRECTORY
    with pytest.raises(Refused) as refused:
        TREE.to_read(("etc", "passwd"))
    assert refused.value.kind is Refusal.NO_SUCH_FILE


def test_without_an_inbound_folder_the_refusal_names_none() -> None:
    """Nobody is sent to a folder that is not there."""
    with pytest.raises(Refused, match=r"^not permitted here$"):
        Tree([mount(("out",), "out")]).to_change(("a.csv",))
