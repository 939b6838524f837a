"""Safeguards: each rule at its threshold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import SAFEGUARDS
from wharfinger.hooks.engine import RULES, State, translate
from wharfinger.hooks.engine.figures import Figures
from wharfinger.hooks.engine.limits import LIMITS, Override
from wharfinger.hooks.engine.safeguard import holding, judge
from wharfinger.hooks.engine.testing import FeedHarness

QUIET = Figures(
    first=False,
    first_import="hold",
    mode="full",
    active=1000,
    leavers=0,
    earlier=0,
    creates=0,
    updates=0,
    column="",
    column_updates=0,
    rows=1000,
    last_rows=1000,
    errors=0,
    mojibake=0,
    missing_entities=(),
)


def held(**changes: object) -> list[str]:
    """Names of the rules that hold the quiet figures with these changes."""
    return [it.name for it in holding(judge(replace(QUIET, **changes)))]  # type: ignore[arg-type]  # as in Figures


def test_a_quiet_file_is_not_held() -> None:
    """A file in which nothing happens passes every rule, and each says when it would hold."""
    verdicts = judge(QUIET)
    assert [it.name for it in verdicts] == [rule.name for rule in RULES]
    assert not holding(verdicts)
    assert all(it.threshold and not it.explanation for it in verdicts)


SMALL = {"active": 12, "rows": 12, "last_rows": 12}


@pytest.mark.parametrize(
    ("rule", "below", "above"),
    [
        ("first-import", {"first": True, "first_import": "apply"}, {"first": True}),
        ("encoding", {"accents": 0}, {"accents": 1}),
        ("lost-zeros", {"lost_zeros": 2, "creates": 4}, {"lost_zeros": 3, "creates": 100}),
        ("lost-zeros", {"lost_zeros": 1, "creates": 2}, {"lost_zeros": 1, "creates": 1}),
        ("key-churn", {"renumbered": 2}, {"renumbered": 3}),
        ("key-churn", {"renumbered": 1, **SMALL}, {"renumbered": 2, **SMALL}),
        ("swapped-identity", {"swapped": 2}, {"swapped": 3}),
        ("swapped-identity", {"swapped": 1, **SMALL}, {"swapped": 2, **SMALL}),
        ("shifted-columns", {"shifted": 250}, {"shifted": 251}),
        ("shifted-columns", {"shifted": 3, **SMALL}, {"shifted": 4, **SMALL}),
        (
            "date-order",
            {"swapped_dates": 2, "dates": 4},
            {"swapped_dates": 3, "dates": 100},
        ),
        ("date-order", {"swapped_dates": 1, "dates": 1}, {"swapped_dates": 2, "dates": 3}),
        ("leavers", {"leavers": 50}, {"leavers": 51}),
        ("leavers", {"leavers": 4, "active": 20}, {"leavers": 5, "active": 20}),
        ("leavers", {"leavers": 0, "earlier": 90}, {"leavers": 1, "earlier": 90}),
        ("leavers", {"leavers": 100, "active": 9000}, {"leavers": 101, "active": 9000}),
        ("small-firm", {"leavers": 3, **SMALL}, {"leavers": 4, **SMALL}),
        ("small-firm", {"leavers": 1, "active": 2}, {"leavers": 2, "active": 6}),
        ("row-errors", {"errors": 49}, {"errors": 50}),
        (
            "row-errors",
            {"errors": 2, "rows": 20, "last_rows": 20},
            {"errors": 3, "rows": 20, "last_rows": 20},
        ),
        ("mojibake", {"mojibake": 2}, {"mojibake": 3}),
        (
            "mojibake",
            {"mojibake": 1, "rows": 100, "last_rows": 100},
            {"mojibake": 2, "rows": 100, "last_rows": 100},
        ),
        ("creates", {"creates": 250}, {"creates": 251}),
        ("creates", {"creates": 9, "active": 12}, {"creates": 10, "active": 12}),
        ("updates", {"updates": 500}, {"updates": 501}),
        ("updates", {"updates": 19, "active": 20}, {"updates": 20, "active": 20}),
        ("column", {"column_updates": 500}, {"column_updates": 501}),
        ("column", {"column_updates": 4, "active": 5}, {"column_updates": 5, "active": 5}),
        ("row-count", {"rows": 800}, {"rows": 799}),
        ("row-count", {"rows": 4, "last_rows": 6}, {"rows": 3, "last_rows": 6}),
        ("row-growth", {"rows": 1500}, {"rows": 1501}),
        ("row-growth", {"rows": 4, "last_rows": 2}, {"rows": 5, "last_rows": 2}),
        ("entities", {"missing_entities": ()}, {"missing_entities": ("FR02",)}),
    ],
)
def test_each_rule_holds_above_its_threshold(
    rule: str, below: dict[str, object], above: dict[str, object]
) -> None:
    """A rule holds alone, as soon as its threshold is passed, and explains itself."""
    assert held(**below) == []
    assert held(**above) == [rule]
    (verdict,) = holding(judge(replace(QUIET, **above)))  # type: ignore[arg-type]  # as in Figures
    assert verdict.explanation.endswith(".")
    for text in (verdict.threshold, verdict.explanation):
        assert translate(text, "fr") != text


def test_every_rule_has_its_test() -> None:
    """The table of the test above names each rule."""
    (table,) = (
        mark.args[1]
        for mark in test_each_rule_holds_above_its_threshold.pytestmark  # type: ignore[attr-defined]  # set by pytest
    )
    assert {rule for rule, _, _ in table} == {rule.name for rule in RULES}
    assert {rule.name for rule in RULES} - {"first-import"} == LIMITS.keys()


def test_causes_are_told_before_symptoms() -> None:
    """When everything goes wrong at once, the first reason is the one that explains the others."""
    order = [rule.name for rule in RULES]
    causes = {
        "encoding", "lost-zeros", "key-churn", "swapped-identity", "shifted-columns", "date-order",
        "entities", "mojibake",
    }  # fmt: skip
    assert order[0] == "first-import"
    assert set(order[1 : 1 + len(causes)]) == causes


def test_a_mapping_states_other_thresholds() -> None:
    """The verdict tells the thresholds that were used, and a rule can be switched off."""
    figures = replace(QUIET, leavers=200, creates=400)
    overrides = {
        "leavers": Override(share=0.2, most=500),
        "creates": Override(enabled=False),
    }
    verdicts = {it.name: it for it in judge(figures, overrides)}
    assert holding(verdicts.values()) == []
    assert verdicts["leavers"].threshold == (
        "more than 20 % and at least 5 people, or more than 500"
    )
    assert verdicts["creates"].threshold == "switched off in the mapping"
    assert [it.name for it in holding(judge(figures))] == ["leavers", "creates"]


def test_a_file_may_be_too_short_or_too_long() -> None:
    """The explanation names the cause."""
    short, long = (judge(replace(QUIET, rows=rows)) for rows in (100, 9000))
    assert "it may be incomplete" in holding(short)[0].explanation
    assert "it may hold more than it should" in holding(long)[0].explanation


def test_a_first_file_may_create_everybody() -> None:
    """Creating everybody is what a first file is for."""
    assert held(first=True, first_import="apply", creates=1000, active=0, last_rows=0) == []


@pytest.mark.parametrize("change", [{"rows": 1}, {"missing_entities": ("FR02",)}])
def test_a_delta_may_be_short(change: dict[str, object]) -> None:
    """A delta names those who changed, and no others."""
    assert held(mode="delta", **change) == []


def test_a_firm_of_twelve_that_loses_half_is_held() -> None:
    """A floor in people protects small firms, where a share of large ones would not."""
    assert held(active=12, rows=6, last_rows=12, leavers=6) == [
        "leavers",
        "small-firm",
        "row-count",
    ]


@given(
    st.sampled_from(["leavers", "errors", "mojibake", "creates", "updates", "column_updates"]),
    st.integers(0, 300),
    st.integers(0, 300),
    st.integers(0, 2000),
)
def test_more_of_the_same_is_never_held_less(name: str, some: int, more: int, active: int) -> None:
    """A rule that holds for some people holds for more of them."""
    few, many = (held(**{name: count, "active": active}) for count in (some, some + more))
    assert set(few) <= set(many)


def test_every_rule_has_an_example() -> None:
    """A rule that nothing brings about is not in the table."""
    assert list(SAFEGUARDS) == [rule.name for rule in RULES]


@pytest.mark.parametrize("rule", SAFEGUARDS)
def test_every_rule_is_the_first_to_explain_its_example(rule: str, feed: FeedHarness) -> None:
    """The cause is what people are told first, and nothing is applied."""
    _, example = SAFEGUARDS[rule]
    result = example(feed)
    holds = [it for it in result.report["safeguards"] if it["holds"]]
    assert result.state is State.HELD
    assert holds[0]["name"] == rule
    assert holds[0]["explanation"] in result.report["summary"]
