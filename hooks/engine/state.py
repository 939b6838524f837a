"""The states of an import, and every step between them.

One rule: nothing else in the engine says what may follow what.
"""

from __future__ import annotations

from enum import StrEnum

from .exceptions import IllegalState


class State(StrEnum):
    """Where an import stands."""

    RECEIVED = "received"
    SUPERSEDED = "superseded"
    DUPLICATE = "duplicate"
    STALE = "stale"
    REJECTED = "rejected"
    HELD = "held"
    APPLIED = "applied"
    APPLIED_WITH_WARNINGS = "applied_with_warnings"
    FAILED = "failed"
    UNDONE = "undone"
    EXPIRED = "expired"


#: state -> the states that may follow it
TRANSITIONS: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset(
        {
            State.SUPERSEDED,
            State.DUPLICATE,
            State.STALE,
            State.REJECTED,
            State.HELD,
            State.APPLIED,
            State.APPLIED_WITH_WARNINGS,
            State.FAILED,
        }
    ),
    State.HELD: frozenset(
        {
            State.HELD,  # the plan had changed when it was approved, or when its turn came
            State.DUPLICATE,  # its turn came, and it changes nothing any more
            State.APPLIED,
            State.APPLIED_WITH_WARNINGS,
            State.REJECTED,
            State.SUPERSEDED,
            State.EXPIRED,
        }
    ),
    State.APPLIED: frozenset({State.UNDONE}),
    State.APPLIED_WITH_WARNINGS: frozenset({State.UNDONE}),
    State.FAILED: frozenset({State.RECEIVED}),
    State.SUPERSEDED: frozenset(),
    State.DUPLICATE: frozenset(),
    State.STALE: frozenset(),
    State.REJECTED: frozenset(),
    State.UNDONE: frozenset(),
    State.EXPIRED: frozenset(),
}

#: state -> what it means, and what to do then
MEANINGS: dict[State, tuple[str, str]] = {
    State.RECEIVED: (
        "The upload is durable, and its import waits or runs.",
        "Nothing; `wharfinger import wait` tells when it rests.",
    ),
    State.SUPERSEDED: (
        "A newer full file of the folder says everything that this one said.",
        "Nothing.",
    ),
    State.DUPLICATE: ("The file is the last applied one again, and changes nothing.", "Nothing."),
    State.STALE: (
        "By its name, the file is older than one that was applied or is held.",
        "Nothing; if it is the right one, undo or reject the newer import and replay the upload.",
    ),
    State.REJECTED: (
        "The file could not be read as a whole, or somebody refused it; nothing was changed.",
        "Mend what the report names, and send the file again.",
    ),
    State.HELD: (
        "A safeguard objects, or a delta waits for a full file that is held; nothing was changed.",
        "Look at `wharfinger import show`, then approve or reject it before it expires.",
    ),
    State.APPLIED: ("The directory is what the file says.", "Nothing."),
    State.APPLIED_WITH_WARNINGS: (
        "The same, but for rows that were skipped and values that were kept.",
        "Mend the findings in the payroll software; the next file brings the rest.",
    ),
    State.FAILED: (
        "The import raised too often, for a reason that is not in the file; nothing was changed.",
        "Mend what `wharfinger upload show` tells, then `wharfinger upload replay`.",
    ),
    State.UNDONE: (
        "What the import changed was taken back, but for what was changed again since.",
        "Nothing; the next file, also the same one, is imported as usual.",
    ),
    State.EXPIRED: (
        "Nobody decided about the held import in time; nothing was changed.",
        "`wharfinger upload replay` plans the file again.",
    ),
}

#: states in which a file counts as applied
APPLIED = frozenset({State.APPLIED, State.APPLIED_WITH_WARNINGS})


def advance(state: State, following: State) -> State:
    """The following state.

    Raises IllegalState where the table has no such step.
    """
    if following not in TRANSITIONS[state]:
        raise IllegalState(
            f"An import that is {told(state)} cannot become {told(following)}.",
            "Look at the import: its state may have changed in the meantime.",
        )
    return following


def told(state: State) -> str:
    """The state as a sentence says it."""
    return state.value.replace("_", " ")


def settle(*, holds: bool, idle: bool, troubled: bool) -> State:
    """Where an import rests once it is planned.

    `idle` says that the file is the last one again and ends nobody, `holds` that a safeguard
    objects, `troubled` that there are warnings or errors.
    """
    if idle:
        return State.DUPLICATE
    if holds:
        return State.HELD
    return State.APPLIED_WITH_WARNINGS if troubled else State.APPLIED
