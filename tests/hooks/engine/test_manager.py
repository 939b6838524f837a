"""Managers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import User
from wharfinger.hooks.engine.change import Change
from wharfinger.hooks.engine.manager import (
    Links,
    Roll,
    find_cycles,
    find_orphans,
    give_manager,
    identify,
    link,
    make_token,
    sought_tokens,
    tokens_of,
)

DAY = "2026-11-02"


def user(key: str, reference: str | None = None, manager: str | None = None, **values: str) -> User:
    """A user whose values follow from the key, but for these."""
    entity, _, number = key.partition("/")
    return User(
        key=key,
        feed="f",
        values={
            "legalEntity": entity,
            "employeeNumber": number,
            "mail": f"user.{number}@acme.fr",
            "login": f"Login{number}",
            "firstName": "Éric",
            "lastName": f"Dupont {number}",
            **values,
        },
        reference=reference,
        manager=manager,
    )


def resolve(*users: User, superiors: dict[str, str] | None = None) -> Links:
    """The links among these users."""
    sought = {token for it in users for token in sought_tokens(it.reference)}
    return link(users, Roll(map(identify, users), sought), superiors or {})


BOSS = user("FR01/00123")


@pytest.mark.parametrize(
    "reference",
    [
        "00123",
        "FR01/00123",
        "FR01:00123",
        "fr01/00123",
        "FR01: 00123",
        "User.00123@ACME.fr",
        "login00123",
        "Éric Dupont 00123",
        "DUPONT 00123 Eric",
    ],
)
def test_a_manager_can_be_named_in_many_ways(reference: str) -> None:
    """Number, number with legal entity, mail, login, and full name in either order."""
    links = resolve(BOSS, user("FR01/1", reference))
    assert links.managers["FR01/1"] == BOSS.key
    assert links.problems == {}


@pytest.mark.parametrize("reference", ["123", "FR02/00123", "Dupont 00123", "nobody"])
def test_nearly_right_is_not_right(reference: str) -> None:
    """Zeros, legal entities and whole names count; the previous manager is kept."""
    links = resolve(BOSS, user("FR01/1", reference, manager="old"))
    assert links.managers["FR01/1"] == "old"
    assert links.problems == {"FR01/1": "manager-not-found"}


def test_a_number_means_somebody_of_the_same_legal_entity() -> None:
    """Two legal entities may use the same numbers."""
    other = user("FR02/00123", mail="x@acme.fr")
    links = resolve(BOSS, other, user("FR02/1", "00123"), user("FR03/1", "00123", mail="y@z.fr"))
    assert links.managers["FR02/1"] == other.key
    assert links.problems == {"FR03/1": "manager-not-found"}


def test_numbers_come_before_names() -> None:
    """What is a number of somebody is not looked for among the logins."""
    trap = user("FR01/7", login="00123")
    assert resolve(BOSS, trap, user("FR01/1", "00123")).managers["FR01/1"] == BOSS.key


def test_homonyms_are_ambiguous() -> None:
    """A name that several users have leads to none of them, and the previous one is kept."""
    twins = [user(f"FR01/{n}", firstName="Léa", lastName="Dû") for n in "78"]
    links = resolve(*twins, user("FR01/1", "Léa Dû", manager="old"))
    assert links.managers["FR01/1"] == "old"
    assert links.problems == {"FR01/1": "manager-ambiguous"}
    links = resolve(*twins, user("FR01/1", "Léa Dû", manager="FR01/8"))
    assert links.managers["FR01/1"] == "FR01/8"
    assert links.problems == {}


def test_whoever_is_there_comes_before_whoever_left() -> None:
    """A name, mail or login that a former user had belongs to the present one."""
    gone = user("FR01/7", firstName="Léa", lastName="Dû", dtContractEnd="2026-11-01")
    here = user("FR01/8", firstName="Léa", lastName="Dû")
    assert resolve(gone, here, user("FR01/1", "Léa Dû")).managers["FR01/1"] == here.key
    assert resolve(gone, user("FR01/1", "Léa Dû")).managers["FR01/1"] == gone.key


def test_oneself_is_nobody() -> None:
    """Who names themselves has no manager, and neither has who names none."""
    links = resolve(user("FR01/1", "1", manager="old"), user("FR01/2", None, manager="old"))
    assert links.managers == {"FR01/1": None, "FR01/2": None}
    assert links.problems == {}


def test_two_who_manage_one_another() -> None:
    """Neither link is made; both keep the manager they had."""
    links = resolve(
        user("FR01/1", "2"),
        user("FR01/2", "1", manager="FR01/3"),
        user("FR01/3", "3"),
        user("FR01/4", "1"),
    )
    assert links.managers == {
        "FR01/1": None,
        "FR01/2": "FR01/3",
        "FR01/3": None,
        "FR01/4": "FR01/1",
    }
    assert links.problems == dict.fromkeys(["FR01/1", "FR01/2"], "manager-cycle")
    assert links.cycles["FR01/2"] == ["FR01/1", "FR01/2"]


def test_a_cycle_through_those_who_are_not_in_the_file() -> None:
    """Only the new link is taken back; the others are as they were before."""
    superiors = {"FR01/8": "FR01/9", "FR01/9": "FR01/1"}
    links = resolve(
        user("FR01/1", "8"), identity_only := user("FR01/8", "9", "FR01/9"), superiors=superiors
    )
    assert links.managers["FR01/1"] is None
    assert links.managers[identity_only.key] == "FR01/9"
    assert links.cycles == {"FR01/1": ["FR01/1", "FR01/8", "FR01/9"]}


def test_taking_back_a_link_may_close_another_cycle() -> None:
    """A was under B; the file has A under X, X under A, and B under A: nothing goes round."""
    links = resolve(user("FR01/1", "9", manager="FR01/2"), user("FR01/9", "1"), user("FR01/2", "1"))
    assert links.managers == {"FR01/1": "FR01/2", "FR01/9": None, "FR01/2": None}
    assert set(links.problems) == {"FR01/1", "FR01/9", "FR01/2"}


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 9), max_size=10), st.data())
def test_no_file_makes_a_cycle(wanted: dict[int, int], data: st.DataObject) -> None:
    """Whoever is named, nobody ends up above themselves, and rows in any order agree."""
    users = [user(f"FR01/{n}", str(wanted[n])) for n in wanted]
    users += [user(f"FR01/{n}") for n in range(10) if n not in wanted]
    links = resolve(*users)
    assert find_cycles(links.managers, links.managers.get) == []
    shuffled = data.draw(st.permutations(users))
    assert resolve(*shuffled).managers == links.managers


def test_cycles_are_found_once_from_their_smallest_key() -> None:
    """Who leads into a cycle is not part of it."""
    above = {"a": "b", "b": "c", "c": "b", "d": "a", "e": "e"}
    assert find_cycles("dabce", above.get) == [["b", "c"], ["e"]]


def test_tokens() -> None:
    """A reference and whom it means have a token in common."""
    assert make_token("  Dupont  ÉRIC ") == "dupont eric"
    assert sought_tokens("ACME SA/00123") == {"acme sa/00123", "00123"}
    assert sought_tokens(None) == set()
    tokens = tokens_of(identify(user("FR01/1")))
    assert {"1", "fr01/1", "fr01:1", "user.1@acme.fr", "login1", "1 dupont eric"} == tokens
    assert tokens_of(identify(User(key="k", feed="f", values={}))) == set()


def test_orphans() -> None:
    """Who stays under a manager that leaves is named, once, when the manager is given an end."""
    boss = user("FR01/0")
    leaving = user("FR01/0", dtContractEnd="2026-12-31")
    moved = give_manager(user("FR01/2"), "FR01/9")
    changes = [
        Change("update", "FR01/0", boss, leaving),
        Change("update", "FR01/2", give_manager(user("FR01/2"), "FR01/0"), moved),
        Change("create", "FR01/3", None, give_manager(user("FR01/3"), "FR01/0")),
        Change(
            "leaver",
            "FR01/4",
            give_manager(user("FR01/4"), "FR01/0"),
            give_manager(user("FR01/4", dtContractEnd="2026-10-01"), "FR01/0"),
        ),
    ]
    reports = {"FR01/0": ["FR01/1", "FR01/2", "FR01/4"]}
    assert find_orphans(changes, reports, set(), DAY) == {"FR01/0": ["FR01/1", "FR01/3"]}
    assert find_orphans(changes[1:], reports, set(), DAY) == {}


def test_a_manager_who_has_left() -> None:
    """Whoever is newly given a manager that has left is an orphan too."""
    orphan = Change("create", "FR01/3", None, give_manager(user("FR01/3"), "FR01/0"))
    assert find_orphans([orphan], {}, {"FR01/0"}, DAY) == {"FR01/0": ["FR01/3"]}
    before = give_manager(user("FR01/3"), "FR01/0")
    kept = Change("update", "FR01/3", before, give_manager(user("FR01/3", csp="A"), "FR01/0"))
    assert find_orphans([kept], {}, {"FR01/0"}, DAY) == {}
