"""The plan: everything that an import would change, decided before anything is written.

A plan is a pure function of the file's rows, the directory, the mapping and the day on which the
file was received. It does not depend on the order of the rows, and the hash stands for all that it
changes, so that an approval binds exactly this.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .change import Change, classify
from .contract import stays_true
from .directory import Note
from .finding import Finding, make_finding
from .leaver import miss
from .manager import Links, Roll, find_orphans, give_manager, identify, link, sought_tokens
from .mapping import Mapping
from .merge import Merger
from .reading import Reading, Rejected
from .snapshot import Policy, Snapshot
from .user import User, status

#: so many people are named in one finding
_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would change, and what there is to say about it."""

    #: what people see and approve, by key
    changes: tuple[Change, ...]
    #: what only the record needs to know, by key
    marks: tuple[Change, ...]
    notes: ReadOnly[str, Note]
    #: by line
    findings: tuple[Finding, ...]
    #: by line
    rejected: tuple[Rejected, ...]
    counts: ReadOnly[str, int]
    #: SHA-256 over the changes, lower-case hexadecimal
    hash: str


def make_plan(
    reading: Reading,
    snapshot: Snapshot,
    mapping: Mapping,
    places: dict[str, int],
    policy: Policy,
) -> Plan:
    """The plan for the rows of a file; `places` is where each column stands in it."""
    draft = _Draft(reading, snapshot, policy)
    draft.merge_rows(Merger(mapping, places, policy.mode, policy.feed, policy.day))
    draft.count_presence()
    if not policy.presence_only:
        draft.link(mapping.manager, places.get(mapping.manager or ""))
    draft.put_off_links()
    return draft.finish()


class _Draft:
    """A plan in the making: everybody it concerns as they will be."""

    def __init__(self, reading: Reading, snapshot: Snapshot, policy: Policy) -> None:
        self._reading = reading
        self._before = snapshot.users
        self._snapshot = snapshot
        self._policy = policy
        self._after: dict[str, User] = {}
        #: digests of the rows that were applied without anything to say, empty for who must be
        #: looked at again
        self._digests: dict[str, bytes] = {}
        self._notes: dict[str, Note] = {}
        self._untouched = set(reading.untouched)
        self._findings = list(reading.findings)
        self._rejected = list(reading.rejected)
        self._absent = 0

    def merge_rows(self, merger: Merger) -> None:
        for row in self._reading.rows:
            user, findings = merger.merge(self._before.get(row.key), row)
            if findings and any(finding.severity == "error" for finding in findings):
                self._rejected.append(Rejected(row.line, None, tuple(findings)))
                self._untouched.add(row.key)
                continue
            self._findings += findings
            self._after[row.key] = user
            self._digests[row.key] = b"" if findings or not stays_true(row, user) else row.digest

    def count_presence(self) -> None:
        for key, user in self._before.items():
            if user.absence is not None and key in self._reading.present:
                self._after.setdefault(key, replace(user, absence=None))
        if self._policy.mode != "full":
            return
        if self._reading.unattributed is not None:
            self._findings.append(make_finding("absence-off", line=self._reading.unattributed))
            return
        for key in self._snapshot.census.missing:
            self._miss(self._before[key])

    def _miss(self, user: User) -> None:
        missed = miss(user, self._policy.day, self._snapshot.files)
        if missed != user:
            self._after[user.key] = missed
            self._digests[user.key] = b""
        if missed.absence is not None:
            self._absent += missed != user
            self._findings.append(
                make_finding("absent", key=user.key, value=missed.absence.last_present)
            )

    def link(self, column: str | None, place: int | None) -> None:
        concerned = {**self._before, **self._after}
        users = [user for key, user in concerned.items() if key not in self._untouched]
        others = [it for it in self._snapshot.identities if it.key not in self._after]
        roll = Roll(
            [*others, *map(identify, self._after.values())],
            {token for it in {user.reference for user in users} for token in sought_tokens(it)},
        )
        links = link(users, roll, self._snapshot.superiors)
        for user in users:
            key, manager = user.key, links.managers[user.key]
            if manager != user.manager:
                self._after[key] = give_manager(user, manager)
            self._notes[key] = Note(self._digests.get(key), key in links.problems)
        for key in links.problems.keys() & self._reading.present.keys():
            self._tell_problem(key, links, column, place)

    def _tell_problem(self, key: str, links: Links, column: str | None, place: int | None) -> None:
        user = self._after.get(key) or self._before[key]
        path = links.cycles.get(key, [])
        self._findings.append(
            make_finding(
                links.problems[key],
                line=self._reading.present[key],
                index=place,
                column=column,
                key=key,
                value=user.reference,
                path=" → ".join([*path, *path[:1]]),
            )
        )

    def put_off_links(self) -> None:
        """Whoever is left alone now, and may get another manager, is looked up next time."""
        for key, user in self._before.items():
            if user.reference is not None and key not in self._notes:
                self._notes[key] = Note(self._digests.get(key), pending=True)

    def finish(self) -> Plan:
        """The plan."""
        changed = self._changed()
        changes = tuple(change for change in changed if change.kind != "mark")
        self._tell_orphans(changes)
        rejected = tuple(sorted(self._rejected, key=lambda row: row.line))
        findings = [*self._findings, *(it for row in rejected for it in row.findings)]
        findings.sort(key=lambda it: (it.line or 0, it.code, it.key or "", it.column or ""))
        return Plan(
            changes=changes,
            marks=tuple(change for change in changed if change.kind == "mark"),
            notes=self._notes,
            findings=tuple(findings),
            rejected=rejected,
            counts=self._count(changes, findings, len(rejected)),
            hash=hash_changes(changes),
        )

    def _changed(self) -> list[Change]:
        changed = []
        for key in sorted(self._after):
            before, after = self._before.get(key), self._after[key]
            if before != after:
                kind = classify(before, after, self._policy.day)
                changed.append(Change(kind, key, before, after, self._reading.present.get(key)))
        return changed

    def _tell_orphans(self, changes: Sequence[Change]) -> None:
        day = self._policy.day
        ended = {it.key for it in self._snapshot.identities if it.end and it.end < day}
        ended -= self._after.keys()
        ended |= {key for key, user in self._after.items() if status(user, day) == "ended"}
        for manager, keys in find_orphans(changes, self._snapshot.reports, ended, day).items():
            told = ", ".join(keys[:_NAMED]) + (", …" if len(keys) > _NAMED else "")
            line = self._reading.present.get(manager) or self._reading.present.get(keys[0])
            self._findings.append(
                make_finding("manager-leaver", line=line, key=manager, value=manager, orphans=told)
            )

    def _count(
        self, changes: Sequence[Change], findings: Sequence[Finding], errors: int
    ) -> dict[str, int]:
        kinds = Counter(change.kind for change in changes)
        sound = len(self._reading.present.keys() - self._untouched)
        by_file = sum(change.line is not None for change in changes)
        return {
            "rows": self._reading.total,
            "creates": kinds["create"],
            "updates": kinds["update"],
            "leavers": kinds["leaver"],
            "rehires": kinds["rehire"],
            "unchanged": sound - by_file,
            "absent": self._absent,
            "errors": errors,
            "warnings": sum(finding.severity == "warning" for finding in findings),
        }


def hash_changes(changes: Sequence[Change]) -> str:
    """SHA-256 over the changes, which are in the order of their keys; their lines are left out."""
    digest = hashlib.sha256()
    for change in changes:
        images = (it.canonical() if it else "" for it in (change.before, change.after))
        digest.update("\x1e".join((change.kind, change.key, *images)).encode())
        digest.update(b"\x1d")
    return digest.hexdigest()
