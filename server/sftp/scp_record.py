"""What an SCP client says: its command, and the lines before each file. Text only, no I/O.

The command line that OpenSSH, PuTTY and the Java and Go libraries send was made for a shell. Here
is none: quotes and backslashes are taken away as sh would, and nothing is ever expanded, so `*` and
`$` are letters of a name.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from ..vfs import Refusal, Refused

#: the flags of scp that mean something here, or nothing at all (-v, -q). Some libraries say -r for
#: every file, so it is taken; what would need it, a folder, is refused when it comes.
_FLAGS = frozenset("tfrpdvq")

_FILE = re.compile(rb"C([0-7]{3,5}) (\d{1,18}) ([^\n]+)")
_TIMES = re.compile(rb"T(\d{1,12}) \d{1,6} (\d{1,12}) \d{1,6}")


@dataclass(frozen=True, slots=True)
class ScpRequest:
    """What `scp -t PATH` or `scp -f PATH` asks for."""

    path: str
    #: the client sends files (-t), or else wants one (-f)
    upload: bool
    #: with -p a download tells the file's times
    times: bool
    #: with -d the path has to be a folder
    folder: bool


@dataclass(frozen=True, slots=True)
class FileLine:
    """`C0644 SIZE NAME`: a file of exactly so many bytes follows. Its mode means nothing here."""

    size: int
    name: bytes


def read_request(command: str) -> ScpRequest:
    """The request in a command that begins with `scp `. Raises Refused with what is wrong."""
    try:
        words = shlex.split(command)[1:]
    except ValueError as error:
        raise Refused(Refusal.UNSUPPORTED, "the quotes in the scp command do not match") from error
    flags = ""
    while words and words[0].startswith("-") and words[0] != "-":
        word = words.pop(0)
        if word == "--":
            break
        flags += word[1:]
    unknown = sorted(set(flags) - _FLAGS)
    if unknown:
        raise Refused(Refusal.UNSUPPORTED, f"scp -{unknown[0]} is not supported")
    if ("t" in flags) == ("f" in flags):
        raise Refused(Refusal.UNSUPPORTED, "only scp -t and scp -f can be run here")
    if len(words) != 1:
        raise Refused(
            Refusal.INVALID_NAME, "scp takes one path here; put quotes around one with spaces"
        )
    return ScpRequest(words[0], upload="t" in flags, times="p" in flags, folder="d" in flags)


def read_file_line(line: bytes) -> FileLine:
    """The line before a file. Raises Refused, for a name too that is no name in a folder."""
    found = _FILE.fullmatch(line)
    if found is None:
        raise Refused(Refusal.UNSUPPORTED, "this is no line of the SCP protocol")
    name = found[3]
    if b"/" in name or name in (b".", b".."):
        raise Refused(Refusal.INVALID_NAME, "the name of a file cannot be . or .. or hold /")
    return FileLine(int(found[2]), name)


def read_times(line: bytes) -> float:
    """The time of last change in a T line (POSIX time). Raises Refused."""
    found = _TIMES.fullmatch(line)
    if found is None:
        raise Refused(Refusal.UNSUPPORTED, "this is no line of the SCP protocol")
    return float(found[1])
