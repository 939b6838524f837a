"""Settings: where they come from, and what is said of those that make no sense."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wharfinger.server.app.init import default_settings
from wharfinger.server.exceptions import SettingsInvalid
from wharfinger.server.settings import Address, Settings, load_settings, read_address

ANY = "0.0.0.0"  # noqa: S104 - nothing listens there


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """The home's wharfinger.toml."""
    return tmp_path / "wharfinger.toml"


def test_arguments_come_before_the_environment_and_that_before_the_file(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each setting by itself; what nobody names has its default."""
    toml.write_text('timezone = "Europe/Paris"\nmax_connections = 7\nstop_timeout = 1')
    monkeypatch.setenv("WHARFINGER_MAX_CONNECTIONS", "8")
    monkeypatch.setenv("WHARFINGER_STOP_TIMEOUT", "2")
    settings = load_settings(toml.parent, stop_timeout=3)
    assert settings.timezone == "Europe/Paris"
    assert settings.max_connections == 8
    assert settings.stop_timeout == 3
    assert settings.durability == "full"


def test_the_home_may_come_from_the_environment(
    toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its file is read then."""
    toml.write_text("max_connections = 7")
    monkeypatch.setenv("WHARFINGER_HOME", str(toml.parent))
    assert Settings().max_connections == 7


def test_what_init_writes_can_be_read(toml: Path) -> None:
    """Every line of it is a setting."""
    toml.write_text(default_settings())
    assert str(load_settings(toml.parent).sftp) == "0.0.0.0:2022"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("max_conections = 7", "no such setting", "max_conections"),
        ("max_connections = 0", "greater than 0", "WHARFINGER_MAX_CONNECTIONS"),
        ('durability = "none"', "'full' or 'os'", "durability"),
        ('sftp = "localhost"', "write HOST:PORT", "sftp"),
        ('sftp = ":99999"', "less than or equal to 65535", "sftp"),
        ('passive_ports = "50000"', "passive_ports", "passive_ports"),
        ('passive_ports = "50999-50000"', "the first port comes first", "passive_ports"),
        ('passive_ports = "60000-70000"', "65535", "passive_ports"),
        ('public_address = "ftp.example.com"', "public_address", "public_address"),
        (
            'public_addresses = {"10.0.0.1/8" = "10.1.2.3"}',
            "not a valid IPv4 network",
            "public_addresses",
        ),
        ('public_addresses = {"10.0.0.0/8" = "here"}', "public_addresses", "public_addresses"),
        ("sftp = ", "cannot be read", "TOML"),
        ("\xff", "cannot be read", "TOML"),
    ],
)
def test_what_makes_no_sense_is_named(toml: Path, text: str, message: str, hint: str) -> None:
    """The setting, what is wrong with it, and where to mend it."""
    toml.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsInvalid, match=message) as invalid:
        load_settings(toml.parent)
    assert hint in invalid.value.hint


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1:2022", Address(host="192.0.2.1", port=2022)),
        ("[::1]:2022", Address(host="::1", port=2022)),
        (":0", Address(host=ANY, port=0)),
        ("2022", Address(host=ANY, port=2022)),
        (2022, Address(host=ANY, port=2022)),
        ("off", None),
    ],
)
def test_ways_to_write_an_address(tmp_path: Path, text: str | int, address: Address | None) -> None:
    """Each means one address, or none."""
    assert load_settings(tmp_path, sftp=text).sftp == address


@given(
    host=st.one_of(
        st.ip_addresses().map(str), st.from_regex(r"[a-z][a-z.-]{0,20}", fullmatch=True)
    ),
    port=st.integers(0, 65535),
)
def test_an_address_is_read_as_it_is_shown(host: str, port: int) -> None:
    """So that what a server logs can be pasted into its settings."""
    address = Address(host=host, port=port)
    assert Address.model_validate(read_address(str(address))) == address


@given(text=st.text(max_size=20))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """With a sentence that says how to write one."""
    try:
        read_address(text)
    except ValueError as error:
        said = str(error)
        assert "write HOST:PORT" in said


def test_where_a_certificate_is_looked_for(tmp_path: Path) -> None:
    """In keys/, unless the settings name files of their own."""
    assert load_settings(tmp_path).certificate_files == (
        tmp_path / "keys" / "tls.crt",
        tmp_path / "keys" / "tls.key",
    )
    own = load_settings(tmp_path, tls_certificate="/etc/tls/chain.pem", tls_key="/etc/tls/key.pem")
    assert own.certificate_files == (Path("/etc/tls/chain.pem"), Path("/etc/tls/key.pem"))


def test_public_addresses_are_a_table(toml: Path) -> None:
    """What docs/ftps.md shows can be read."""
    page = Path(__file__).parents[2] / "docs" / "ftps.md"
    blocks = re.findall(r"^```toml\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    toml.write_text("".join(blocks))
    found = load_settings(toml.parent)
    assert str(found.public_address) == "203.0.113.7"
    assert found.public_addresses[IPv4Network("10.0.0.0/8")] == IPv4Address("10.1.2.3")


def test_passive_ports_as_a_range(tmp_path: Path) -> None:
    """Both ends are in it."""
    assert load_settings(tmp_path).passive_range is None
    found = load_settings(tmp_path, passive_ports="50000-50002").passive_range
    assert found is not None
    assert list(found) == [50000, 50001, 50002]
