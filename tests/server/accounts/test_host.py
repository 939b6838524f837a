"""Hosts: presets are data."""

from __future__ import annotations

from pathlib import Path

import pytest

import wharfinger.server.accounts.host as module
from wharfinger.hooks.engine import load_mapping
from wharfinger.server.accounts import Host, HostFolder
from wharfinger.server.accounts.host import preset_hosts, read_host
from wharfinger.server.exceptions import InputInvalid


def test_every_preset_is_a_file() -> None:
    """One TOML file each, `default` first; nothing about one is in the code."""
    files = Path(module.__file__).parent.glob("hosts/*.toml")
    names = list(preset_hosts())
    assert names[0] == "default"
    assert sorted(names) == sorted(file.stem for file in files)
    assert {"default", "e-paye", "mprh"} <= set(names)


def test_every_mapping_of_a_preset_is_there() -> None:
    """An account made from a preset can import at once."""
    mappings = {f.mapping for host in preset_hosts().values() for f in host.folders if f.mapping}
    assert mappings
    for name in mappings:
        assert load_mapping(name, ()).name == name


def test_a_host_of_ones_own_is_read_from_toml() -> None:
    """The same form as the presets."""
    text = (
        'title = "T"\nprotocols = ["sftp"]\n[[folders]]\npath = "/in"\nname = "In"\nmode = "delta"'
    )
    assert read_host("own", text) == Host(
        name="own",
        title="T",
        protocols=("sftp",),
        folders=(HostFolder(path="/in", name="In", mode="delta"),),
    )


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("", "not complete"),
        ("title = [", "no TOML"),
        ("protocols = []", "no connection type"),
        ('protocols = ["ftp"]', "'ftp' is no connection type"),
        ("protocols = 3", "not complete"),
        ("protocols = [3]", "no connection type"),
        ('protocols = ["sftp"]\nfolders = 3', "not complete"),
        ('protocols = ["sftp"]\nfolders = ["/x"]', "not complete"),
        ('protocols = ["sftp"]\n[[folders]]\npath = "/x"', "not complete"),
        ('protocols = ["sftp"]\n[[folders]]\npath = "/x"\nname = "X"\nsize = 1', "not complete"),
        ('protocols = ["sftp"]\n[[folders]]\npath = "/x"\nname = "X"\nmode = "b"', "is no mode"),
        ('protocols = ["sftp"]\n[[folders]]\npath = "/x"\nname = "X"\nmode = []', "is no mode"),
    ],
)
def test_a_file_that_is_no_host_is_refused(toml: str, said: str) -> None:
    """With what is wrong, and where a good one can be seen or what can be chosen."""
    with pytest.raises(InputInvalid, match=said) as refused:
        read_host("own", toml)
    assert refused.value.hint
