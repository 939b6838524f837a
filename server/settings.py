"""Settings: wharfinger.toml in the home, overridden by WHARFINGER_* variables and by arguments."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    IPvAnyNetwork,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .exceptions import SettingsInvalid
from .home import Home


class Address(BaseModel, frozen=True):
    """Where a listener listens."""

    host: str
    port: int = Field(ge=0, le=65535)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_address(value: object) -> object:
    """`HOST:PORT`, `[IPv6]:PORT`, `:PORT` or `PORT` as an address; `off` for none.

    Port 0 is any free one.
    """
    if value == "off":
        return None
    if not isinstance(value, str | int) or isinstance(value, bool):
        return value
    host, _, port = str(value).rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "0.0.0.0"  # noqa: S104 - as asked for
    if not (port.isascii() and port.isdigit()):
        raise ValueError("write HOST:PORT, for example 0.0.0.0:2022")
    return {"host": host, "port": int(port)}


def check_ports(ports: str) -> str:
    """`FIRST-LAST` as it is, if these can be ports. Raises ValueError."""
    first, last = map(int, ports.split("-"))
    if not first <= last:
        raise ValueError("the first port comes first, for example 50000-50999")
    if last > 65535:
        raise ValueError("no port is above 65535")
    return ports


Listener = Annotated[Address | None, BeforeValidator(read_address)]
PortRange = Annotated[str, Field(pattern=r"^\d+-\d+$"), AfterValidator(check_ports)]

#: what an embedder gets: any free port, for this machine only; `init` writes public ones
_ANY = Address(host="127.0.0.1", port=0)


#: a ban of this machine would keep out whoever tests against an embedded server, or comes through a
#: proxy on it, and nobody who is here already
_THIS_MACHINE = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


class Settings(BaseSettings):
    """Every setting of a server, with defaults that hold on the open internet."""

    model_config = SettingsConfigDict(env_prefix="WHARFINGER_", extra="forbid", frozen=True)

    home: Path = Field(description="the folder that holds everything")

    sftp: Listener = Field(_ANY, description="listener for SFTP, or `off`")
    sftp_legacy: Listener = Field(
        None,
        description="listener for SFTP with SHA-1 and CBC, for old clients whose accounts are"
        " marked `--legacy`; off if not set",
    )
    ftps: Listener = Field(_ANY, description="listener for FTP over implicit TLS, or `off`")
    ftpes: Listener = Field(_ANY, description="listener for FTP over explicit TLS, or `off`")
    public_host: str | None = Field(
        None, description="name under which clients reach the server; for hand-over sheets"
    )
    public_address: IPv4Address | None = Field(
        None, description="IPv4 address that PASV tells, if it is not the one clients reach"
    )
    public_addresses: dict[IPv4Network, IPv4Address] = Field(
        {}, description='the same by client network: `{"10.0.0.0/8" = "10.1.2.3"}`'
    )
    ftps_session_reuse: Literal["off", "require"] = Field(
        "off",
        description="`require`: FTP data connections have to resume the TLS session of their login",
    )
    passive_ports: PortRange | None = Field(
        None, description="ports for FTP data connections, as first-last; any if not set"
    )
    tls_certificate: Path | None = Field(
        None, description="PEM chain of the FTPS certificate; keys/tls.crt if not set"
    )
    tls_key: Path | None = Field(None, description="its private key; keys/tls.key if not set")

    timezone: str = Field("UTC", description="time zone of new clients")

    max_file_size: int = Field(4 << 30, gt=0, description="bytes of the largest file taken")
    max_connections: int = Field(500, gt=0, description="connections at the same time")
    max_connections_per_address: int = Field(
        100, gt=0, description="connections at the same time from one address"
    )
    ban_after: int = Field(
        20, gt=0, description="failed logins of an address, within `ban_window`, that ban it"
    )
    ban_window: float = Field(600, gt=0, description="seconds for which failed logins count")
    ban_time: float = Field(
        600, gt=0, description="seconds of a first ban; each further one is twice as long"
    )
    never_ban: tuple[IPvAnyNetwork, ...] = Field(
        _THIS_MACHINE, description="networks whose addresses are never banned"
    )
    max_unauthenticated: int = Field(
        200, gt=0, description="connections at the same time that have not logged in"
    )
    proxy_networks: tuple[IPvAnyNetwork, ...] = Field(
        (),
        description="networks of proxies, whose connections must begin with a PROXY header (v1 or"
        " v2) that names the client",
    )
    login_timeout: float = Field(30, gt=0, description="seconds to log in")
    idle_timeout: float = Field(600, gt=0, description="seconds without a command (FTPS)")
    stall_timeout: float = Field(120, gt=0, description="seconds without a byte in a transfer")
    partial_lifetime: float = Field(
        86400, gt=0, description="seconds for which a cut-off upload can be resumed"
    )
    stop_timeout: float = Field(20, ge=0, description="seconds that a stop waits for what runs")
    answer_timeout: float = Field(
        20, gt=0, description="seconds that a sender waits for the answers checked and imported"
    )
    durability: Literal["full", "os"] = Field(
        "full",
        description="`full`: what is acknowledged is on the disk; `os`: the system writes it later",
    )
    smtp_host: str | None = Field(
        None, description="mail server that takes mail; none is sent if not set"
    )
    smtp_port: int = Field(587, gt=0, le=65535, description="its port")
    smtp_tls: Literal["starttls", "tls", "off"] = Field(
        "starttls", description="how the way there is encrypted; `tls` from the first byte"
    )
    smtp_ca: Path | None = Field(
        None, description="PEM of the authority of its certificate; the system's if not set"
    )
    smtp_user: str | None = Field(None, description="user to log in with, if it asks for one")
    smtp_password_file: Path | None = Field(None, description="file that holds the password alone")
    mail_from: str = Field("wharfinger@localhost", description="address that mail comes from")
    approval_hours: float = Field(
        72, gt=0, description="hours for which a held import waits for approval; then it expires"
    )
    import_workers: int = Field(1, ge=1, description="processes that import, under `serve`")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least severe log lines that are written"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then wharfinger.toml."""
        home = init_settings().get("home") or os.environ.get("WHARFINGER_HOME")
        toml = Home(Path(home)).settings if home else None
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml)

    @property
    def layout(self) -> Home:
        """Where things lie in the home."""
        return Home(self.home)

    @property
    def certificate_files(self) -> tuple[Path, Path]:
        """The TLS chain and its key."""
        keys = self.layout.keys
        return self.tls_certificate or keys / "tls.crt", self.tls_key or keys / "tls.key"

    @property
    def passive_range(self) -> range | None:
        """The passive ports as a range."""
        if self.passive_ports is None:
            return None
        first, last = map(int, self.passive_ports.split("-"))
        return range(first, last + 1)


def load_settings(home: Path, **overrides: object) -> Settings:
    """The settings of a home. Raises SettingsInvalid with the setting, its value and the mend."""
    try:
        return Settings(home=home, **overrides)  # type: ignore[arg-type]  # checked by pydantic
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        problem = "there is no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        raise SettingsInvalid(
            f"the setting {name} cannot be {first['input']!r}: {problem}",
            hint=f"look for {name} in {Home(home).settings}, and for WHARFINGER_{name.upper()}",
        ) from None
    except (OSError, ValueError) as error:
        raise SettingsInvalid(
            f"{Home(home).settings} cannot be read: {error}", hint="mend the TOML in it"
        ) from None
