"""A folder: a remote folder of an account, perhaps bound to a mapping."""

from __future__ import annotations

from dataclasses import dataclass

from ..exceptions import InputInvalid

#: what each choice of a folder can be; the first is the default
DIRECTIONS = ("in", "out")
MODES = ("full", "delta")
FIRST_IMPORTS = ("hold", "apply")
COMPLETE_ON = ("close", "rename")
ANSWERS = ("received", "checked", "imported")
LANGUAGES = ("en", "fr")

_CHOICES = {
    "direction": DIRECTIONS,
    "mode": MODES,
    "first_import": FIRST_IMPORTS,
    "complete_on": COMPLETE_ON,
    "answer": ANSWERS,
    "language": LANGUAGES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A remote folder of an account."""

    login: str
    #: canonical: begins with /, no trailing /
    path: str
    name: str
    #: `in`: the client writes; `out`: the client only reads
    direction: str = "in"
    #: name of the mapping that imports read its files with; None = files are kept, not imported
    mapping: str | None = None
    mode: str = "full"
    first_import: str = "hold"
    #: what ends an upload: `close` of the file, or its `rename` to a final name
    complete_on: str = "close"
    #: what the sender's OK waits for: the receipt, the structural check, or the import
    answer: str = "received"
    #: what reports, corrected files and mail are written in
    language: str = "en"

    def __post_init__(self) -> None:
        for field, choices in _CHOICES.items():
            value = getattr(self, field)
            if value not in choices:
                raise InputInvalid(
                    f"{value!r} is no {field.replace('_', ' ')} of a folder",
                    hint=f"choose from {', '.join(choices)}",
                )
        if self.direction == "out" and self.mapping is not None:
            raise InputInvalid(
                "an outbound folder receives no files, so it cannot have a mapping",
                hint="leave --mapping out, or make the folder inbound",
            )
        if self.answer != "received" and self.mapping is None:
            raise InputInvalid(
                f"the answer {self.answer!r} needs a mapping to check files with",
                hint="add --mapping NAME, or leave --answer out",
            )
