"""What one account may use; None is no limit of its own."""

from __future__ import annotations

from dataclasses import dataclass

from ..exceptions import InputInvalid

#: bytes a second: what is slower looks like a stalled transfer to many clients
SLOWEST = 65_536
#: what the registry can hold, and more than any disk
_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of an account."""

    #: at the same time; over SFTP, each channel is one
    max_sessions: int | None = None
    #: bytes of one file
    max_file_size: int | None = None
    #: bytes under its folders, with what is on its way
    max_space: int | None = None
    #: bytes a second, for all that its sessions send and receive together
    max_rate: int | None = None


LIMITS = ("max_sessions", "max_file_size", "max_space", "max_rate")
NO_LIMITS = Limits()


def check_limit(name: str, value: int | None) -> int | None:
    """A limit if it can be one. Raises InputInvalid."""
    least = SLOWEST if name == "max_rate" else 1
    if value is not None and value < least:
        raise InputInvalid(
            f"{value} is too small for --{name.replace('_', '-')}",
            hint=f"give {least} or more, or 0 for no limit",
        )
    if value is not None and value > _MOST:
        raise InputInvalid(
            f"{value} is too large for --{name.replace('_', '-')}", hint="give 0 for no limit"
        )
    return value
