"""`wharfinger certs …`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ...certs import (
    ALGORITHMS,
    Certificate,
    CertsError,
    HostKeys,
    check_pair,
    describe,
    expiry_warning,
    load_certificate,
    read_host_keys,
    read_pair,
    renew_certificate,
    retire_host_key,
    rotate_host_key,
)
from ..exceptions import InputInvalid
from ..settings import Settings
from .answer import print_fields, print_json, print_table, printable
from .office import ExistingFile, Office, WharfingerGroup, pass_office

_TAKEN = "A running server takes it within half a minute, or at once on SIGHUP."


@click.group("certs", cls=WharfingerGroup)
def group() -> None:
    """The TLS certificate of FTPS and the SSH host keys of SFTP."""


@group.command("show")
@pass_office
@click.pass_context
def show(context: click.Context, office: Office) -> None:
    """Show what is in the files, and what is wrong with it; exit 1 if it cannot be served."""
    found = _inspect(office.settings, datetime.now(UTC))
    if office.json:
        print_json(_as_data(found))
    else:
        _print(found)
    context.exit(1 if found.problems else 0)


@group.command("check")
@click.argument("chain", type=ExistingFile())
@click.argument("key", type=ExistingFile())
@click.option("--host", help="A name that clients connect to. [default: public_host]")
@pass_office
def check(office: Office, chain: Path, key: Path, host: str | None) -> None:
    """Say whether a server would take this certificate chain with this key; exit 1 if not."""
    host = host or office.settings.public_host
    certificate = load_certificate(chain, key, host=host)
    warnings = _warnings(certificate, host, datetime.now(UTC))
    if office.json:
        print_json({"certificate": _fields(certificate), "warnings": warnings})
        return
    print_fields(_fields(certificate))
    for warning in warnings:
        click.echo(f"warning: {printable(warning)}")
    click.echo("\nA server would take it.")


@group.command("renew")
@pass_office
def renew(office: Office) -> None:
    """Make a new self-signed certificate with a new key; the old files are kept beside it.

    Clients that have pinned the old one have to be told the new fingerprint beforehand, or stop.
    """
    settings = office.settings
    if settings.tls_certificate is not None or settings.tls_key is not None:
        raise InputInvalid(
            "tls_certificate and tls_key in wharfinger.toml name files that others renew",
            hint="renew it where it came from; a running server takes the files",
        )
    chain, key = settings.certificate_files
    certificate = renew_certificate(chain, key, settings.public_host, datetime.now(UTC))
    if office.json:
        print_json(_fields(certificate))
        return
    print_fields(_fields(certificate))
    click.echo(f"\n{_TAKEN}")


@group.command("rotate-host-key")
@click.option(
    "--algorithm",
    type=click.Choice(list(ALGORITHMS)),
    default="ed25519",
    show_default=True,
    help="Which of the host keys.",
)
@pass_office
def rotate(office: Office, algorithm: str) -> None:
    """Make the successor of a host key, and announce it to clients.

    The old one is served until it is retired. OpenSSH learns the new one by itself where
    UpdateHostKeys is on; tell everybody else its fingerprint.
    """
    office.home.require()
    key = rotate_host_key(office.home.keys, algorithm)
    if office.json:
        print_json({"algorithm": key.get_algorithm(), "sha256": key.get_fingerprint()})
        return
    click.echo(f"Made {key.get_algorithm()} {key.get_fingerprint()}. {_TAKEN}")
    click.echo("Next: when clients know it, wharfinger certs retire-host-key OLD-FINGERPRINT")


@group.command("retire-host-key")
@click.argument("fingerprint")
@pass_office
def retire(office: Office, fingerprint: str) -> None:
    """Serve a host key's successor in its place; the old key is kept beside it.

    A successor's own fingerprint withdraws the successor.
    """
    office.home.require()
    aside = retire_host_key(office.home.keys, fingerprint, datetime.now(UTC))
    if office.json:
        print_json({"retired": fingerprint, "kept": aside})
        return
    click.echo(f"Retired {printable(fingerprint)}, kept as {printable(str(aside))}. {_TAKEN}")


@dataclass(frozen=True, slots=True)
class _Found:
    """What is in the files."""

    certificate: Certificate | None
    host_keys: HostKeys | None
    warnings: list[str]
    problems: list[CertsError]


def _inspect(settings: Settings, now: datetime) -> _Found:
    certificate, host_keys = None, None
    problems: list[CertsError] = []
    warnings: list[str] = []
    try:
        pair = read_pair(*settings.certificate_files)
        certificate = describe(pair)
        check_pair(pair, host=settings.public_host)
        warnings = _warnings(certificate, settings.public_host, now)
    except CertsError as error:
        problems.append(error)
    try:
        host_keys = read_host_keys(settings.layout.keys)
    except CertsError as error:
        problems.append(error)
    return _Found(certificate, host_keys, warnings, problems)


def _warnings(certificate: Certificate, host: str | None, now: datetime) -> list[str]:
    found = [expiry_warning(certificate, now)]
    if host is not None and not certificate.covers(host):
        found.append(
            f"the self-signed certificate does not name {host}: clients that check names refuse it"
        )
    return [warning for warning in found if warning is not None]


def _fields(certificate: Certificate) -> dict[str, Any]:
    left = certificate.not_after - datetime.now(UTC)
    return {
        "file": str(certificate.chain),
        "subject": certificate.subject,
        "names": list(certificate.names),
        "issuer": "itself" if certificate.self_signed else certificate.issuer,
        "expires": certificate.not_after,
        "days_left": max(0, left.days),
        "sha256": certificate.fingerprint,
    }


def _host_key_rows(keys: HostKeys | None) -> list[tuple[str, str, str]]:
    if keys is None:
        return []
    states = (("served", keys.served), ("announced", keys.announced))
    return [
        (key.get_algorithm(), key.get_fingerprint(), state)
        for state, some in states
        for key in some
    ]


def _as_data(found: _Found) -> dict[str, Any]:
    names = ("algorithm", "sha256", "state")
    return {
        "certificate": None if found.certificate is None else _fields(found.certificate),
        "host_keys": [
            dict(zip(names, row, strict=True)) for row in _host_key_rows(found.host_keys)
        ],
        "warnings": found.warnings,
        "problems": [
            {"code": error.code, "message": str(error), "hint": error.hint}
            for error in found.problems
        ],
    }


def _print(found: _Found) -> None:
    if found.certificate is not None:
        print_fields(_fields(found.certificate))
        click.echo()
    print_table(
        ("SSH host key", "fingerprint", "state"),
        _host_key_rows(found.host_keys),
        empty="There are no SSH host keys.",
    )
    for warning in found.warnings:
        click.echo(f"warning: {printable(warning)}")
    for error in found.problems:
        click.echo(f"problem: {printable(str(error))} ({printable(error.hint)})")
