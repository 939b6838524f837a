"""Canonical paths: one form for every way to write a name, or a refusal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.server.vfs import Refusal, Refused, VirtualPath, canonical, display

COMPONENTS = st.one_of(
    st.sampled_from(["", ".", "..", "...", "hr", "users", "é", "e\u0301", "a.", " ", "a\\b", "\0"]),
    st.text(max_size=8),
)
TEXTS = st.builds(
    lambda root, parts: root + "/".join(parts),
    st.sampled_from(["", "/"]),
    st.lists(COMPONENTS, max_size=10),
)
DIRECTORIES = st.sampled_from([(), ("hr",), ("hr", "users")])


def attempt(raw: bytes | str, directory: VirtualPath = ()) -> VirtualPath | None:
    """The canonical path, None if the name is refused."""
    try:
        return canonical(raw, directory)
    except Refused as refused:
        return None if refused.kind is Refusal.INVALID_NAME else ("refused for another reason",)


@given(text=TEXTS, directory=DIRECTORIES)
def test_a_canonical_path_can_be_given_to_the_disk(text: str, directory: VirtualPath) -> None:
    """Whatever the text: no component is empty, leads up, or holds `/`, NUL or a line break."""
    for component in attempt(text, directory) or ():
        assert component not in ("", ".", "..")
        assert not set(component) & set("/\\\0\n\r\x1b")
        assert len(component.encode()) <= 255


@given(text=TEXTS, directory=DIRECTORIES)
def test_a_canonical_path_is_its_own_canonical_path(text: str, directory: VirtualPath) -> None:
    """What a client is shown leads it to the same file again, from wherever it stands."""
    found = attempt(text, directory)
    if found is not None:
        assert canonical(display(found), ("elsewhere",)) == found


@given(text=TEXTS)
def test_composed_and_decomposed_names_are_one_file(text: str) -> None:
    """A Mac's é and a PC's é are one path, and so are bytes and text."""
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert attempt(composed) == attempt(decomposed) == attempt(decomposed.encode())


@given(raw=st.binary(max_size=60))
def test_any_bytes_are_a_path_or_refused(raw: bytes) -> None:
    """Nothing but Refused comes out of bytes that make no sense."""
    attempt(raw)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("", "/hr"),
        (".", "/hr"),
        ("users.csv", "/hr/users.csv"),
        ("/users.csv", "/users.csv"),
        ("//hr///users//", "/hr/users"),
        ("../../../..", "/"),
        ("users/../../x", "/x"),
        ("/hr/users/..", "/hr"),
        ("/hr/users_evil", "/hr/users_evil"),
        ("/hr/users/...", "/hr/users/..."),
        ("trailing.dots...", "/hr/trailing.dots..."),
        ("..%2fetc", "/hr/..%2fetc"),
        ("~root", "/hr/~root"),
        ("½.csv", "/hr/½.csv"),
        ("Zoe\u0301.csv", "/hr/Zoé.csv"),
    ],
)
def test_what_a_name_means(raw: str, path: str) -> None:
    """Each name, given in /hr, means this path."""
    assert display(canonical(raw, ("hr",))) == path


@pytest.mark.parametrize(
    "name",
    [
        "nul\0.csv",
        "line\nbreak",
        "carriage\rreturn",
        "\x1b[2J",
        "right-to-left\u202egpj.exe",
        "zero\u200bwidth",
        "\ufeffbom",
        "separator\u2028",
        "full\uff0fwidth",
        "\uff0e\uff0e",
        "\u2024\u2024",
        "\u2025",
        "full\uff3cwidth",
        "back\\slash",
        "division\u2215slash",
        "fraction\u2044slash",
        "set\u2216minus",
        "a" * 256,
        "é" * 128,
        "\udcff",
        b"\xff\xfe",
        b"\xc0\xae\xc0\xae",
    ],
)
def test_what_no_name_may_be(name: bytes | str) -> None:
    """What a disk, a log, or another system would take for something else is refused."""
    assert attempt(name) is None


def test_how_long_a_path_may_be() -> None:
    """255 bytes a component, 40 components, 4095 bytes: one more is refused."""
    assert attempt("a" * 255) is not None
    assert attempt("/".join(["a"] * 40)) is not None
    assert attempt("/".join(["a"] * 41)) is None
    assert attempt("/".join(["a" * 255] * 15 + ["b" * 255])) is not None
    assert attempt("/".join(["a" * 255] * 16 + ["b"])) is None
    assert attempt("a/../" * 800) == ()
    assert attempt("a/../" * 900) is None
