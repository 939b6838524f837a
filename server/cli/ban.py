"""`wharfinger ban …`."""

from __future__ import annotations

from dataclasses import asdict

import click

from ..accounts.throttle import source_of
from ..exceptions import InputInvalid
from .answer import print_json, print_table
from .office import Office, WharfingerGroup, pass_office


@click.group("ban", cls=WharfingerGroup)
def group() -> None:
    """Addresses that may not connect for a time, because they guessed passwords."""


@group.command("list")
@pass_office
def list_bans(office: Office) -> None:
    """List the bans that hold."""
    bans = office.bans.active()
    if office.json:
        print_json([asdict(ban) for ban in bans])
        return
    print_table(
        ("address", "since", "until", "why", "failures"),
        ((ban.address, ban.since, ban.until, ban.why, ban.failures) for ban in bans),
        empty="Nobody is banned.",
    )


@group.command("lift")
@click.argument("address", required=False)
@click.option("--all", "every", is_flag=True, help="Lift all bans.")
@pass_office
def lift(office: Office, address: str | None, *, every: bool) -> None:
    """Let an address connect again, or all; a running server heeds it at the next connection.

    An IPv6 address stands for its /64, as in the list.
    """
    bans = office.bans
    if every == (address is not None):
        raise click.UsageError("give an ADDRESS, or --all")
    if address is None:
        lifted = bans.lift_all()
    else:
        bans.lift(_source(address))
        lifted = 1
    if office.json:
        print_json({"lifted": lifted})
        return
    click.echo(f"Lifted {lifted} {'ban' if lifted == 1 else 'bans'}.")


def _source(address: str) -> str:
    try:
        return source_of(address.removesuffix("/64").removesuffix("/32"))
    except ValueError:
        raise InputInvalid(
            f"{address!r} is no IP address", hint="write it as `wharfinger ban list` does"
        ) from None
