"""The import engine, as a system to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from truth.system import Outcome, Record
from truth.year import Delivery
from wharfinger.hooks.engine import (
    ImportRequest,
    ImportResult,
    PlanChanged,
    State,
    User,
    approve,
    list_users,
    load_mapping,
    reject,
    run_import,
    status,
)
from wharfinger.hooks.engine.testing import FeedHarness

#: the mapping that comes with the engine, and how files are named: who dates them can be told late
MAPPING = load_mapping("users").model_copy(update={"file_date": "users_%Y%m%d.csv"})
_APPLIED = {State.APPLIED, State.APPLIED_WITH_WARNINGS, State.DUPLICATE}


class Engine:
    """A folder whose dated files the engine imports with the mapping that comes with it."""

    name = "wharfinger"

    def __init__(self, folder: Path) -> None:
        self._feed = FeedHarness(folder, MAPPING)
        self._users: list[User] | None = None

    def receive(self, delivery: Delivery) -> Outcome:
        """Import the file; somebody who knows the truth decides about it if it is held."""
        request = self._feed.request(
            delivery.damage.data,
            received_at=delivery.received,
            file_name=delivery.name,
            first_import="hold",
        )
        directory = self._feed.directory
        result = run_import(request, directory, clock=lambda: delivery.received)
        held = result.state is State.HELD
        final = self._decide(request, delivery, result) if held else result
        request.file.unlink()
        self._users = None if final.state in _APPLIED else self._users
        return Outcome(
            applied=final.state in _APPLIED,
            state=f"held, {final.state}" if held else str(final.state),
            held=held,
            codes=_codes(result),
            keys=frozenset(it.key for it in result.findings if it.key),
            summary=result.report["summary"],
        )

    def _decide(
        self, request: ImportRequest, delivery: Delivery, result: ImportResult
    ) -> ImportResult:
        directory, who = self._feed.directory, "Léa"
        if not delivery.damage.right:
            return reject(directory, result.import_id, who, clock=lambda: delivery.received)
        try:
            return approve(request, directory, who, clock=lambda: delivery.received)
        except PlanChanged:
            return approve(request, directory, who, clock=lambda: delivery.received)

    def records(self, day: date) -> Mapping[str, Record]:
        """Everybody in the directory."""
        today = day.isoformat()
        if self._users is None:
            self._users = [it.user for it in list_users(self._feed.directory, today)]
        return {
            it.key: Record(it.values, it.manager, status(it, today) == "ended")
            for it in self._users
        }


def _codes(result: ImportResult) -> frozenset[str]:
    spoken = {it["name"] for it in result.report["safeguards"] if it["holds"]}
    states = {str(result.state)} & {"stale", "superseded"}
    return frozenset({it.code for it in result.findings} | spoken | states)
