"""The plan: everything that an import would change, decided before anything is written.

A plan is a pure function of the file's rows, the directory, the mapping and the day on which the
file was received. It does not depend on the order of the rows, and the hash stands for all that it
changes, so that an approval binds exactly this.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, replace

from .change import Change, classify
from .contract import stays_true
from .directory import Note
from .finding import Finding, make_finding
from .leaver import last_present, miss
from .limits import effective_limits
from .manager import Links, Roll, find_orphans, give_manager, identify, link, sought_tokens
from .mapping import Mapping
from .merge import Merger
from .person import TELLING, changed_identity, is_shifted
from .reading import Reading, Rejected
from .remark import remark_backdated, remark_newcomers
from .row import Row
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
    #: rows with a cell that the user had in another column
    shifted: int = 0
    #: SHA-256 over the changes and marks, lower-case hexadecimal
    hash: str


def make_plan(
    reading: Reading,
    snapshot: Snapshot,
    mapping: Mapping,
    places: dict[str, int],
    policy: Policy,
) -> Plan:
    """The plan for the rows of a file; `places` is where each column stands in it."""
    draft = _Draft(reading, snapshot, mapping, places, policy)
    draft.merge_rows()
    draft.count_presence()
    if not policy.presence_only:
        draft.link()
    draft.put_off_links()
    return draft.finish()


class _Draft:
    """A plan in the making: everybody it concerns as they will be."""

    def __init__(
        self,
        reading: Reading,
        snapshot: Snapshot,
        mapping: Mapping,
        places: dict[str, int],
        policy: Policy,
    ) -> None:
        self._reading = reading
        self._mapping = mapping
        self._places = places
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
        self._shifted = 0

    def merge_rows(self) -> None:
        policy = self._policy
        merger = Merger(self._mapping, self._places, policy.mode, policy.feed, policy.day)
        for row in self._reading.rows:
            before = self._before.get(row.key)
            user, findings = merger.merge(before, row)
            if before is not None:
                findings += self._compare(before, user, row)
            if findings and any(finding.severity == "error" for finding in findings):
                self._rejected.append(Rejected(row.line, None, tuple(findings)))
                self._untouched.add(row.key)
                continue
            if before is not None and self._spares(before, user):
                self._untouched.add(row.key)
                continue
            self._findings += findings
            self._after[row.key] = user
            self._digests[row.key] = b"" if findings or not stays_true(row, user) else row.digest

    def _compare(self, before: User, after: User, row: Row) -> list[Finding]:
        """What there is to say of a known user who changes."""
        changed = dict(row.values.items() - before.values.items())
        self._shifted += is_shifted(before, changed)
        columns = changed_identity(before, after) if changed.keys() & TELLING else []
        if not columns or effective_limits("swapped-identity", self._mapping.safeguards) is None:
            return []
        finding = make_finding(
            "identity-changed",
            line=row.line,
            index=self._places.get(columns[0]),
            column=columns[0],
            key=row.key,
            value=row.values.get(columns[0]),
            columns=", ".join(columns),
        )
        return [finding]

    def _spares(self, before: User, after: User) -> bool:
        if not self._policy.spare_leavers:
            return False
        by_absence = before.ended_by != after.ended_by == "absence"
        return by_absence or classify(before, after, self._policy.day) == "leaver"

    def count_presence(self) -> None:
        for key, user in self._before.items():
            if user.absence is not None and key in self._reading.present:
                self._after.setdefault(key, replace(user, absence=None))
        if self._policy.mode != "full" or self._mapping.absence == "ignore":
            return
        if self._reading.unattributed is not None:
            self._findings.append(make_finding("absence-off", line=self._reading.unattributed))
            return
        for key in self._snapshot.census.missing:
            self._miss(self._before[key])

    def _miss(self, user: User) -> None:
        day, files, absence = self._policy.day, self._snapshot.files, self._mapping.absence
        if absence == "report":
            last = last_present(user, day, files)
            self._findings.append(make_finding("missing-user", key=user.key, value=last))
            return
        missed = miss(user, day, files, immediate=absence == "immediate")
        if self._spares(user, missed):
            missed = user
        if missed != user:
            self._after[user.key] = missed
            self._digests[user.key] = b""
        if missed.absence is not None:
            self._absent += missed != user
            self._findings.append(
                make_finding("absent", key=user.key, value=missed.absence.last_present)
            )

    def link(self) -> None:
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
            self._tell_problem(key, links)

    def _tell_problem(self, key: str, links: Links) -> None:
        user = self._after.get(key) or self._before[key]
        path = links.cycles.get(key, [])
        self._findings.append(
            make_finding(
                links.problems[key],
                line=self._reading.present[key],
                index=self._places.get(self._mapping.manager or ""),
                column=self._mapping.manager,
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
        self._findings += self._remark(changes)
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
            shifted=self._shifted,
            hash=hash_changes(changed),
        )

    def _changed(self) -> list[Change]:
        changed = []
        for key in sorted(self._after):
            before, after = self._before.get(key), self._after[key]
            if before != after:
                kind = classify(before, after, self._policy.day)
                changed.append(Change(kind, key, before, after, self._reading.present.get(key)))
        return changed

    def _remark(self, changes: Sequence[Change]) -> Iterator[Finding]:
        snapshot, present = self._snapshot, self._reading.present
        yield from remark_newcomers(changes, snapshot, present, self._policy.day)
        if snapshot.last is not None:
            yield from remark_backdated(changes, snapshot.last.day)

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
    """SHA-256 over changes, which are in the order of their keys; their lines are left out."""
    digest = hashlib.sha256()
    for change in changes:
        images = (it.canonical() if it else "" for it in (change.before, change.after))
        digest.update("\x1e".join((change.kind, change.key, *images)).encode())
        digest.update(b"\x1d")
    return digest.hexdigest()
