"""How an scp command and its lines are read (server/sftp/scp_record.py)."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.server.sftp.scp_record import (
    FileLine,
    ScpRequest,
    read_file_line,
    read_request,
    read_times,
)
from wharfinger.server.vfs import Refused

READ = {
    "scp -t /hr/users/users.csv": ScpRequest("/hr/users/users.csv", True, False, False),
    "scp -f /reports/r.txt": ScpRequest("/reports/r.txt", False, False, False),
    # sshj says -r for each file; JSch puts quotes around the path; others write flags together
    "scp -t -r -p '/hr/my file.csv'": ScpRequest("/hr/my file.csv", True, True, False),
    'scp -qdt -- "/hr"': ScpRequest("/hr", True, False, True),
    "scp -v -t a\\ b": ScpRequest("a b", True, False, False),
    "scp -t -- -x": ScpRequest("-x", True, False, False),
    # nothing is expanded
    "scp -f $HOME/*.csv;id": ScpRequest("$HOME/*.csv;id", False, False, False),
}


@pytest.mark.parametrize("command", READ)
def test_a_request_is_read_as_a_shell_would_split_it(command: str) -> None:
    """Quotes are taken away, flags may be together or apart, and nothing is expanded."""
    assert read_request(command) == READ[command]


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("scp -t", "one path"),
        ("scp -t a b", "quotes around"),
        ("scp a", "only scp -t and scp -f"),
        ("scp -t -f a", "only scp -t and scp -f"),
        ("scp -S prog -t a", "-S is not supported"),
        ("scp -t 'a", "quotes"),
        ("scp --help", "-- is not supported"),
    ],
)
def test_a_request_that_is_none_is_refused_with_its_reason(command: str, why: str) -> None:
    """Whatever is not `scp -t PATH` or `scp -f PATH` is refused in words."""
    with pytest.raises(Refused, match=why):
        read_request(command)


def test_the_line_of_a_file_is_its_size_and_name() -> None:
    """Modes are taken and ignored; a name may hold spaces."""
    assert read_file_line(b"C0644 12 a b.csv") == FileLine(12, b"a b.csv")
    assert read_times(b"T1700000000 0 1700000001 0") == 1_700_000_000


@pytest.mark.parametrize(
    "line",
    [
        *(
            b"C0644 12 ../x",
            b"C0644 12 ..",
            b"C0644 12 .",
            b"C0644 12 a/b",
            b"C0644 12 /etc/passwd",
        ),
        *(b"C0644 -1 a", b"C0644 1", b"C0644 1 ", b"C9999 1 a", b"C0644 99999999999999999999 a"),
        *(b"c0644 1 a", b"X", b"", b"E", b"C0644  1 a", b"C0644 1 a\nb", "C0644 ١ a".encode()),
    ],
)
def test_a_line_that_is_none_is_refused(line: bytes) -> None:
    """No name leaves its folder, and no size is guessed."""
    with pytest.raises(Refused):
        read_file_line(line)


@given(st.text())
def test_any_command_is_read_or_refused(rest: str) -> None:
    """No command makes the parser fail in another way."""
    with contextlib.suppress(Refused):
        read_request("scp " + rest)


@given(st.binary())
def test_any_line_is_read_or_refused(line: bytes) -> None:
    """No line makes the parser fail in another way, and no name it lets through holds a slash."""
    with contextlib.suppress(Refused):
        assert b"/" not in read_file_line(b"C0644 " + line).name
