"""One canonical path for both protocols: a client's name becomes components, or is refused.

Rules:
1. Bytes are UTF-8, and are kept in NFC: the decomposed é of one client is the composed é of
   another.
2. `/` separates. Empty components and `.` vanish; `..` is the parent, and at the root it is the
   root. This may be decided on the text alone because no link is ever followed and clients can make
   none.
3. A component holds no control, format, surrogate or separator character (so no NUL, no newline, no
   escape sequence, no right-to-left override), and nothing that another normalisation or another
   system would read as `/`, `\\`, `.` or `..`.
4. 255 bytes a component (Linux), 4096 bytes and 40 components a path.
"""

from __future__ import annotations

import unicodedata

from .refusal import Refusal, Refused

#: canonical: NFC components without `.`, `..`, `/`
VirtualPath = tuple[str, ...]

ROOT: VirtualPath = ()

_LONGEST_COMPONENT = 255
_LONGEST_PATH = 4096
_DEEPEST = 40
#: Unicode categories that no component holds: Cc control, Cf format, Cs surrogate, Zl/Zp separators
_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: what Windows code pages read as / and \, though no normalisation does
_LIKE_SLASHES = frozenset("\u2044\u2215\u2216")


def canonical(raw: bytes | str, directory: VirtualPath = ROOT) -> VirtualPath:
    """The path that a client means by `raw` while it stands in `directory`.

    Raises Refused (invalid-name).
    """
    text = _decode(raw)
    parts: list[str] = [] if text.startswith("/") else list(directory)
    for component in text.split("/"):
        if component in ("", "."):
            continue
        if component == "..":
            del parts[-1:]
            continue
        parts.append(_check_component(component))
    if len(parts) > _DEEPEST or len("/".join(parts).encode()) > _LONGEST_PATH - 1:
        raise Refused(Refusal.INVALID_NAME, "the path is too long")
    return tuple(parts)


def display(path: VirtualPath) -> str:
    """The path as clients write it: `/hr/users`."""
    return "/" + "/".join(path)


def _decode(raw: bytes | str) -> str:
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        text.encode("utf-8")
    except UnicodeError:
        raise Refused(Refusal.INVALID_NAME, "the name is not valid UTF-8") from None
    if len(text) > _LONGEST_PATH:
        raise Refused(Refusal.INVALID_NAME, "the path is too long")
    return unicodedata.normalize("NFC", text)


def _check_component(component: str) -> str:
    if any(unicodedata.category(character) in _FORBIDDEN for character in component):
        raise Refused(Refusal.INVALID_NAME, "the name holds a control or invisible character")
    compatible = unicodedata.normalize("NFKC", component)
    slashes = _LIKE_SLASHES.intersection(component) or {"/", "\\"}.intersection(compatible)
    if compatible in (".", "..") or slashes:
        raise Refused(Refusal.INVALID_NAME, "the name holds a character like / or \\")
    if len(component.encode()) > _LONGEST_COMPONENT:
        raise Refused(Refusal.INVALID_NAME, "the name is longer than 255 bytes")
    return component
