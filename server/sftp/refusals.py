"""What each kind of refusal is in SFTP (draft-ietf-secsh-filexfer-02 §7)."""

from __future__ import annotations

from typing import Final

import asyncssh
from asyncssh.constants import FX_FAILURE, FX_NO_SUCH_FILE, FX_OP_UNSUPPORTED, FX_PERMISSION_DENIED

from ..vfs import Refusal, Refused

#: version 3 has few codes; what has none is a FAILURE with a sentence
STATUS: Final = {
    Refusal.NO_SUCH_FILE: FX_NO_SUCH_FILE,
    Refusal.EXISTS: FX_FAILURE,
    Refusal.IS_DIRECTORY: FX_FAILURE,
    Refusal.NOT_DIRECTORY: FX_FAILURE,
    Refusal.NOT_EMPTY: FX_FAILURE,
    Refusal.READ_ONLY: FX_PERMISSION_DENIED,
    Refusal.INVALID_NAME: FX_FAILURE,
    Refusal.TOO_LARGE: FX_FAILURE,
    Refusal.NO_SPACE: FX_FAILURE,
    Refusal.QUOTA: FX_FAILURE,
    Refusal.CONFLICT: FX_FAILURE,
    Refusal.INCOMPLETE: FX_FAILURE,
    Refusal.REJECTED: FX_FAILURE,
    Refusal.UNSUPPORTED: FX_OP_UNSUPPORTED,
    Refusal.FAILED: FX_FAILURE,
}


def status_of(refused: Refused) -> asyncssh.SFTPError:
    """The status message for a refusal."""
    return asyncssh.SFTPError(STATUS[refused.kind], str(refused))
