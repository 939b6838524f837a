"""Lines of listings: MLSD and MLST facts (RFC 3659 §7), and LIST as `ls -l` prints it."""

from __future__ import annotations

import stat
import time
from collections.abc import Collection

from ..vfs import Entry

FACTS = ("type", "size", "modify", "perm")

_FILE_PERMISSIONS = {True: "adfrw", False: "r"}
_FOLDER_PERMISSIONS = {True: "cdeflmp", False: "el"}
#: LIST shows the time of day for files younger than this many seconds, the year for others
_HALF_A_YEAR = 180 * 86400


def facts_line(entry: Entry, wanted: Collection[str], name: str) -> str:
    """`type=file;size=12;… name`, without the line end."""
    values = {
        "type": "dir" if entry.is_folder else "file",
        "size": None if entry.is_folder else str(entry.size),
        "modify": timestamp(entry.modified_at),
        "perm": _permissions(entry),
    }
    facts = "".join(
        f"{fact}={value};" for fact, value in values.items() if value and fact in wanted
    )
    return f"{facts} {name}"


def list_line(entry: Entry, now: float) -> str:
    """A line of LIST, without the line end; times are UTC."""
    when = time.gmtime(entry.modified_at)
    recent = abs(now - entry.modified_at) < _HALF_A_YEAR
    day = time.strftime("%b %d %H:%M" if recent else "%b %d  %Y", when)
    return f"{stat.filemode(entry.mode)}   1 client   client   {entry.size:>12} {day} {entry.name}"


def timestamp(posix_time: float) -> str:
    """`YYYYMMDDHHMMSS` in UTC (RFC 3659 §2.3)."""
    return time.strftime("%Y%m%d%H%M%S", time.gmtime(posix_time))


def _permissions(entry: Entry) -> str:
    writable = bool(entry.mode & 0o200)
    return (_FOLDER_PERMISSIONS if entry.is_folder else _FILE_PERMISSIONS)[writable]
