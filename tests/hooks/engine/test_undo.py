"""The way back from an import."""

from __future__ import annotations

from collections.abc import Sequence

from wharfinger.hooks.engine import User
from wharfinger.hooks.engine.change import Change
from wharfinger.hooks.engine.undo import Undoing
from wharfinger.hooks.engine.user import Absence


def user(key: str = "1", manager: str | None = None, **more: object) -> User:
    """A user with a name."""
    settings = {"values": {"lastName": "Dupont"}, "manager": manager, "reference": manager, **more}
    return User(key=key, feed="f", **settings)  # type: ignore[arg-type]  # as in User


def undo(
    changes: Sequence[Change],
    now: Sequence[User],
    reports: dict[str, list[str]] | None = None,
    superiors: dict[str, str] | None = None,
) -> tuple[dict[str, User | None], list[tuple[str, str | None, str | None]]]:
    """What undoing the changes leads to, and what is told."""
    keys = {it.key for it in now}
    undoing = Undoing({it.key: it for it in now}, reports or {}, superiors or {}, keys)
    inverse = undoing.plan(changes)
    assert all(it.kind == "undo" for it in inverse)
    told = [(it.code, it.key, it.column) for it in undoing.findings]
    return {it.key: it.after for it in inverse}, told


def test_an_update_is_taken_back() -> None:
    """Everything that the import changed is as it was, byte for byte."""
    before = user(values={"a": "1", "b": "2"}, manager="m", absence=Absence("x", "y"))
    after = user(
        values={"a": "3", "c": "4", "dtContractEnd": "2026-01-01"},
        ended_by="absence",
        manager=None,
        reference="else",
    )
    restored, told = undo([Change("leaver", "1", before, after)], [after, user("m")])
    assert restored == {"1": before}
    assert told == []


def test_a_created_user_is_removed() -> None:
    """Undoing the import that created a user leaves no trace but the history."""
    assert undo([Change("create", "1", None, user())], [user()]) == ({"1": None}, [])


def test_what_was_changed_since_stays() -> None:
    """Column by column: what somebody changed after the import is not touched, and is told."""
    before, after = user(values={"a": "1", "b": "1"}), user(values={"a": "2", "b": "2"})
    now = user(values={"a": "3", "b": "2", "c": "new"})
    restored, told = undo([Change("update", "1", before, after)], [now])
    assert restored == {"1": user(values={"a": "3", "b": "1", "c": "new"})}
    assert told == [("changed-since", "1", "a")]


def test_what_is_already_back_is_left_alone() -> None:
    """A value that has become what it was needs no undoing, and no word."""
    change = Change("update", "1", user(values={"a": "1"}), user(values={"a": "2"}))
    assert undo([change], [user(values={"a": "1"})]) == ({}, [])


def test_a_created_user_who_was_changed_since_stays() -> None:
    """Removing the user would lose what came later."""
    now = user(values={"lastName": "Durand"})
    restored, told = undo([Change("create", "1", None, user())], [now])
    assert restored == {}
    assert told == [("changed-since", "1", "lastName")]


def test_an_absence_is_no_change() -> None:
    """Having been missing from a later file does not keep a created user."""
    now = user(absence=Absence("x", "y"))
    assert undo([Change("create", "1", None, user())], [now]) == ({"1": None}, [])
    change = Change("update", "1", user(), user(values={"lastName": "Durand"}))
    restored, told = undo(
        [change], [user(values={"lastName": "Durand"}, absence=Absence("x", "y"))]
    )
    assert restored == {"1": user(absence=Absence("x", "y"))}
    assert told == []


def test_a_user_who_is_gone_stays_gone() -> None:
    """The import that created the user was undone before this one."""
    assert undo([Change("update", "1", user(), user(manager="2"))], []) == ({}, [])


def test_whoever_manages_somebody_stays() -> None:
    """A created manager is not pulled from under those who were given to them since."""
    changes = [
        Change("create", "1", None, user("1")),
        Change("create", "2", None, user("2", manager="1")),
        Change("create", "3", None, user("3", manager="2")),
    ]
    now = [user("1"), user("2", manager="1"), user("3", manager="2"), user("9", manager="2")]
    restored, told = undo(changes, now, {"1": ["2"], "2": ["3", "9"]})
    assert restored == {"3": None}
    assert told == [("still-managing", "2", None), ("still-managing", "1", None)]


def test_a_team_is_removed_as_a_whole() -> None:
    """Managers and those they manage go together."""
    changes = [
        Change("create", "1", None, user("1")),
        Change("create", "2", None, user("2", manager="1")),
        Change("update", "3", user("3"), user("3", manager="1")),
    ]
    now = [user("1"), user("2", manager="1"), user("3", manager="1")]
    restored, told = undo(changes, now, {"1": ["2", "3"]})
    assert restored == {"1": None, "2": None, "3": user("3")}
    assert told == []


def test_a_manager_who_is_no_longer_there_is_not_restored() -> None:
    """The reference comes back, to be looked up at the next import."""
    before, after = user(manager="gone"), user(manager="2")
    restored, _ = undo([Change("update", "1", before, after)], [after, user("2")])
    assert restored == {"1": user(manager=None, reference="gone")}


def test_no_cycle_comes_back() -> None:
    """A manager is not restored who has come under the user since."""
    change = Change("update", "1", user("1", manager="2"), user("1"))
    now = [user("1"), user("2", manager="1")]
    restored, told = undo([change], now, superiors={"2": "1"})
    assert restored == {}
    assert told == [("undo-cycle", "1", None)]


def test_a_cycle_is_not_brought_back_by_half() -> None:
    """Of two links that would go round, neither is restored; others are."""
    changes = [
        Change("update", "1", user("1", manager="2"), user("1")),
        Change("update", "3", user("3", manager="1"), user("3", manager="2")),
    ]
    now = [user("1"), user("2", manager="1"), user("3", manager="2")]
    restored, told = undo(changes, now, superiors={"2": "1", "3": "2"})
    assert restored == {"3": user("3", manager="1")}
    assert told == [("undo-cycle", "1", None)]
