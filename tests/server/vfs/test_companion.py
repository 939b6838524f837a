"""Companions: which file each belongs to, what it states, and what it does when it comes."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.server.vfs.companion import (
    ACTIONS,
    Action,
    Companion,
    Fit,
    Standing,
    companion_of,
    read_digest,
    releases,
    stems_of,
)

SHA256 = hashlib.sha256(b"content").hexdigest()
MD5 = hashlib.md5(b"content", usedforsecurity=False).hexdigest()


@pytest.mark.parametrize(
    "name",
    [
        *("users.csv.ok", "users.csv.done", "users.ok", "users.done", "users.csv.OK"),
        *("users.csv.sha256", "users.csv.md5", "users.sha256", "users.csv.Md5"),
    ],
)
def test_the_companions_of_a_file(name: str) -> None:
    """By its whole name or by its name without the suffix, in any case of letters."""
    companion = companion_of(f"/hr/users/{name}")
    assert companion is not None
    assert companion.stem in stems_of("/hr/users/users.csv")


@pytest.mark.parametrize("name", ["users.csv", "ok", ".ok", "users.csv.okay", "done", "users.sha1"])
def test_what_is_no_companion(name: str) -> None:
    """A file is one even if it is called `done`."""
    assert companion_of(f"/hr/users/{name}") is None


@pytest.mark.parametrize(
    "name",
    ["users.csv.bak.ok", "users2.csv.ok", "user.ok", "USERS.csv.ok", "users.csv.csv.ok"],
)
def test_the_companions_of_other_files(name: str) -> None:
    """A name that only begins alike belongs to another file."""
    companion = companion_of(f"/hr/users/{name}")
    assert companion is not None
    assert companion.stem not in stems_of("/hr/users/users.csv")


def test_a_companion_belongs_to_its_folder() -> None:
    """A dot in the name of a folder is no suffix of a file."""
    assert stems_of("/hr.2026/users") == ("/hr.2026/users",)
    assert stems_of("/hr/.hidden") == ("/hr/.hidden",)
    assert companion_of("/hr.ok/users") is None


@pytest.mark.parametrize("digest", [SHA256, SHA256.upper()])
@pytest.mark.parametrize(
    "text",
    [
        *("{}", "{}\n", "  {}\r\n", "{}  users.csv\n", "{} *users.csv\n", "\\{}  a\\nb.csv\n"),
        *("SHA256 (users.csv) = {}\n", "SHA2-256(users.csv)= {}\n", "{}  {}.csv\n"),
        "\nAlgorithm  Hash  Path\n---------  ----  ----\nSHA256     {}  C:\\users.csv\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_ways_to_write_a_digest(text: str, digest: str, encoding: str) -> None:
    """By itself, by sha256sum, BSD, openssl, and PowerShell."""
    assert read_digest("sha256", text.format(digest, digest).encode(encoding)) == SHA256


@pytest.mark.parametrize(
    "content",
    [b"", b"ok", SHA256[:-1].encode(), SHA256.encode() + b"0", f"{SHA256} {'0' * 64}".encode()],
)
def test_what_states_no_digest(content: bytes) -> None:
    """Nothing, something else, or two of them."""
    assert read_digest("sha256", content) is None


@given(content=st.binary(max_size=200), algorithm=st.sampled_from(["sha256", "md5", None]))
def test_any_bytes_are_a_digest_or_none(content: bytes, algorithm: str | None) -> None:
    """Nothing is raised, and what is found is a digest."""
    digest = read_digest(algorithm, content)
    assert digest is None or len(digest) == {"sha256": 64, "md5": 32}[algorithm or ""]


def test_how_companions_fit() -> None:
    """A plain one says nothing of the content; a digest is right or wrong."""
    digests = {"sha256": SHA256, "md5": MD5}
    assert Companion("/a", ".ok").fit(digests) is Fit.PLAIN
    assert Companion("/a", ".md5").reading(MD5.encode()).fit(digests) is Fit.RIGHT
    assert Companion("/a", ".md5").reading(SHA256.encode()).fit(digests) is Fit.WRONG
    assert Companion("/a", ".sha256").reading(SHA256.encode()).fit(digests) is Fit.RIGHT
    assert Companion("/a", ".sha256").reading(SHA256.encode()).fit({}) is Fit.WRONG


def test_only_what_waits_is_released_or_refused() -> None:
    """Every standing and fit has its action; a wrong digest never releases."""
    missing = {(Standing.NONE, Fit.RIGHT)}  # there is no digest to be right about
    assert set(ACTIONS) | missing == {(standing, fit) for standing in Standing for fit in Fit}
    for (standing, fit), action in ACTIONS.items():
        assert (action is Action.RELEASE) == (standing is Standing.WAITS and fit is not Fit.WRONG)
        assert (action is Action.REFUSE) == (standing is Standing.WAITS and fit is Fit.WRONG)


@pytest.mark.parametrize(
    ("fits", "released"),
    [
        ([], False),
        ([Fit.PLAIN], True),
        ([Fit.RIGHT], True),
        ([Fit.WRONG], False),
        ([Fit.PLAIN, Fit.WRONG], False),
        ([Fit.RIGHT, Fit.WRONG], True),
    ],
)
def test_which_kept_companions_release_a_file(fits: list[Fit], released: bool) -> None:
    """Any, unless one of them contradicts and none proves."""
    assert releases(fits) is released
