"""Who is at the other end of a connection, as the gate found out; the edges ask for it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Guest:
    """One connection."""

    #: address of the client itself: the one that the PROXY header names, where there is one
    peer: str
    #: whether somebody has logged in
    known: bool = False


#: the guest that the running code serves: set by the gate for everything that serves a connection
_current: ContextVar[Guest] = ContextVar("guest")


def receive(guest: Guest) -> None:
    """Serve `guest` from here on, in this task and what it starts."""
    _current.set(guest)


def peer() -> str:
    """The address of the client that is served."""
    return _current.get().peer


def logged_in() -> bool:
    """Note that the client that is served has logged in; returns whether it had not before."""
    guest = _current.get(None)
    if guest is None or guest.known:
        return False
    guest.known = True
    return True
