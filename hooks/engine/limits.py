"""The thresholds of safeguards, and how a mapping states others.

[safeguards.leavers]            # a rule of the table below
share = 0.1                     # holds above this share and from `floor` on ...
floor = 5
most = 200                      # ... and in any case above this number
[safeguards.creates]
enabled = false                 # never holds

The rule `first-import` is decided for each folder and not here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class Limits(NamedTuple):
    """When a count is too much of a whole."""

    share: float = 0.0
    floor: int = 1
    #: None where no number alone is too much
    most: int | None = None

    def exceeded(self, count: int, whole: int) -> bool:
        """Whether the count is too much."""
        if self.most is not None and count > self.most:
            return True
        return count >= self.floor and count > whole * self.share

    def as_words(self) -> dict[str, str | int | None]:
        """The thresholds as sentences tell them: shares in per cent."""
        return {**self._asdict(), "share": f"{self.share * 100:g}"}


class Override(BaseModel):
    """What a mapping states of one rule; what it leaves out stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    enabled: bool = True
    share: float | None = Field(None, ge=0, le=1)
    floor: int | None = Field(None, ge=1)
    most: int | None = Field(None, ge=0)


LIMITS: dict[str, Limits] = {
    "encoding": Limits(),
    "lost-zeros": Limits(share=0.5, most=2),
    "key-churn": Limits(share=0.01, floor=2, most=2),
    "swapped-identity": Limits(share=0.01, floor=2, most=2),
    "shifted-columns": Limits(share=0.25, floor=2),
    "date-order": Limits(share=0.5, floor=2, most=2),
    "entities": Limits(),
    "mojibake": Limits(share=0.01, most=2),
    "leavers": Limits(share=0.05, floor=5, most=100),
    "small-firm": Limits(share=0.25, floor=2),
    "row-errors": Limits(share=0.1, most=49),
    "creates": Limits(share=0.25, floor=10),
    "updates": Limits(share=0.5, floor=20),
    "column": Limits(share=0.5, floor=5),
    "row-count": Limits(share=0.2, floor=3),
    "row-growth": Limits(share=0.5, floor=3),
}


def effective_limits(name: str, overrides: Mapping[str, Override]) -> Limits | None:
    """The thresholds of a rule; None where it is switched off."""
    limits, override = LIMITS[name], overrides.get(name, Override())
    if not override.enabled:
        return None
    stated = override.model_dump(exclude={"enabled"}, exclude_none=True)
    return limits._replace(**stated)


def wrong_overrides(overrides: Mapping[str, Override]) -> Iterator[str]:
    """What is wrong with what a mapping states of the rules."""
    for name, override in overrides.items():
        if name == "first-import":
            yield "safeguards.first-import is decided for each folder, and cannot be set here"
        elif name not in LIMITS:
            yield f"safeguards.{name} is no safeguard; they are {', '.join(LIMITS)}"
        elif override.share is not None and not LIMITS[name].share:
            yield f"safeguards.{name} has no share"
        elif override.most is not None and LIMITS[name].most is None:
            yield f"safeguards.{name} has no most"
