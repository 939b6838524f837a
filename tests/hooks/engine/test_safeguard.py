"""Safeguards: each rule at its threshold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wharfinger.hooks.engine import RULES, translate
from wharfinger.hooks.engine.language import Text
from wharfinger.hooks.engine.safeguard import Figures, holding, judge

QUIET = Figures(
    first=False,
    first_import="hold",
    mode="full",
    active=1000,
    leavers=0,
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


@pytest.mark.parametrize(
    ("rule", "below", "above"),
    [
        ("first-import", {"first": True, "first_import": "apply"}, {"first": True}),
        ("leavers", {"leavers": 50}, {"leavers": 51}),
        ("leavers", {"leavers": 4, "active": 12}, {"leavers": 5, "active": 12}),
        ("leavers", {"leavers": 100, "active": 9000}, {"leavers": 101, "active": 9000}),
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
        ("row-count", {"rows": 800}, {"rows": 799}),
        ("row-count", {"rows": 1500}, {"rows": 1501}),
        ("row-count", {"rows": 4, "last_rows": 6}, {"rows": 3, "last_rows": 6}),
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
    assert isinstance(verdict.explanation, Text)
    assert translate(verdict.explanation, "fr") != verdict.explanation


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
    assert held(active=12, rows=6, last_rows=12, leavers=6) == ["leavers", "row-count"]
