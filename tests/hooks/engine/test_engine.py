"""The package: what it exports, and that it is a library of its own."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from wharfinger.hooks import engine

FOLDER = Path(engine.__file__).parent


def test_everything_that_is_exported_is_there() -> None:
    """The public names are listed in order, and each exists."""
    assert engine.__all__ == sorted(engine.__all__, key=lambda it: (not it.isupper(), it))
    for name in engine.__all__:
        assert hasattr(engine, name)


def imported() -> set[str]:
    """The first part of every absolute import in the package."""
    names = set()
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level < 2:
                names.add((node.module or "").partition(".")[0] if not node.level else ".")
            elif isinstance(node, ast.ImportFrom):
                names.add("..")
            elif isinstance(node, ast.Import):
                names.update(alias.name.partition(".")[0] for alias in node.names)
    return names


def test_it_is_a_library_of_its_own() -> None:
    """No event loop, no command line, no other room; its own modules are imported relatively."""
    assert imported() <= {
        *sys.stdlib_module_names - {"asyncio", "argparse", "socket"},
        ".",
        "email_validator",
        "pydantic",
        "rapidfuzz",
        "sqlite_utils",
    }


def test_files_and_functions_are_short() -> None:
    """No file is longer than 400 lines, and no function than 50."""
    for file in FOLDER.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400, file
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 50, node.name
