"""Held imports that nobody decides about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wharfinger.hooks.engine import (
    IllegalState,
    ImportRequest,
    State,
    approve,
    expire,
    get_import,
    next_expiry,
    reject,
    run_import,
    unsent,
)
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv

HELD = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
EXPIRY = HELD + timedelta(hours=72)
JUST_BEFORE = EXPIRY - timedelta(seconds=1)


@pytest.fixture
def held(feed: FeedHarness) -> ImportRequest:
    """A first file that waits for approval."""
    request = feed.request(write_csv(make_row("1")), first_import="hold")
    assert run_import(request, feed.directory, clock=lambda: HELD).state is State.HELD
    return request


def test_a_held_import_says_when_it_expires(feed: FeedHarness, held: ImportRequest) -> None:
    """To programs in UTC, and to people as the client's clocks show it."""
    record = get_import(feed.directory, held.import_id)
    assert record.expires_at == record.report["expires"] == EXPIRY.isoformat()
    assert "before 2026-11-05 13:00 (Europe/Paris)" in record.report["next_step"]
    assert next_expiry(feed.directory) == EXPIRY


def test_it_expires_when_its_time_is_over(feed: FeedHarness, held: ImportRequest) -> None:
    """Not a second before, however late somebody looks, and once."""
    assert expire(feed.directory, JUST_BEFORE) == []
    (result,) = expire(feed.directory, EXPIRY + timedelta(days=9))
    assert (result.import_id, result.state) == (held.import_id, State.EXPIRED)
    assert result.report["summary"].startswith("Nobody approved")
    assert "upload replay upload-1" in result.report["next_step"]
    assert result.report["expires"] is None
    assert expire(feed.directory, EXPIRY + timedelta(days=9)) == []
    assert next_expiry(feed.directory) is None
    assert feed.users() == {}
    told = [entry.id for entry in unsent(feed.directory, "mail", EXPIRY + timedelta(days=10))]
    assert told == ["import-1:held", "import-1:expired"]


def test_an_expired_import_cannot_be_approved(feed: FeedHarness, held: ImportRequest) -> None:
    """The refusal says how to go on."""
    expire(feed.directory, EXPIRY)
    with pytest.raises(IllegalState, match="expired") as caught:
        approve(held, feed.directory, "Léa", clock=lambda: EXPIRY)
    assert "upload replay" in caught.value.hint
    with pytest.raises(IllegalState):
        reject(feed.directory, held.import_id, "Léa")
    assert feed.users() == {}


def test_an_approval_that_comes_too_late_is_refused(feed: FeedHarness, held: ImportRequest) -> None:
    """Also where nobody has noticed yet that the time is over."""
    with pytest.raises(IllegalState, match="expired"):
        approve(held, feed.directory, "Léa", clock=lambda: EXPIRY)
    assert get_import(feed.directory, held.import_id).state is State.EXPIRED
    assert feed.users() == {}


def test_an_approval_in_time_ends_the_wait(feed: FeedHarness, held: ImportRequest) -> None:
    """What was decided does not expire."""
    approve(held, feed.directory, "Léa", clock=lambda: JUST_BEFORE)
    assert next_expiry(feed.directory) is None
    assert expire(feed.directory, EXPIRY) == []
    assert get_import(feed.directory, held.import_id).expires_at is None


def test_an_expired_file_can_be_sent_again(feed: FeedHarness, held: ImportRequest) -> None:
    """Its next run is planned as if it had never been there."""
    expire(feed.directory, EXPIRY)
    content = held.file.read_bytes()
    again = feed.send(content, import_id="import-1.2", first_import="hold")
    assert again.state is State.HELD
    assert again.counts["creates"] == 1


def test_a_client_may_have_more_or_less_time(feed: FeedHarness) -> None:
    """As the request says."""
    request = feed.request(write_csv(make_row("1")), first_import="hold", approval_hours=1)
    run_import(request, feed.directory, clock=lambda: HELD)
    assert next_expiry(feed.directory) == HELD + timedelta(hours=1)
