"""What a sender is told when something is refused: a kind, and one safe sentence.

Each protocol has a code for each kind.
The text goes to the client, so it says what to do and nothing about the server's inside.
"""

from __future__ import annotations

import errno
from enum import Enum


class Refusal(Enum):
    """Kinds of refusal; the edges map each to an SFTP status and an FTP reply."""

    NO_SUCH_FILE = "no such file or folder"
    EXISTS = "a file of that name exists"
    IS_DIRECTORY = "this is a folder"
    NOT_DIRECTORY = "this is not a folder"
    NOT_EMPTY = "the folder is not empty"
    READ_ONLY = "not permitted here"
    INVALID_NAME = "this name cannot be used"
    TOO_LARGE = "the file is larger than this server takes"
    NO_SPACE = "the server has no space left"
    QUOTA = "the space of this account is used up; remove files that are no longer needed"
    CONFLICT = "the file changed in between"
    INCOMPLETE = "parts of this file were never sent; send it again"
    REJECTED = "the file was refused"
    UNSUPPORTED = "not supported"
    FAILED = "the server could not do this; try again"


class Refused(Exception):
    """An operation of a client is refused."""

    def __init__(self, kind: Refusal, text: str = "") -> None:
        super().__init__(text or kind.value)
        self.kind = kind


#: what the operating system's refusals mean to a client; anything else is FAILED
_BY_ERRNO = {
    errno.ENOENT: Refusal.NO_SUCH_FILE,
    errno.EEXIST: Refusal.EXISTS,
    errno.EISDIR: Refusal.IS_DIRECTORY,
    errno.ENOTDIR: Refusal.NOT_DIRECTORY,
    errno.ENOTEMPTY: Refusal.NOT_EMPTY,
    errno.EACCES: Refusal.READ_ONLY,
    errno.EPERM: Refusal.READ_ONLY,
    errno.EROFS: Refusal.READ_ONLY,
    # a link or a mount point in the way: neither is ever made by a client
    errno.ELOOP: Refusal.NO_SUCH_FILE,
    errno.EXDEV: Refusal.NO_SUCH_FILE,
    errno.ENAMETOOLONG: Refusal.INVALID_NAME,
    errno.EFBIG: Refusal.TOO_LARGE,
    errno.ENOSPC: Refusal.NO_SPACE,
    errno.EDQUOT: Refusal.NO_SPACE,
}


def refusal_of(error: OSError) -> Refused:
    """What to tell a client about an error of the operating system."""
    return Refused(_BY_ERRNO.get(error.errno or 0, Refusal.FAILED))
