"""`wharfinger account …`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from ..accounts import PROTOCOLS, REQUIREMENTS, Account, LastLogin
from ..accounts.account import read_public_key
from ..accounts.certificate import read_client_certificate
from ..accounts.credential import generate_password
from ..accounts.limits import Limits
from ..exceptions import InputInvalid
from .answer import confirm, print_fields, print_json, print_table
from .handover import handover_sheet, sheet_data
from .office import ExistingFile, Office, WharfingerGroup, pass_office

#: shorter passwords get a warning
_SHORT = 12

T = TypeVar("T")

_protocol = click.option(
    "--protocol",
    "protocols",
    multiple=True,
    type=click.Choice(PROTOCOLS),
    help="A connection type; may be given several times.  [default: those of the host]",
)
_password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
_generate_password = click.option(
    "--generate-password", is_flag=True, help="Make a password, and show it once."
)
_public_key = click.option(
    "--public-key",
    "public_keys",
    multiple=True,
    type=ExistingFile(),
    metavar="FILE",
    help="A public key (OpenSSH or RFC 4716 file); may be given several times.",
)
_require = click.option(
    "--require",
    "required",
    type=click.Choice(REQUIREMENTS),
    help="What a login has to prove: any of what the account has, its key and its password (over"
    " SFTP only), or its certificate and its password (over FTPS only).  [default: any]",
)
_client_certificate = click.option(
    "--client-certificate",
    "client_certificates",
    multiple=True,
    type=ExistingFile(),
    metavar="FILE",
    help="A certificate (PEM) for --require certificate+password; may be given several times.",
)
_legacy = click.option(
    "--legacy/--no-legacy",
    default=None,
    help="Whether it may use the listener for old clients (setting sftp_legacy).  [default: no]",
)
_allow_ip = click.option(
    "--allow-ip",
    "allowed_ips",
    multiple=True,
    metavar="CIDR",
    help="A network to log in from; may be given several times.  [default: anywhere]",
)


_BYTES = "Bytes; 0 for no limit."


def _limits(command: Callable[..., None]) -> Callable[..., None]:
    """The options of what an account may use."""
    helps = {
        "max_rate": f"Bytes a second for all its sessions together. {_BYTES}",
        "max_space": f"Space under its folders. {_BYTES}",
        "max_file_size": f"Largest file. {_BYTES}",
        "max_sessions": "Sessions at the same time; 0 for no limit.",
    }
    for name, text in helps.items():
        option = f"--{name.replace('_', '-')}"
        command = click.option(option, name, type=click.IntRange(0), metavar="N", help=text)(
            command
        )
    return command


def _chosen_limits(limits: dict[str, int | None]) -> dict[str, int | None]:
    return {name: value or None for name, value in limits.items() if value is not None}


@click.group("account", cls=WharfingerGroup)
def group() -> None:
    """Logins of clients."""


@group.command("add")
@click.argument("login")
@click.option("--client", required=True, metavar="NAME", help="The client that it belongs to.")
@click.option("--host", default="default", show_default=True, help="The preset to make it from.")
@_protocol
@_password_stdin
@_generate_password
@_public_key
@_allow_ip
@_require
@_client_certificate
@_legacy
@_limits
@pass_office
def add(
    office: Office,
    /,
    login: str,
    *,
    client: str,
    host: str,
    protocols: tuple[str, ...],
    password_stdin: bool,
    generate_password: bool,
    public_keys: tuple[Path, ...],
    allowed_ips: tuple[str, ...],
    required: str | None,
    client_certificates: tuple[Path, ...],
    legacy: bool | None,
    **limits: int | None,
) -> None:
    """Add an account, and print the sheet to hand over to the client."""
    password = _password(from_stdin=password_stdin, generate=generate_password)
    if password is None and not public_keys:
        raise click.UsageError(
            "nothing would open the account: give --generate-password, --password-stdin"
            " or --public-key FILE"
        )
    office.provisioning.add_account(
        login,
        client=client,
        host=host,
        protocols=protocols or None,
        password=password,
        public_keys=_read(public_keys, read_public_key),
        allowed_ips=allowed_ips,
        required=required or "any",
        legacy=bool(legacy),
        client_certificates=_read(client_certificates, read_client_certificate),
        limits=Limits(**_chosen_limits(limits)),
    )
    _show(office, login, password if generate_password else None)


@group.command("list")
@click.option("--client", metavar="NAME", help="Only those of this client.")
@pass_office
def list_accounts(office: Office, client: str | None) -> None:
    """List accounts."""
    accounts = office.registry.accounts(client)
    if office.json:
        print_json([_data(account) for account in accounts])
        return
    print_table(
        ("account", "client", "host", "protocols", "opens with", "from", "enabled"),
        (
            (
                a.login,
                a.client,
                a.host,
                a.protocols,
                _proofs(a),
                a.allowed_ips or "anywhere",
                a.enabled,
            )
            for a in accounts
        ),
        empty="There are no accounts yet. Next: wharfinger account add LOGIN --client NAME",
    )


@group.command("show")
@click.argument("login")
@pass_office
def show(office: Office, login: str) -> None:
    """Show an account, with the sheet to hand over (without its password)."""
    _show(office, login, None)


@group.command("edit")
@click.argument("login")
@_protocol
@_password_stdin
@_generate_password
@_public_key
@click.option("--no-public-keys", is_flag=True, help="Take all public keys away.")
@_allow_ip
@click.option("--allow-any-ip", is_flag=True, help="Let it log in from anywhere.")
@_require
@_client_certificate
@_legacy
@_limits
@pass_office
def edit(
    office: Office,
    /,
    login: str,
    *,
    protocols: tuple[str, ...],
    password_stdin: bool,
    generate_password: bool,
    public_keys: tuple[Path, ...],
    no_public_keys: bool,
    allowed_ips: tuple[str, ...],
    allow_any_ip: bool,
    required: str | None,
    client_certificates: tuple[Path, ...],
    legacy: bool | None,
    **limits: int | None,
) -> None:
    """Change an account; what is not named stays. Keys and networks that are named replace all."""
    password = _password(from_stdin=password_stdin, generate=generate_password)
    changes: dict[str, Any] = {}
    if protocols:
        changes["protocols"] = protocols
    if password is not None:
        changes["password_hash"] = office.provisioning.hash_password(password)
    if public_keys or no_public_keys:
        changes["public_keys"] = _read(public_keys, read_public_key)
    if allowed_ips or allow_any_ip:
        changes["allowed_ips"] = allowed_ips
    if required is not None:
        changes["required"] = required
    if client_certificates:
        changes["client_certificates"] = _read(client_certificates, read_client_certificate)
    if legacy is not None:
        changes["legacy"] = int(legacy)
    changes |= _chosen_limits(limits)
    if not changes:
        raise click.UsageError("nothing to change: see wharfinger account edit --help")
    office.registry.edit_account(login, **changes)
    _show(office, login, password if generate_password else None)


@group.command("enable")
@click.argument("login")
@pass_office
def enable(office: Office, login: str) -> None:
    """Let an account log in again."""
    _set_enabled(office, login, enabled=True)


@group.command("disable")
@click.argument("login")
@pass_office
def disable(office: Office, login: str) -> None:
    """Let an account log in no more; its files and settings stay."""
    _set_enabled(office, login, enabled=False)


@group.command("remove")
@click.argument("login")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_office
def remove(office: Office, login: str, *, yes: bool) -> None:
    """Remove an account with its folders' settings; files, uploads and users stay."""
    account = office.registry.account(login)
    if not yes:
        confirm(f"Remove the account {login} of {account.client}?")
    office.registry.remove_account(login)
    if office.json:
        print_json({"removed": login})
        return
    click.echo(f"Removed the account {login}. Its files are still in the client's home.")


def _set_enabled(office: Office, login: str, *, enabled: bool) -> None:
    account = office.registry.edit_account(login, enabled=int(enabled))
    if office.json:
        print_json(_data(account))
        return
    click.echo(f"The account {login} is {'enabled' if enabled else 'disabled'}.")


def _show(office: Office, login: str, password: str | None) -> None:
    account = office.registry.account(login)
    second = account.second_factor
    logins = office.registry.last_logins(login)
    if office.json:
        data = {**_data(account), "last_logins": logins}
        print_json({**data, **sheet_data(office, account, password)})
        return
    print_fields(
        {
            "account": account.login,
            "client": account.client,
            "host": account.host,
            "opens with": _proofs(account),
            "takes": f"{second} and password, both" if second else "any of these",
            "from": account.allowed_ips or "anywhere",
            "old clients": "allowed" if account.legacy else "no",
            "limits": [
                f"{name} {value}" for name, value in asdict(account.limits).items() if value
            ],
            "enabled": account.enabled,
            "last login": [_last(last) for last in logins] or "none yet",
        }
    )
    for protocol in sorted(account.protocols):
        if not account.reaches(protocol):
            click.echo(f"\n{protocol} logins are refused: they cannot prove the {second}.")
    click.echo()
    click.echo(handover_sheet(office, account, password))


def _data(account: Account) -> dict[str, object]:
    """An account without its secrets."""
    return {
        "login": account.login,
        "client": account.client,
        "host": account.host,
        "protocols": sorted(account.protocols),
        "password": account.password_hash is not None,
        "public_keys": [key.fingerprint for key in account.public_keys],
        "client_certificates": [one.fingerprint for one in account.client_certificates],
        "allowed_ips": list(account.allowed_ips),
        "required": account.required,
        "legacy": account.legacy,
        "enabled": account.enabled,
        **asdict(account.limits),
        "created_at": account.created_at,
    }


def _proofs(account: Account) -> list[str]:
    keys = [f"{key.algorithm} {key.fingerprint}" for key in account.public_keys]
    certificates = [f"certificate {one.fingerprint}" for one in account.client_certificates]
    return (["password"] if account.password_hash else []) + keys + certificates


def _last(last: LastLogin) -> str:
    """`2026-11-25 over sftp by SSH-2.0-PuTTY (kex, host key, cipher, mac)`."""
    algorithms = ", ".join(filter(None, last.algorithms.values()))
    return f"{last.day} over {last.listener} by {last.client_version} ({algorithms})"


def _password(*, from_stdin: bool, generate: bool) -> str | None:
    if from_stdin and generate:
        raise click.UsageError("--password-stdin and --generate-password exclude each other")
    if generate:
        return generate_password()
    if not from_stdin:
        return None
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise InputInvalid(
            "no password came from standard input", hint="printf '%s' \"$PASSWORD\" | wharfinger …"
        )
    if len(password) < _SHORT:
        click.echo(
            f"wharfinger: this password is short; {_SHORT} characters or more are better", err=True
        )
    return password


def _read(files: Iterable[Path], read: Callable[[bytes], T]) -> list[T]:
    found = []
    for file in files:
        try:
            found.append(read(file.read_bytes()))
        except InputInvalid as error:
            raise InputInvalid(f"{file}: {error}", hint=error.hint) from None
    return found
