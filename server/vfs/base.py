"""What an upload that does not begin at nothing continues: decided from its first write.

Clients resume in four ways: STOR after REST n, APPE, an SFTP open without TRUNC that writes from n
on, and an SFTP open with APPEND. Some of them learned n by asking for the file's size.

Rules:
1. A cut-off upload is continued only at its own end, or before it where no complete version could
   be meant instead.
2. Where both a complete version and a newer cut-off upload could be meant, nothing is guessed: the
   client is told to send the file from its start.
3. Nothing is written beyond what is there: the bytes in between would never have been sent. (An
   SFTP client may fill them in later; where it did not, the verdict finds the gap.)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .refusal import Refusal, Refused


class Base(Enum):
    """What the bytes below the first write come from."""

    NOTHING = "nothing"
    #: the complete version under that name
    EXISTING = "existing"
    #: the cut-off upload that is kept for that name
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Opening:
    """How a file was opened for writing, and what there was; sizes in bytes, None = not there."""

    truncate: bool = False
    append: bool = False
    #: bytes come one after the other from the first write on, as in FTP
    sequential: bool = False
    existing: int | None = None
    partial: int | None = None


def choose_base(opening: Opening, offset: int | None) -> Base:
    """What an upload continues whose first write is at `offset` (None: at the end, as by APPE).

    Raises Refused (conflict).
    """
    if opening.truncate:
        return Base.NOTHING
    if opening.append or offset is None:
        return _append(opening, offset)
    if offset == 0:
        return Base.NOTHING if opening.existing is None else Base.EXISTING
    if offset == opening.partial:
        return Base.PARTIAL
    return _continue(opening, offset)


def _append(opening: Opening, offset: int | None) -> Base:
    if opening.partial is None:
        return Base.NOTHING if opening.existing is None else Base.EXISTING
    if opening.existing is None and offset in (None, opening.partial):
        return Base.PARTIAL
    raise _start_over(opening.partial)


def _continue(opening: Opening, offset: int) -> Base:
    if opening.existing is not None and opening.partial is not None:
        raise _start_over(opening.partial)
    base, size = Base.NOTHING, 0 if opening.sequential else offset
    if opening.existing is not None:
        base, size = Base.EXISTING, opening.existing
    elif opening.partial is not None:
        base, size = Base.PARTIAL, opening.partial
    if offset > size:
        raise Refused(
            Refusal.CONFLICT, f"only {size} bytes of this file are here; resume from there"
        )
    return base


def _start_over(partial: int) -> Refused:
    return Refused(
        Refusal.CONFLICT,
        f"an earlier upload of this file was cut off after {partial} bytes;"
        " send the file again from its start",
    )
