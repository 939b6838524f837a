"""What later files need to know of one that was applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """How a file was written, and how many people of which legal entity it named."""

    #: lower-case hexadecimal
    sha256: str
    #: day it was received on, in the client's time zone, ISO 8601
    day: str
    encoding: str
    separator: str
    #: rows with anything in them
    rows: int
    #: legal entity -> rows; one without a name where files name none
    entities: Mapping[str, int] = field(default_factory=dict)
