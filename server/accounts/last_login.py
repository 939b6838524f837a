"""How an account logged in last: what `account show` tells of a client that may need an update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLogin:
    """The last login of an account on one listener."""

    login: str
    #: a connection type, or `sftp_legacy`
    listener: str
    #: UTC; no more exact, so that a client that comes every minute is written down once
    day: date
    peer: str
    #: as it names itself
    client_version: str
    #: what was negotiated: kex, host_key, cipher, mac
    algorithms: Mapping[str, str]
