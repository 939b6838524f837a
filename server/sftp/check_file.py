"""Hashes of what is on the server (draft-ietf-secsh-filexfer-extensions-00), to be compared.

WinSCP and ProFTPD's clients ask by name or handle. paramiko asks by handle under the extension's
plain name, and is answered as paramiko's own server answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..vfs import Read, Refusal, Refused, digest

#: in the order of our preference; weaker ones would prove nothing
ALGORITHMS: Final = ("sha256", "sha512")

#: the draft's least size of a block
_SMALLEST_BLOCK = 256
#: hashes in one answer: their number is the client's to choose
_MOST_BLOCKS = 1024


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What is to be hashed: `length` bytes from `start` (0: all), as one or in blocks."""

    algorithms: tuple[str, ...]
    start: int
    length: int
    #: 0 for one hash of the whole
    block_size: int


async def hash_blocks(request: CheckRequest, read: Read, size: int) -> tuple[str, bytes]:
    """The algorithm that was chosen, and the hashes one behind the other. Raises Refused."""
    algorithm = next((name for name in request.algorithms if name in ALGORITHMS), None)
    if algorithm is None:
        offered = ", ".join(ALGORITHMS)
        raise Refused(Refusal.UNSUPPORTED, f"none of these hashes is known; {offered} are")
    end = min(size, request.start + request.length) if request.length else size
    block = request.block_size or max(end - request.start, 1)
    if request.block_size and request.block_size < _SMALLEST_BLOCK:
        raise Refused(Refusal.UNSUPPORTED, f"blocks have {_SMALLEST_BLOCK} bytes or more")
    if end - request.start > block * _MOST_BLOCKS:
        raise Refused(Refusal.UNSUPPORTED, f"no more than {_MOST_BLOCKS} blocks at once")
    hashes = [
        await digest(algorithm, read, position, min(position + block, end))
        for position in range(request.start, max(end, request.start + 1), block)
    ]
    return algorithm, b"".join(hashes)
