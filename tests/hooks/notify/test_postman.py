"""Letters, from the outbox to a real SMTP server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from post_office import PostOffice, authenticate
from wharfinger.certs import load_certificate, server_context
from wharfinger.hooks.engine import OutboxEntry, approve, deliveries, load_mapping, post, run_import
from wharfinger.hooks.engine.testing import FeedHarness, make_row, write_csv
from wharfinger.hooks.notify import MailServer, Postman, Subscription
from wharfinger.hooks.notify.postman import RETRY_AFTER, retry_at

LEA, MAX = "lea@acme.test", "max@acme.test"


@pytest.fixture
def office(no_leaks: None) -> Iterator[PostOffice]:
    """A mail server."""
    with PostOffice() as office:
        yield office


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    """What is logged, down to the least severe."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("debug"))
    with capture_logs() as logs:
        yield logs
    structlog.configure(wrapper_class=before)


def new_feed(tmp_path: Path, client: str = "acme") -> FeedHarness:
    """The feed of a client."""
    (tmp_path / client).mkdir()
    return FeedHarness(tmp_path / client, load_mapping("users"))


def subscribe(feed: FeedHarness, *recipients: str, **changes: Any) -> Subscription:
    """The people who are told of a feed."""
    chosen: dict[str, Any] = {
        "client": "acme",
        "directory": feed.directory,
        "account": "acme-payroll",
        "folder": "/hr/users",
        "recipients": recipients,
        "when": "change",
        "details": "minimal",
        "language": "en",
    }
    return Subscription(**{**chosen, **changes})


def postman(office: PostOffice, *subscriptions: Subscription, **changes: Any) -> Postman:
    """A postman for these people."""
    chosen = {"host": "127.0.0.1", "port": office.port, "tls": "off", "sender": "w@wharf.test"}
    return Postman(MailServer(**{**chosen, **changes}), lambda: subscriptions)


def guarded(keys: Path) -> dict[str, Any]:
    """A server that talks to nobody who is not encrypted and logged in."""
    return {
        "tls_context": server_context(load_certificate(keys / "tls.crt", keys / "tls.key")),
        "require_starttls": True,
        "authenticator": authenticate,
        "auth_required": True,
    }


def run(postman: Postman, now: datetime | None = None) -> datetime:
    """Send what is due."""
    return asyncio.run(postman.run(now or datetime.now(UTC)))


def to(office: PostOffice) -> list[str]:
    """Whom messages were sent to, in the order of their coming."""
    return [message["To"] for message in office.messages]


def test_an_import_is_told_once(office: PostOffice, tmp_path: Path) -> None:
    """To each recipient, in text and HTML; looking again sends nothing more."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")), first_import="hold", language="fr")
    post = postman(office, subscribe(feed, LEA, MAX))
    run(post)
    assert sorted(to(office)) == [LEA, MAX]
    message = office.messages[0]
    assert message["Subject"] == "acme: en attente +1 ~0 -0 !0"
    assert message["From"] == "wharfinger <w@wharf.test>"
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "wharfinger import approve import-1" in text.get_content()
    assert "l’approuve" in html.get_content()
    run(post)
    run(postman(office, subscribe(feed, LEA, MAX)))
    assert len(office.messages) == 2


def test_what_nobody_wants_to_know_is_not_told(office: PostOffice, tmp_path: Path) -> None:
    """Another folder's imports, and those that change nothing."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")), folder="/hr/other")
    feed.send(write_csv(make_row("1")), folder="/hr/other")
    run(postman(office, subscribe(feed, LEA), subscribe(feed, MAX, folder="/hr/other")))
    assert to(office) == [MAX]


def test_what_an_import_has_moved_on_from_is_not_told(office: PostOffice, tmp_path: Path) -> None:
    """Nobody is asked to approve what was approved before the mail went out."""
    feed = new_feed(tmp_path)
    request = feed.request(write_csv(make_row("1")), first_import="hold")
    run_import(request, feed.directory)
    approve(request, feed.directory, "Léa")
    run(postman(office, subscribe(feed, LEA)))
    assert [it["Subject"] for it in office.messages] == ["acme: applied +1 ~0 -0 !0"]


def test_whoever_is_added_later_does_not_get_the_history(
    office: PostOffice, tmp_path: Path
) -> None:
    """What is older than three days is told to nobody."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")))
    run(postman(office, subscribe(feed, LEA)), datetime.now(UTC) + timedelta(days=4))
    assert not office.messages


def test_a_server_that_is_down_gets_it_later(tmp_path: Path, no_leaks: None) -> None:
    """Tried again when it is due, not before, with the same id; the postman says when."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")))
    with PostOffice() as office:
        pass
    post, now = postman(office, subscribe(feed, LEA)), datetime.now(UTC)
    run(post, now)
    (delivery,) = deliveries(feed.directory, "import-1")
    assert (delivery.state, delivery.attempts) == ("queued", 1)
    assert delivery.due == (now + RETRY_AFTER[0]).isoformat()
    with office:
        run(post, now + RETRY_AFTER[0] / 2)
        assert not office.messages
        run(post, now + RETRY_AFTER[0])
        assert to(office) == [LEA]
    (delivery,) = deliveries(feed.directory, "import-1")
    assert (delivery.state, delivery.error) == ("sent", None)


def test_a_server_that_stays_down_is_given_up_after_a_day(tmp_path: Path) -> None:
    """And that is noted."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")))
    with PostOffice() as office:
        pass
    post, now, begin = postman(office, subscribe(feed, LEA)), datetime.now(UTC), datetime.now(UTC)
    for pause in (*RETRY_AFTER, timedelta(0)):
        run(post, now)
        now += pause
    assert timedelta(hours=20) < now - begin < timedelta(hours=28)
    (delivery,) = deliveries(feed.directory, "import-1")
    assert (delivery.state, delivery.attempts) == ("failed", len(RETRY_AFTER) + 1)
    assert retry_at(len(RETRY_AFTER), now) is None


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_a_busy_server_gets_it_later(office: PostOffice, tmp_path: Path, where: str) -> None:
    """A refusal for now (4xx) is tried again, and keeps its id."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")))
    post, now = postman(office, subscribe(feed, LEA)), datetime.now(UTC)
    if where == "rcpt":
        office.refused[LEA] = "450 try later"
    else:
        office.next_reply = "451 try later"
    run(post, now)
    (delivery,) = deliveries(feed.directory, "import-1")
    assert delivery.state == "queued"
    assert "try later" in (delivery.error or "")
    office.refused.clear()
    run(post, now + RETRY_AFTER[0])
    assert to(office) == [LEA]


def test_a_recipient_who_is_refused_holds_nobody_up(office: PostOffice, tmp_path: Path) -> None:
    """It is noted with the server's words and not tried again; the others get theirs."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")))
    office.refused[LEA] = "550 5.1.1 no such user"
    post, now = postman(office, subscribe(feed, LEA, MAX)), datetime.now(UTC)
    run(post, now)
    assert to(office) == [MAX]
    refused, sent = deliveries(feed.directory, "import-1")
    assert (refused.target, refused.state) == (f"mail:{LEA}", "failed")
    assert "550 5.1.1 no such user" in (refused.error or "")
    assert sent.state == "sent"
    office.refused.clear()
    run(post, now + timedelta(hours=2))
    assert to(office) == [MAX]


def test_clients_do_not_wait_for_each_other(office: PostOffice, tmp_path: Path) -> None:
    """One whose directory cannot be read is logged; the other one's mail goes out."""
    sound, broken = new_feed(tmp_path), new_feed(tmp_path, "broken")
    sound.send(write_csv(make_row("1")))
    broken.directory.write_bytes(b"no database" * 100)
    run(postman(office, subscribe(broken, MAX, client="broken"), subscribe(sound, LEA)))
    assert to(office) == [LEA]


def test_starttls_and_a_login(tmp_path: Path, keys: Path, no_leaks: None) -> None:
    """Encrypted before anything is said, with the authority of the settings; then logged in."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")))
    password = tmp_path / "password"
    password.write_text("tide\n")
    chosen = {"host": "localhost", "tls": "starttls", "user": "wharf", "password_file": password}
    with PostOffice(guarded(keys)) as office:
        run(postman(office, subscribe(feed, LEA), authority=None, **chosen))
        (delivery,) = deliveries(feed.directory, "import-1")
        assert "certificate" in (delivery.error or "").lower()
        later = datetime.now(UTC) + timedelta(hours=1)
        run(postman(office, subscribe(feed, LEA), authority=keys / "tls.crt", **chosen), later)
        assert to(office) == [LEA]


def test_no_mail_goes_in_the_clear_unless_that_was_chosen(
    office: PostOffice, tmp_path: Path
) -> None:
    """A server that offers no STARTTLS gets nothing."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")))
    run(postman(office, subscribe(feed, LEA), tls="starttls"))
    assert not office.messages
    assert deliveries(feed.directory, "import-1")[0].state == "queued"


def test_a_wrong_password_is_no_refusal_of_anybody(
    tmp_path: Path, keys: Path, no_leaks: None, logs: list[Any]
) -> None:
    """It is mended in the settings, so the mail waits for that."""
    feed = new_feed(tmp_path)
    feed.send(write_csv(make_row("1")))
    password = tmp_path / "password"
    password.write_text("ebb")
    chosen = {"host": "localhost", "tls": "starttls", "authority": keys / "tls.crt"}
    with PostOffice(guarded(keys)) as office:
        run(postman(office, subscribe(feed, LEA), user="wharf", password_file=password, **chosen))
    (delivery,) = deliveries(feed.directory, "import-1")
    assert delivery.state == "queued"
    assert "535" in (delivery.error or "")
    assert logs
    assert "ebb" not in repr(delivery) + repr(logs)


def test_logs_name_nobody(office: PostOffice, tmp_path: Path, logs: list[Any]) -> None:
    """Neither recipients nor users, whether mail goes out or not."""
    feed = new_feed(tmp_path)
    office.refused[MAX] = f"550 {MAX} is unknown"
    feed.send(write_csv(make_row("1"), make_row("2", mail="jean@@")))
    run(postman(office, subscribe(feed, LEA, MAX)))
    assert len(logs) >= 2
    assert not [word for word in ("lea", "max", "Dupont", "jean", "FR01") if word in repr(logs)]


def test_names_make_no_headers(office: PostOffice, tmp_path: Path) -> None:
    """A client or a file with line breaks in its name adds nothing to the head of a message."""
    feed = new_feed(tmp_path)
    evil = "acme\r\nBcc: eve@evil.test\r\n\r\nHello"
    feed.send(write_csv(make_row("1")), client=evil, file_name=f"{evil}.csv")
    run(postman(office, subscribe(feed, LEA)))
    (source,) = office.sources
    head = source.partition(b"\r\n\r\n")[0]
    assert b"\r\nBcc" not in head
    assert office.messages[0]["Bcc"] is None
    assert to(office) == [LEA]


def test_a_file_that_did_not_come_is_told_once(office: PostOffice, tmp_path: Path) -> None:
    """To everybody who is told of the folder, in the folder's language, whatever they chose."""
    feed, now = new_feed(tmp_path), datetime.now(UTC)
    body = {
        "feed": "acme-payroll:/hr/users",
        "account": "acme-payroll",
        "folder": "/hr/users",
        "day": "2026-11-25",
        "by": "09:30",
    }
    for _ in range(2):
        entry = OutboxEntry(
            id="missing:1", at=now.isoformat(), kind="missing", import_id=None, body=body
        )
        post(feed.directory, entry)
    run(postman(office, subscribe(feed, LEA, when="problem", language="fr")))
    (message,) = office.messages
    assert message["Subject"] == "acme : pas de fichier dans /hr/users"
    text = message.get_body(("plain",))
    assert text is not None
    assert "avant 09:30 le 2026-11-25" in text.get_content()
