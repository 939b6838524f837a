"""The tables of the embedded directory, and the steps by which they came to be."""

from __future__ import annotations

from sqlite_utils import Database, Migrations
from sqlite_utils.db import Table

MIGRATIONS = Migrations("directory")


@MIGRATIONS(name="001_users_history_imports")
def _create(db: Database) -> None:
    _create_users(db)
    _create_history(db)
    _create_imports(db)


def _create_users(db: Database) -> None:
    users = _table(db, "users")
    users.create(
        {
            "key": str,
            "digest": bytes,
            "feed": str,
            "entity": str,
            "start": str,
            "end": str,
            "pending": int,
            "marked": int,
            # what references to managers are compared with
            "entity_token": str,
            "number": str,
            "mail": str,
            "login": str,
            "name": str,
            "reference": str,
            "manager": str,
            "record": str,
        },
        pk="key",
        not_null={"feed", "entity", "start", "pending", "marked", "record"},
    )
    for column in ("number", "mail", "login", "name", "reference", "manager"):
        users.create_index([column])
    # few users are either, so the indexes stay small
    db.execute("CREATE INDEX users_pending ON users (key) WHERE pending")
    db.execute("CREATE INDEX users_marked ON users (feed) WHERE marked")


def _create_history(db: Database) -> None:
    history = _table(db, "history")
    history.create(
        {
            "id": int,
            "import_id": str,
            "key": str,
            "kind": str,
            "line": int,
            "at": str,
            "before": str,
            "after": str,
        },
        pk="id",
        not_null={"import_id", "key", "kind", "at"},
    )
    history.create_index(["key"])
    history.create_index(["import_id"])


def _create_imports(db: Database) -> None:
    imports = _table(db, "imports")
    imports.create(
        {
            "number": int,
            "id": str,
            "upload_id": str,
            "feed": str,
            "file_name": str,
            "sha256": str,
            "received_at": str,
            "day": str,
            "mode": str,
            "mapping": str,
            "state": str,
            "plan_hash": str,
            "counts": str,
            "facts": str,
            "report": str,
            "corrected_csv": bytes,
            "finished_at": str,
            "decided_by": str,
            "decided_at": str,
        },
        pk="number",
        not_null={"id", "feed", "state"},
    )
    imports.create_index(["id"], unique=True)
    imports.create_index(["feed", "state"])


@MIGRATIONS(name="002_outbox")
def _create_outbox(db: Database) -> None:
    outbox = _table(db, "outbox")
    outbox.create(
        {"number": int, "id": str, "at": str, "kind": str, "import_id": str, "body": str},
        pk="number",
        not_null={"id", "at", "kind", "body"},
    )
    outbox.create_index(["id"], unique=True)
    deliveries = _table(db, "outbox_deliveries")
    deliveries.create(
        {
            "event": str,
            "target": str,
            "state": str,
            "attempts": int,
            "due": str,
            "error": str,
        },
        pk=("event", "target"),
        not_null={"state", "attempts"},
    )


@MIGRATIONS(name="003_history_person")
def _add_person(db: Database) -> None:
    _table(db, "history").add_column("person", str)


@MIGRATIONS(name="004_expiry")
def _add_expiry(db: Database) -> None:
    _table(db, "imports").add_column("expires_at", str)
    db.execute("CREATE INDEX imports_expiring ON imports (expires_at) WHERE state = 'held'")


@MIGRATIONS(name="005_days")
def _add_days(db: Database) -> None:
    _table(db, "watermarks").create({"name": str, "value": str}, pk="name", not_null={"value"})
    _table(db, "users").create_index(["start"])
    # few contracts have an end, so the index stays small
    db.execute('CREATE INDEX users_end ON users ("end") WHERE "end" NOT NULL')


def _table(db: Database, name: str) -> Table:
    table = db[name]
    assert isinstance(table, Table)  # noqa: S101  # not a view; for the type checker
    return table
