"""Opening a file for writing: what was there, and the private file that is written instead."""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack
from dataclasses import dataclass

from . import disk
from .base import Opening
from .draft import Draft
from .mount import Place
from .receipt import Identity
from .refusal import Refusal, Refused
from .spool import Spool

#: Crockford's base 32 in lower case: nobody takes one letter for another
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteFlags:
    """How a client opens a file for writing: O_CREAT, O_EXCL, O_TRUNC, O_APPEND of open(2).

    `sequential` promises that the bytes come one after the other from the first write on.
    """

    create: bool = True
    exclusive: bool = False
    truncate: bool = False
    append: bool = False
    sequential: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where an upload goes, for whom, and what was there when it was opened."""

    id: str
    place: Place
    identity: Identity
    spool: Spool
    opening: Opening
    draft: Draft
    #: descriptor of the complete version, None where there is none
    existing: int | None
    #: bytes
    largest: int


def open_destination(
    place: Place, identity: Identity, spool: Spool, flags: WriteFlags, largest: int
) -> Destination:
    """Make the private file of a new upload to `place`. Blocks; raises OSError and Refused."""
    existing = _open_existing(place)
    with ExitStack() as undo:
        if existing is not None:
            undo.callback(os.close, existing)
        partial = spool.partial(identity.account_id, place.path)
        _check(flags, existing=existing is not None, partial=partial is not None)
        upload_id = new_upload_id()
        name = spool.name(upload_id, identity.account_id, place.path)
        destination = Destination(
            id=upload_id,
            place=place,
            identity=identity,
            spool=spool,
            opening=Opening(
                truncate=flags.truncate or flags.exclusive,
                append=flags.append,
                sequential=flags.sequential,
                existing=os.fstat(existing).st_size if existing is not None else None,
                partial=partial.st_size if partial is not None else None,
            ),
            draft=Draft(spool, name, spool.create(name)),
            existing=existing,
            largest=largest,
        )
        undo.pop_all()
        return destination


def new_upload_id() -> str:
    """A new upload's id: `u` and 45 random bits, short enough to be read out on the telephone."""
    bits = secrets.randbits(45)
    return "u" + "".join(_ALPHABET[bits >> shift & 31] for shift in range(0, 45, 5))


def _check(flags: WriteFlags, *, existing: bool, partial: bool) -> None:
    if flags.exclusive and existing:
        raise Refused(Refusal.EXISTS)
    if not flags.create and not existing and not partial:
        raise Refused(Refusal.NO_SUCH_FILE)


def _open_existing(place: Place) -> int | None:
    """A descriptor of the complete version, None where there is none.

    Raises OSError, also where the folder that it would lie in is not there.
    """
    try:
        return disk.open_file(place)
    except FileNotFoundError:
        disk.check_folder(Place(place.mount, place.rest[:-1]))
        return None
