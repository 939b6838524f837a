"""How wharfinger.db came to be what it is: one function a step, never changed once released."""

from __future__ import annotations

import sqlite_utils
from sqlite_utils.migrations import Migrations

migrations = Migrations("wharfinger")


@migrations()
def m001_registry(db: sqlite_utils.Database) -> None:
    """Clients, hosts, accounts, public keys and folders."""
    db.executescript(
        """
        create table clients (
            name text primary key,
            timezone text not null,
            created_at text not null
        );
        create table hosts (name text primary key, definition text not null);
        create table accounts (
            id integer primary key autoincrement,
            login text not null unique collate nocase,
            client text not null references clients (name) on delete cascade,
            host text not null,
            protocols text not null,
            password_hash text,
            allowed_ips text not null,
            enabled integer not null,
            created_at text not null
        );
        create table public_keys (
            account_id integer not null references accounts (id) on delete cascade,
            algorithm text not null,
            fingerprint text not null,
            line text not null,
            primary key (account_id, fingerprint)
        );
        create table folders (
            login text not null references accounts (login) on delete cascade,
            path text not null,
            name text not null,
            direction text not null,
            mapping text,
            mode text not null,
            first_import text not null,
            complete_on text not null,
            answer text not null,
            primary key (login, path)
        );
        """
    )


@migrations()
def m002_journal(db: sqlite_utils.Database) -> None:
    """Receipts of uploads, and how far each hook is with them."""
    db.executescript(
        """
        create table uploads (
            seq integer primary key autoincrement,
            id text not null unique,
            client text not null,
            account text not null,
            account_id integer not null,
            folder text not null,
            path text not null,
            -- the temporary name that a rename made final, else null
            renamed_from text,
            size integer not null,
            sha256 text not null,
            protocol text not null,
            peer text not null,
            received_at text not null,
            recorded_at text not null,
            -- name of the snapshot in the client's spool
            snapshot text not null,
            -- mapping, mode and first import of the folder when the file came
            mapping text,
            mode text not null,
            first_import text not null,
            -- 0: the file still has to appear under its path; 1: it has; null: it never shall
            published integer,
            -- why the sender was refused, else null
            refusal text,
            run integer not null default 1,
            state text not null default 'queued'
        );
        create index uploads_waiting on uploads (seq) where state <> 'done';
        create index uploads_by_path on uploads (account, path, seq);
        create table deliveries (
            upload text not null references uploads (id) on delete cascade,
            hook text not null,
            run integer not null,
            state text not null,
            attempts integer not null,
            -- null unless the delivery is to be tried again
            next_attempt_at text,
            error text,
            changed_at text not null,
            primary key (upload, run, hook)
        );
        """
    )


@migrations()
def m003_language(db: sqlite_utils.Database) -> None:
    """The language in which a folder's reports are written, kept with each upload."""
    for table in ("folders", "uploads"):
        db.execute(f"alter table {table} add column language text not null default 'en'")


@migrations()
def m004_mail(db: sqlite_utils.Database) -> None:
    """Who is told of a folder's imports by mail, of which, and in what detail."""
    for column in (
        "notify text not null default '[]'",
        "notify_on text not null default 'change'",
        "mail_details text not null default 'minimal'",
    ):
        db.execute(f"alter table folders add column {column}")


@migrations()
def m005_proofs(db: sqlite_utils.Database) -> None:
    """What an account requires, who may use the listener for old clients, and who uses it."""
    db.execute("alter table accounts add column required text not null default 'any'")
    db.execute("alter table accounts add column legacy integer not null default 0")
    db.executescript(
        """
        create table last_logins (
            login text not null references accounts (login) on delete cascade,
            listener text not null,
            day text not null,
            peer text not null,
            client_version text not null,
            algorithms text not null,
            primary key (login, listener)
        );
        """
    )


@migrations()
def m006_expectations(db: sqlite_utils.Database) -> None:
    """By when a file is expected in a folder, and the last missing one that was told."""
    for column in (
        "expect_by text",
        "expect_days text not null default 'mon-fri'",
        "expect_since text",
    ):
        db.execute(f"alter table folders add column {column}")
    db.execute(
        """
        create table missing_files (
            login text not null,
            path text not null,
            day text not null,
            primary key (login, path),
            foreign key (login, path) references folders (login, path) on delete cascade
        )
        """
    )


@migrations()
def m007_companions(db: sqlite_utils.Database) -> None:
    """What waits for its marker, and the companions that came before their files."""
    db.executescript(
        """
        alter table uploads add column md5 text;
        drop index uploads_waiting;
        create index uploads_waiting on uploads (seq) where state in ('queued', 'parked');
        create table companions (
            client text not null,
            account text not null,
            -- path without its suffix
            stem text not null,
            suffix text not null,
            digest text,
            -- the upload that it counted for; null while it is kept for the next one
            upload text,
            primary key (account, stem, suffix)
        );
        """
    )


@migrations()
def m008_bans(db: sqlite_utils.Database) -> None:
    """Who is banned, and from where each login has succeeded."""
    db.executescript(
        """
        create table bans (
            -- an IPv4 address or an IPv6 /64
            address text primary key,
            since text not null,
            until text not null,
            why text not null,
            failures integer not null,
            times integer not null
        );
        create table known_sources (
            login text not null references accounts (login) on delete cascade,
            source text not null,
            day text not null,
            primary key (login, source)
        );
        """
    )


@migrations()
def m009_client_certificates(db: sqlite_utils.Database) -> None:
    """Certificates that clients prove over FTPS, as a JSON list of fingerprint and PEM."""
    db.execute("alter table accounts add column client_certificates text not null default '[]'")


@migrations()
def m010_audit(db: sqlite_utils.Database) -> None:
    """The last line of the audit log, and where its file ends."""
    db.execute(
        """
        create table audit_head (
            one integer primary key check (one = 1),
            seq integer not null,
            digest text not null,
            day text not null,
            size integer not null
        )
        """
    )


@migrations()
def m011_limits(db: sqlite_utils.Database) -> None:
    """What each account may use; null is no limit of its own."""
    for column in ("max_sessions", "max_file_size", "max_space", "max_rate"):
        db.execute(f"alter table accounts add column {column} integer")
