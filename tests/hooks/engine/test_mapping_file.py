"""Mapping files."""

from __future__ import annotations

from pathlib import Path

import pytest

from wharfinger.hooks.engine import MappingInvalid, load_mapping

SMALL = 'name = "small"\nkey = ["login"]\n[columns.login]\n'


def test_the_folders_are_searched_in_order(tmp_path: Path) -> None:
    """One's own mapping of a name comes before the next folder's, and before ours."""
    for folder, separator in (("one", ";"), ("two", ",")):
        (tmp_path / folder).mkdir()
        text = f'separator = "{separator}"\n{SMALL}'
        (tmp_path / folder / "users.toml").write_text(text, encoding="utf-8")
    search = [tmp_path / "none", tmp_path / "one", tmp_path / "two"]
    assert load_mapping("users", search).separator == ";"
    assert load_mapping("users").separator is None
    assert load_mapping(tmp_path / "two" / "users.toml").separator == ","
    assert load_mapping(str(tmp_path / "two" / "users.toml")).separator == ","


@pytest.mark.parametrize("name", ["nobody", "../users", "", "a/b"])
def test_an_unknown_mapping_is_named(name: str) -> None:
    """A name that leads nowhere, or out of the folders, is refused."""
    with pytest.raises(MappingInvalid, match="no mapping called"):
        load_mapping(name)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that is missing or no text is refused by its name."""
    (tmp_path / "bad.toml").write_bytes(b"name = '\xff'")
    for name in ("none.toml", "bad.toml"):
        with pytest.raises(MappingInvalid, match=name):
            load_mapping(tmp_path / name)
