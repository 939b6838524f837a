"""What each kind of refusal is in FTP (RFC 959 §4.2): 4xx may be tried again, 5xx may not."""

from __future__ import annotations

from typing import Final

from ..vfs import Refusal, Refused

REPLY: Final = {
    Refusal.NO_SUCH_FILE: 550,
    Refusal.EXISTS: 550,
    Refusal.IS_DIRECTORY: 550,
    Refusal.NOT_DIRECTORY: 550,
    Refusal.NOT_EMPTY: 550,
    Refusal.READ_ONLY: 550,
    Refusal.INVALID_NAME: 553,
    Refusal.TOO_LARGE: 552,
    Refusal.NO_SPACE: 452,
    Refusal.QUOTA: 552,
    Refusal.CONFLICT: 550,
    Refusal.INCOMPLETE: 426,
    Refusal.REJECTED: 550,
    Refusal.UNSUPPORTED: 504,
    Refusal.FAILED: 451,
}


def reply_of(refused: Refused) -> str:
    """The reply for a refusal, as a sentence."""
    text = str(refused)
    return f"{REPLY[refused.kind]} {text[:1].upper()}{text[1:]}."
