"""A host: where accounts' files live, as a preset of connection types and folders.

The presets are data: hosts/*.toml beside this file. What an installation adds is kept in its
registry in the same form.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any

from ..exceptions import InputInvalid
from .account import check_protocols
from .client import check_client_name
from .folder import Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFolder:
    """A folder that each new account of a host gets; the fields are those of Folder."""

    path: str
    name: str
    direction: str = "in"
    mapping: str | None = None
    mode: str = "full"

    def for_account(self, login: str) -> Folder:
        """The folder as it is added to an account."""
        return Folder(login=login, **asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A preset that accounts are made from."""

    name: str
    title: str
    protocols: tuple[str, ...]
    folders: tuple[HostFolder, ...] = ()

    def choose(self, protocols: Iterable[str] | None) -> frozenset[str]:
        """These connection types, or all of the host's. Raises InputInvalid for others."""
        chosen = check_protocols(self.protocols if protocols is None else protocols)
        excess = sorted(chosen - set(self.protocols))
        if excess:
            raise InputInvalid(
                f"the host {self.name} does not take {', '.join(excess)}",
                hint=f"it takes {', '.join(self.protocols)}",
            )
        return chosen


def preset_hosts() -> dict[str, Host]:
    """The hosts that every installation has, by name."""
    folder = resources.files(__package__).joinpath("hosts")
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {
        host.name: host
        for host in sorted(
            (read_host(e.name.removesuffix(".toml"), e.read_text("utf-8")) for e in found),
            key=lambda host: (host.name != "default", host.name),
        )
    }


def read_host(name: str, toml: str) -> Host:
    """A host from its TOML text. Raises InputInvalid, with the place where it is known."""
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise InputInvalid(
            f"the host file is no TOML: {error}", hint="see `wharfinger host show default`"
        ) from None
    return host_from(check_client_name(name), data)


def host_from(name: str, data: Mapping[str, Any]) -> Host:
    """A host from plain data: title, protocols, folders. Raises InputInvalid."""
    try:
        folders = tuple(HostFolder(**folder) for folder in data.get("folders", ()))
        host = Host(
            name=name,
            title=str(data.get("title", name)),
            protocols=tuple(sorted(check_protocols(data["protocols"]))),
            folders=folders,
        )
    except (KeyError, TypeError) as error:
        raise InputInvalid(
            f"the host {name} is not complete: {error}",
            hint="it needs title, protocols and [[folders]] with path and name;"
            " see `wharfinger host show default --json`",
        ) from None
    for folder in host.folders:
        folder.for_account("check")
    return host
