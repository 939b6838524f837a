"""What clients may ask for beyond version 3: hashes, space, and a size as an expectation."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from typing import Any

import paramiko
import pytest
from paramiko.sftp import CMD_CLOSE, CMD_EXTENDED, int64

from firm import CSV, PASSWORD, provision
from wharfinger import Server
from witness import Witness

NAME = "/hr/users/users.csv"
CONTENT = os.urandom(700_001)


@pytest.fixture
def witness() -> Witness:
    """What hooks are told."""
    return Witness()


@pytest.fixture
def sftp(start: Callable[..., Server], witness: Witness) -> Iterator[Any]:
    """paramiko, logged in; Any, because tests use requests that it keeps to itself."""
    server = start(hooks=(witness,))
    provision(server)
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    transport.connect(username="acme-payroll", password=PASSWORD)
    yield paramiko.SFTPClient.from_transport(transport)
    transport.close()
    transport.join(10)


def check_name(sftp: Any, algorithms: str, start: int, length: int, block: int) -> Any:
    """check-file-name, as WinSCP sends it; returns the answer's algorithm and hashes."""
    _, answer = sftp._request(
        CMD_EXTENDED, "check-file-name", NAME, algorithms, int64(start), int64(length), block
    )
    return answer.get_text(), answer.get_remainder()


def test_a_file_can_be_checked_by_its_name(sftp: Any) -> None:
    """The client's first known algorithm is used; over all, over a part, or in blocks."""
    sftp.putfo(io.BytesIO(CONTENT), NAME)
    whole = hashlib.sha256(CONTENT).digest()
    assert check_name(sftp, "md5,sha256,sha512", 0, 0, 0) == ("sha256", whole)
    part = hashlib.sha512(CONTENT[100:300_000]).digest()
    assert check_name(sftp, "sha512", 100, 299_900, 0) == ("sha512", part)
    blocks = [CONTENT[i : i + 300_000] for i in range(0, len(CONTENT), 300_000)]
    hashes = b"".join(hashlib.sha256(block).digest() for block in blocks)
    assert check_name(sftp, "sha256", 0, 0, 300_000) == ("sha256", hashes)
    nothing = hashlib.sha256().digest()
    assert check_name(sftp, "sha256", 1 << 40, 0, 0) == ("sha256", nothing)


def test_an_open_file_can_be_checked(sftp: Any) -> None:
    """paramiko's own `check`, while reading and in the middle of an upload."""
    sftp.putfo(io.BytesIO(CONTENT), NAME)
    with sftp.open(NAME, "rb") as file:
        assert file.check("sha256") == hashlib.sha256(CONTENT).digest()
    with sftp.open("/hr/users/new.csv", "wb") as file:
        file.write(CSV)
        file.flush()
        assert file.check("sha512") == hashlib.sha512(CSV).digest()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("md5", 0, 0, 0), "sha256, sha512 are"),
        (("sha256", 0, 0, 255), "256 bytes or more"),
        (("sha256", 0, 0, 256), "1024 blocks"),
    ],
)
def test_what_cannot_be_checked_is_refused(arguments: Any, why: str, sftp: Any) -> None:
    """Weak hashes prove nothing, and an answer has to fit."""
    sftp.putfo(io.BytesIO(CONTENT), NAME)
    with pytest.raises(OSError, match=why):
        check_name(sftp, *arguments)


def test_a_file_that_cannot_be_read_cannot_be_checked(sftp: Any) -> None:
    """Neither one that is not there, nor a handle that is none."""
    with pytest.raises(FileNotFoundError):
        check_name(sftp, "sha256", 0, 0, 0)
    with pytest.raises(OSError, match="no open file"):
        sftp._request(CMD_EXTENDED, "check-file-handle", b"x", "sha256", int64(0), int64(0), 0)


def test_space_is_that_of_the_client(sftp: Any) -> None:
    """What is free is told; how large the machine's disk is, and what is on it, is not."""
    _, answer = sftp._request(CMD_EXTENDED, "statvfs@openssh.com", "/hr/users")
    _, size, blocks, free, available, *files, fsid, _, longest = (
        answer.get_int64() for _ in range(11)
    )
    assert blocks == free == available > 0
    assert size > 0
    assert len(set(files)) == 1
    assert (fsid, longest) == (0, 255)


def close(sftp: Any, file: Any) -> None:
    """CLOSE, with its answer."""
    file.flush()
    file._closed = True
    sftp._request(CMD_CLOSE, file.handle)


def test_a_stated_size_that_is_not_reached_is_no_upload(sftp: Any, witness: Witness) -> None:
    """A client that says how much it has sent, and has sent less, is refused at CLOSE."""
    file = sftp.open(NAME, "wb")
    file.write(CSV[:50])
    file.truncate(len(CSV))
    with pytest.raises(OSError, match="never sent"):
        close(sftp, file)
    assert witness.wait_for_abort().reason == "gaps"
    with pytest.raises(FileNotFoundError):
        sftp.open(NAME, "rb")


def test_a_size_stated_over_an_earlier_version_counts_too(sftp: Any) -> None:
    """Without a write as well: the file that the client means is not the one that is there."""
    sftp.putfo(io.BytesIO(b"short"), NAME)
    file = sftp.open(NAME, "r+")
    file.truncate(100)
    with pytest.raises(OSError, match="never sent"):
        close(sftp, file)
    with sftp.open(NAME, "rb") as file:
        assert file.read() == b"short"


@pytest.mark.parametrize("stated", [[len(CSV)], [0, len(CSV)], [len(CSV) + 9, len(CSV)]])
def test_a_size_may_be_stated_before_the_content(
    stated: list[int], sftp: Any, witness: Witness
) -> None:
    """What is reached by the end is well; the last statement counts, and 0 is only a cut."""
    file = sftp.open(NAME, "wb")
    for size in stated:
        file.truncate(size)
    file.write(CSV)
    close(sftp, file)
    assert witness.wait_for_upload().upload.size == len(CSV)
