"""Answers: a sender is refused for what its file says, and for nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from uploads import make_upload
from wharfinger.hooks.events import ImportFinished
from wharfinger.server.accounts import Folder
from wharfinger.server.app.answers import FolderAnswers
from wharfinger.server.app.arrivals import Arrivals

FOLDER = Folder(login="acme", path="/in", name="In", mapping="users", answer="checked")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def refusing(mapping: str, file: Path) -> str | None:
    """A check that finds something."""
    return f"{file.name} does not fit {mapping}"


async def passing(mapping: str, file: Path) -> str | None:
    """A check that finds nothing."""
    return None


async def failing(mapping: str, file: Path) -> str | None:
    """A check that cannot be made."""
    raise RuntimeError("the worker was killed")


async def hanging(mapping: str, file: Path) -> str | None:
    """A check that takes longer than any sender waits."""
    await asyncio.Event().wait()
    return "never"


@pytest.mark.parametrize(
    ("check", "refusal"),
    [(refusing, "u1 does not fit users"), (passing, None), (failing, None), (hanging, None)],
)
def test_what_a_check_says(check: object, refusal: str | None) -> None:
    """A finding refuses; a check that fails or takes too long does not: the file is durable."""
    answers = FolderAnswers(Arrivals(), check, seconds=0.01)  # type: ignore[arg-type]  # one of those above
    assert asyncio.run(answers.check(FOLDER, Path("/spool/u1"))) == refusal


def test_what_is_not_imported_is_not_checked() -> None:
    """There is nothing to check it by."""
    answers = FolderAnswers(Arrivals(), refusing, seconds=1)
    folder = replace(FOLDER, mapping=None, answer="received")
    assert asyncio.run(answers.check(folder, Path("/spool/u1"))) is None


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        *(("rejected", True), ("failed", True)),
        *(("applied", False), ("applied_with_warnings", False), ("held", False)),
        *(("duplicate", False), ("superseded", False), ("stale", False)),
    ],
)
def test_which_ends_of_an_import_refuse_its_file(state: str, refused: bool) -> None:
    """What is held is accepted: somebody will look at it, and sending it again would not help."""

    async def story() -> str | None:
        arrivals = Arrivals()
        event = ImportFinished(
            upload=make_upload("u1"),
            import_id="u1",
            state=state,
            counts={},
            findings=(),
            summary="The header is missing.",
            next_step="",
            started_at=NOW,
            finished_at=NOW,
            timings_ms={},
            report=Path("/reports/u1.json"),
        )
        await arrivals.import_finished(event)
        return await FolderAnswers(arrivals, passing, seconds=1).imported("u1")

    assert asyncio.run(story()) == ("The header is missing." if refused else None)


def test_an_import_that_takes_longer_is_accepted() -> None:
    """The sender hears "ok" after the time that the settings name."""
    answers = FolderAnswers(Arrivals(), passing, seconds=0.01)
    assert asyncio.run(answers.imported("u1")) is None
