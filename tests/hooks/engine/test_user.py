"""Users: where they stand on a day, and how they are written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.hooks.engine import User, status
from wharfinger.hooks.engine.user import Absence, read_user


def user(**values: str) -> User:
    """A user with these values."""
    return User(key="FR01/1", feed="a:/b", values=values)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-03", None, "upcoming"),
        ("2026-11-02", None, "active"),
        ("2020-01-01", "2026-11-02", "active"),
        ("2020-01-01", "2026-11-01", "ended"),
        ("2026-11-03", "2026-11-30", "upcoming"),
        (None, None, "active"),
    ],
)
def test_status_follows_from_the_dates(start: str | None, end: str | None, expected: str) -> None:
    """The first and the last day of a contract are days at work."""
    dates = {"dtContractStart": start, "dtContractEnd": end}
    someone = user(**{name: value for name, value in dates.items() if value})
    assert status(someone, "2026-11-02") == expected


@given(
    st.dictionaries(st.text(), st.text()),
    st.none() | st.text(),
    st.none() | st.text(),
    st.sampled_from([None, "date", "absence", "status"]),
    st.none() | st.builds(Absence, st.text(), st.text()),
    st.lists(st.text()).map(tuple),
)
def test_the_canonical_form_is_the_user(
    values: dict[str, str],
    manager: str | None,
    reference: str | None,
    ended_by: str | None,
    absence: Absence | None,
    edited: tuple[str, ...],
) -> None:
    """A user comes back from its canonical form, and equal users have the same one."""
    one = User(
        key="k",
        feed="f",
        values=values,
        manager=manager,
        reference=reference,
        ended_by=ended_by,  # type: ignore[arg-type]  # sampled from those that there are
        absence=absence,
        edited=edited,
    )
    again = read_user(one.canonical())
    assert again == one
    assert again.canonical() == one.canonical()
    turned = dict(reversed(list(values.items())))
    other = User(
        key="k",
        feed="f",
        values=turned,
        manager=manager,
        reference=reference,
        ended_by=ended_by,  # type: ignore[arg-type]  # as above
        absence=absence,
        edited=edited,
    )
    assert other.canonical() == one.canonical()


def test_a_record_from_before_there_were_edits() -> None:
    """It is read as a user who was never edited, and stays as it is, byte for byte."""
    record = user(mail="a@b.fr").canonical()
    assert "edited" not in record
    assert read_user(record).edited == ()
    assert read_user(record).canonical() == record
