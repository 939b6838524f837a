"""Folders that wait for a marker: the rules of vfs/companion.py, carried out in the journal.

Everything here is called within the transaction that a receipt is written in: a file and its
companion that come at the same time see each other, and a crash leaves no half of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from ..companions import Companions, Counted
from ..journal import AWAITING, COMPANION, QUEUED, Journal, JournalEntry
from ..vfs import Companion, Receipt
from ..vfs.companion import ACTIONS, Action, Fit, Standing, companion_of, releases, stems_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is written of a file or a companion that has come."""

    state: str
    #: ids of uploads that wait no more
    released: tuple[str, ...] = ()
    #: why its sender is refused
    refusal: str | None = None


class Markers:
    """Decides over files and companions with what the journal knows of both."""

    def __init__(self, journal: Journal, companions: Companions) -> None:
        self._journal = journal
        self._companions = companions

    def arrive(self, receipt: Receipt) -> Arrival:
        """What a receipt comes to, before it is written."""
        companion = receipt.companion
        arrival = self._companion(receipt, companion) if companion else self._file(receipt)
        if arrival.refusal is None:
            for path in filter(None, (receipt.path, receipt.renamed_from)):
                self._journal.replace_waiting(receipt.identity.login, path)
        return arrival

    def removed(self, account: str, path: str) -> None:
        """A client took back a file or a companion."""
        companion = companion_of(path)
        if companion is not None:
            self._companions.forget(account, companion)
        self._journal.replace_waiting(account, path)

    def _file(self, receipt: Receipt) -> Arrival:
        """A new version of a file: it waits, unless its companion was there before."""
        account, stems = receipt.identity.login, stems_of(receipt.path)
        digests = {"sha256": receipt.sha256, "md5": receipt.md5}
        kept = [c.companion for c in self._companions.of(account, stems) if c.upload is None]
        if not releases(companion.fit(digests) for companion in kept):
            return Arrival(state=AWAITING)
        self._companions.spend(account, stems, receipt.id)
        return Arrival(state=QUEUED, released=(receipt.id,))

    def _companion(self, receipt: Receipt, companion: Companion) -> Arrival:
        """A companion: it releases what waits for it, is kept for what comes, or is refused."""
        account = receipt.identity.login
        if companion.algorithm is not None and companion.digest is None:
            return Arrival(state=COMPANION, refusal=_unreadable(receipt.path, companion))
        versions = [
            entry
            for entry in self._journal.newest_versions(account, companion.stem)
            if companion_of(entry.path) is None and companion.stem in stems_of(entry.path)
        ]
        actions = {entry: self._action(account, companion, entry) for entry in versions}
        found = set(actions.values()) or {ACTIONS[Standing.NONE, companion.fit({})]}
        released = [entry for entry, action in actions.items() if action is Action.RELEASE]
        if not released and Action.REFUSE in found:
            return Arrival(state=COMPANION, refusal=_wrong(receipt.path, companion, versions))
        about = released or [entry for entry, act in actions.items() if act is Action.IGNORE]
        counted = Counted(companion, about[-1].id if about else None)
        self._companions.keep(receipt.identity.client, account, counted)
        for entry in released:
            self._companions.spend(account, stems_of(entry.path), entry.id)
            self._journal.release(entry.id)
        return Arrival(state=COMPANION, released=tuple(entry.id for entry in released))

    def _action(self, account: str, companion: Companion, entry: JournalEntry) -> Action:
        fit: Fit = companion.fit({"sha256": entry.sha256, "md5": entry.md5})
        return ACTIONS[self._standing(account, companion, entry), fit]

    def _standing(self, account: str, companion: Companion, entry: JournalEntry) -> Standing:
        if entry.state == AWAITING:
            return Standing.WAITS
        had = any(
            counted.companion.suffix == companion.suffix and counted.upload == entry.id
            for counted in self._companions.of(account, [companion.stem])
        )
        return Standing.ANSWERED if had else Standing.RELEASED


def _unreadable(path: str, companion: Companion) -> str:
    algorithm = (companion.algorithm or "").upper()
    return (
        f"{PurePosixPath(path).name} holds no {algorithm} digest, or more than one;"
        " send what sha256sum or md5sum prints for the file"
    )


def _wrong(path: str, companion: Companion, versions: list[JournalEntry]) -> str:
    names = ", ".join(PurePosixPath(entry.path).name for entry in versions)
    algorithm = (companion.algorithm or "").upper()
    return (
        f"{PurePosixPath(path).name} does not state the {algorithm} of {names} as it arrived;"
        f" send {names} again, then its digest"
    )
