"""Changes: what they are called, and what differs."""

from __future__ import annotations

import pytest

from wharfinger.hooks.engine import User
from wharfinger.hooks.engine.change import Change, classify, differences, ends
from wharfinger.hooks.engine.user import Absence

DAY = "2026-11-02"


def user(end: str | None = None, manager: str | None = None, **values: str) -> User:
    """A user who started long ago."""
    dates = {"dtContractStart": "2020-01-01", **({"dtContractEnd": end} if end else {})}
    return User(key="k", feed="f", values={**dates, **values}, manager=manager)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, user(), "create"),
        (None, user("2021-01-01"), "create"),
        (user(), user("2026-11-01"), "leaver"),
        (user(), user("2026-11-02"), "update"),
        (user("2026-11-01"), user(), "rehire"),
        (user("2026-11-01"), user("2026-11-02"), "rehire"),
        (user("2026-11-01"), user("2026-10-01"), "update"),
        (user(), user(manager="m"), "update"),
        (user(), user(csp="Cadre"), "update"),
    ],
)
def test_changes_are_called_by_what_they_mean(before: User | None, after: User, kind: str) -> None:
    """Whoever has ended afterwards and had not before leaves; the other way round they return."""
    assert classify(before, after, DAY) == kind


def test_what_people_need_not_see_is_a_mark() -> None:
    """A reference or an absence alone is no update."""
    marked = User(key="k", feed="f", values=user().values, absence=Absence(DAY, DAY))
    assert classify(user(), marked, DAY) == "mark"


def test_differences_are_told_by_column() -> None:
    """Each column that differs comes with both values, and the manager is one of them."""
    assert differences(user(csp="A"), user("2026-11-01", manager="m")) == {
        "csp": ("A", None),
        "dtContractEnd": (None, "2026-11-01"),
        "manager": (None, "m"),
    }
    assert differences(None, User(key="k", feed="f", values={"a": "b"})) == {"a": (None, "b")}
    assert differences(User(key="k", feed="f", values={"a": "b"}), None) == {"a": ("b", None)}


def test_who_is_given_an_end() -> None:
    """A new or another end counts, an end that stays does not."""
    assert ends(Change("update", "k", user(), user("2030-01-01")))
    assert ends(Change("create", "k", None, user("2030-01-01")))
    assert not ends(Change("update", "k", user("2030-01-01"), user("2030-01-01", csp="A")))
    assert not ends(Change("rehire", "k", user("2020-01-01"), user()))
    assert not ends(Change("undo", "k", user(), None))
