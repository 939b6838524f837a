"""A client: a customer company with its accounts and its directory of users."""

from __future__ import annotations

import re
import unicodedata
import zoneinfo
from dataclasses import dataclass
from datetime import datetime

from ..exceptions import InputInvalid

#: the name is a folder of the home, so it can be nothing that a file system could misread
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A customer company; its days begin and end in `timezone` (an IANA name)."""

    name: str
    timezone: str
    created_at: datetime


def check_client_name(name: str) -> str:
    """`name` if a client can have it. Raises InputInvalid, with a name that would do."""
    if _NAME.fullmatch(name):
        return name
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    proposal = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:63].strip("-")
    raise InputInvalid(
        f"{name!r} cannot be a client's name: use 1 to 63 of a-z 0-9 . _ -,"
        " beginning and ending with a letter or digit",
        hint=f"for example: {proposal or 'acme'}",
    )


def check_timezone(name: str) -> str:
    """`name` if it is an IANA time zone. Raises InputInvalid."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InputInvalid(
            f"{name!r} is no time zone", hint="use an IANA name such as Europe/Paris or UTC"
        ) from None
    return name
