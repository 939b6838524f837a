"""The hand-over sheet: all that a client needs to push its first file."""

from __future__ import annotations

import json

from ...certs import HostKeys, host_key_fingerprints, load_certificate, read_host_keys
from ..accounts import PROTOCOLS, SFTP_LEGACY, Account
from ..app.mounts import REPORTS
from ..settings import Address
from .first_upload import Destination, upload_commands
from .office import Office

_PROTOCOL_NAMES = {
    "sftp": "SFTP",
    "sftp_legacy": "SFTP for clients that know only old algorithms",
    "ftps": "FTPS (implicit TLS)",
    "ftpes": "FTPES (explicit TLS)",
}


def sheet_data(office: Office, account: Account, password: str | None) -> dict[str, object]:
    """The sheet as data; the password only when it was made just now."""
    certificate = load_certificate(*office.settings.certificate_files)
    host_keys = read_host_keys(office.home.keys)
    return {
        "connect": {
            protocol: {"host": _host(office, address), "port": address.port or None}
            for protocol, address in _addresses(office, account).items()
            if address is not None
        },
        "generated_password": password,
        "folders": office.registry.folders(account.login),
        "reports": REPORTS,
        "ssh_fingerprints": host_key_fingerprints(host_keys.served),
        "next_ssh_fingerprints": host_key_fingerprints(host_keys.announced),
        "tls_sha256": certificate.fingerprint,
    }


def _fingerprint_lines(keys: HostKeys, *, announced: bool = False) -> list[str]:
    shown = host_key_fingerprints(keys.announced if announced else keys.served)
    return [f"  {kind:<20} {fingerprint}" for kind, fingerprint in shown.items()]


def handover_sheet(office: Office, account: Account, password: str | None) -> str:
    """The sheet as text, ready to be sent; send the password by another way than the rest."""
    addresses = {
        protocol: address
        for protocol, address in _addresses(office, account).items()
        if address is not None
    }
    lines = ["HAND-OVER SHEET", "", f"login      {account.login}"]
    if password is not None:
        lines.append(f"password   {password}   (shown once; send it separately)")
    if account.second_factor:
        lines.append(f"opens with {account.second_factor} and password, both")
    for protocol, address in addresses.items():
        where = f"{_host(office, address)} port {address.port or '(shown by wharfinger serve)'}"
        lines.append(f"{protocol:<10} {where}   {_PROTOCOL_NAMES[protocol]}")
    if {"sftp", SFTP_LEGACY} & set(addresses):
        keys = read_host_keys(office.home.keys)
        lines += ["", "SSH host keys", *_fingerprint_lines(keys)]
        if keys.announced:
            lines += ["SSH host keys that follow: accept both"]
            lines += _fingerprint_lines(keys, announced=True)
    if {"ftps", "ftpes"} & set(addresses):
        certificate = load_certificate(*office.settings.certificate_files)
        lines += ["", "TLS certificate, SHA-256", f"  {certificate.fingerprint}"]
    lines += ["", "folders", *_folder_lines(office, account)]
    lines += ["", "first upload", *_command_lines(office, account, addresses)]
    return "\n".join(lines)


def _folder_lines(office: Office, account: Account) -> list[str]:
    directions = {"in": "upload", "out": "download"}
    lines = [
        f"  {folder.path:<20} {folder.name} ({directions[folder.direction]})"
        for folder in office.registry.folders(account.login)
    ]
    if not lines:
        more = f"wharfinger folder add {account.login} /hr/users --name Users --mapping users"
        lines.append(f"  none yet: {more}")
    return [*lines, f"  {REPORTS:<20} Reports of imports (download)"]


def _command_lines(office: Office, account: Account, addresses: dict[str, Address]) -> list[str]:
    inbound = [f.path for f in office.registry.folders(account.login) if f.direction == "in"]
    certificate = load_certificate(*office.settings.certificate_files)
    lines = []
    for protocol, address in addresses.items():
        to = Destination(
            login=account.login,
            host=_host(office, address),
            port=address.port or "PORT",
            folder=inbound[0] if inbound else "/hr/users",
            certificate=certificate,
        )
        lines += [f"  {command}" for command in upload_commands(protocol, to)]
    return lines


def _addresses(office: Office, account: Account) -> dict[str, Address | None]:
    """Where the account may log in: really, while the server runs; else as the settings say."""
    running = office.home.running()
    listening = json.loads(running) if running is not None else None
    found: dict[str, Address | None] = {}
    for listener in (*PROTOCOLS, SFTP_LEGACY):
        if not account.reaches(listener):
            continue
        if listening is None:
            found[listener] = getattr(office.settings, listener)
        else:
            found[listener] = Address(**listening[listener]) if listening.get(listener) else None
    return found


def _host(office: Office, address: Address) -> str:
    if office.settings.public_host:
        return office.settings.public_host
    return "localhost" if address.host in ("0.0.0.0", "::", "127.0.0.1") else address.host  # noqa: S104 - compared
