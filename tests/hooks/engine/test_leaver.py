"""Leavers by absence."""

from __future__ import annotations

from wharfinger.hooks.engine import User
from wharfinger.hooks.engine.facts import FileFacts
from wharfinger.hooks.engine.leaver import miss, take_census
from wharfinger.hooks.engine.user import Absence

STANDINGS = [
    ("FR01/1", "FR01", "a:/b", "2020-01-01"),
    ("FR01/2", "FR01", "a:/b", "2020-01-01"),
    ("FR01/3", "FR01", "a:/b", "2026-12-01"),
    ("FR01/4", "FR01", "other:/b", "2020-01-01"),
    ("FR02/5", "FR02", "a:/b", "2020-01-01"),
    ("FR01/6", "FR01", "a:/b", ""),
]


def facts(day: str, *entities: str) -> FileFacts:
    """A file of the day that covers these legal entities."""
    return FileFacts(
        sha256="", day=day, encoding="", separator=";", rows=1, entities=dict.fromkeys(entities, 1)
    )


def jean(**more: object) -> User:
    """A user of FR01."""
    values = {"legalEntity": "FR01", "dtContractStart": "2020-01-01"}
    return User(key="FR01/1", feed="a:/b", **{"values": values, **more})  # type: ignore[arg-type]  # as in User


def test_who_counts_as_missing() -> None:
    """Active users of this feed, in the legal entities of the file, whom it does not name."""
    census = take_census(STANDINGS, "a:/b", "2026-11-02", {"FR01/1"}, {"FR01"})
    assert census.missing == ("FR01/2", "FR01/6")
    assert census.active == {"FR01": 3, "FR02": 1}
    assert census.in_scope({"FR01"}) == 3
    assert census.in_scope(None) == 4


def test_a_file_that_names_no_legal_entities_covers_all() -> None:
    """Without a column for them nobody can be out of scope."""
    census = take_census(STANDINGS, "a:/b", "2026-11-02", {"FR01/1"}, None)
    assert census.missing == ("FR01/2", "FR02/5", "FR01/6")


def test_all_feeds_together() -> None:
    """A delta is counted against everybody."""
    census = take_census(STANDINGS, None, "2026-11-02", {"FR01/1"}, {"FR01"})
    assert census.in_scope({"FR01"}) == 4


def test_the_first_absence_is_only_a_mark() -> None:
    """Nobody ends by being missing once; the last file with them is remembered."""
    files = [facts("2026-11-01", "FR02"), facts("2026-10-30", "FR01"), facts("2026-10-29", "FR01")]
    missed = miss(jean(), "2026-11-02", files)
    assert missed == jean(absence=Absence(since="2026-11-02", last_present="2026-10-30"))


def test_a_file_without_legal_entities_was_present_for_all() -> None:
    """The last file counts, whatever the user's legal entity, if it names none."""
    missed = miss(jean(), "2026-11-02", [facts("2026-11-01", "")])
    assert missed.absence == Absence("2026-11-02", "2026-11-01")


def test_without_any_file_it_was_the_day_before() -> None:
    """A user who came from nowhere was there yesterday."""
    missed = miss(jean(), "2026-11-01", [])
    assert missed.absence == Absence("2026-11-01", "2026-10-31")


def test_the_same_day_does_not_count_twice() -> None:
    """A second file of the same day, or of an earlier one, is no second absence."""
    marked = jean(absence=Absence("2026-11-02", "2026-11-01"))
    assert miss(marked, "2026-11-02", []) == marked
    assert miss(marked, "2026-11-01", []) == marked


def test_the_second_day_ends_the_contract() -> None:
    """It ends on the last day on which the user was present, and can be taken back."""
    marked = jean(absence=Absence("2026-11-02", "2026-10-30"))
    values = {**jean().values, "dtContractEnd": "2026-10-30"}
    assert miss(marked, "2026-11-03", []) == jean(values=values, ended_by="absence")


def test_nobody_ends_before_they_started() -> None:
    """Whoever never came ends on the day on which they should have started."""
    values = {"dtContractStart": "2026-11-01"}
    marked = jean(values=values, absence=Absence("2026-11-02", "2026-10-15"))
    ended = miss(marked, "2026-11-03", [])
    assert ended.values["dtContractEnd"] == "2026-11-01"
