"""`wharfinger init`."""

from __future__ import annotations

from pathlib import Path

import click

from ...certs import host_key_fingerprints, load_certificate, load_host_keys
from ..app.init import create_home
from .answer import print_fields, print_json
from .office import ExistingFile, Office, WharfingerCommand, pass_office


@click.command("init", cls=WharfingerCommand)
@click.option(
    "--tls-cert",
    type=ExistingFile(),
    help="Your own certificate chain (PEM) instead of a self-signed one.",
)
@click.option(
    "--tls-key",
    type=ExistingFile(),
    help="Its private key (PEM, no passphrase).",
)
@pass_office
def command(office: Office, tls_cert: Path | None, tls_key: Path | None) -> None:
    """Make a home: settings, SSH host keys, a TLS certificate, the database.

    In a home that exists, only what is missing is made.
    """
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together")
    tls = (tls_cert, tls_key) if tls_cert is not None and tls_key is not None else None
    new = create_home(office.home, tls=tls)
    certificate = load_certificate(*office.settings.certificate_files)
    data = {
        "home": str(office.home.root),
        "created": new,
        "settings": str(office.home.settings),
        "ssh_fingerprints": host_key_fingerprints(load_host_keys(office.home.keys)),
        "tls": {
            "subject": certificate.subject,
            "expires": certificate.not_after,
            "sha256": certificate.fingerprint,
        },
    }
    if office.json:
        print_json(data)
        return
    click.echo(f"{'Made' if new else 'Found'} the home {office.home.root}\n")
    fingerprints = host_key_fingerprints(load_host_keys(office.home.keys))
    print_fields(
        {
            "settings": office.home.settings,
            **{f"SSH {kind}": value for kind, value in fingerprints.items()},
            "TLS SHA-256": certificate.fingerprint,
            "TLS expires": f"{certificate.not_after:%Y-%m-%d}",
        }
    )
    click.echo("\nNext: wharfinger client add NAME, then wharfinger serve")
