"""pyftpdlib's own functional tests, run as a client suite against our server.

They come with its source distribution only, which `make test` fetches into `.venv/upstream`. They
start a server, log in, and look at the server's files in their own working directory: the server
that they start here is ours, and the directory is their client's folder.
"""

from __future__ import annotations

import ast
import contextlib
import ftplib
import importlib
import re
import ssl
import sys
import types
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wharfinger import Server

SOURCE = Path(sys.prefix) / "upstream" / "pyftpdlib"
LOGIN, PASSWORD = "user", "12345"
FOLDER = "/in"
#: tests that are in a base class: the class that has what they need
_RUN_AS = {"_TestNetworkProtocols": "TestIPv4Environment"}


def cases() -> Iterator[str]:
    """`Class.method` of each functional test, in clear and in TLS, as its source has it."""
    for name in ("test_functional.py", "test_functional_ssl.py"):
        for node in ast.parse((SOURCE / "tests" / name).read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                for method in ast.walk(node):
                    if isinstance(method, ast.FunctionDef) and method.name.startswith("test_"):
                        yield f"{node.name}.{method.name}"


def run(case: str, server: Server, folder: Path, certificate: Path) -> None:
    """Run one test in the folder that its client sees; raises what it raises."""
    name, method = case.split(".")
    with contextlib.chdir(folder):
        found: Any = getattr(_module(), _RUN_AS.get(name, name))(method)
        found.server_class = lambda *_, **__: _Started(server)
        found.client_class = lambda **options: _Client(certificate, options)
        result = unittest.TestResult()
        found.run(result)
    problems = [text for _, text in (*result.failures, *result.errors)]
    assert not problems, problems[0]
    assert not result.skipped, result.skipped


def _module() -> types.ModuleType:
    """Its module of tests, which goes by the code of an error here, and not by its words."""
    sys.modules.setdefault("psutil", types.ModuleType("psutil"))  # it measures its own process
    parent = types.ModuleType("pyftpdlib_upstream")
    parent.__path__ = [str(SOURCE)]
    sys.modules.setdefault("pyftpdlib_upstream", parent)
    module: Any = importlib.import_module("pyftpdlib_upstream.tests.test_functional")
    module.pytest = types.SimpleNamespace(raises=_raises)
    return module  # type: ignore[no-any-return]  # a module, whose names are not known


def _raises(kind: type[Exception], match: str = "") -> Any:
    code = re.match(r"\d{3}", match)
    return pytest.raises(kind, match=code.group() if code else None)


class _Started:
    """Our server, as one of theirs."""

    def __init__(self, server: Server) -> None:
        self.host, self.port = server.ftpes.host, server.ftpes.port

    def start(self) -> None:
        """It runs already."""

    def stop(self) -> None:
        """It is stopped later."""


class _Client(ftplib.FTP_TLS):
    """Their client: in TLS, with protected data, in its folder."""

    def __init__(self, certificate: Path, options: dict[str, Any]) -> None:
        context = ssl.create_default_context(cafile=certificate)
        context.check_hostname = False
        super().__init__(context=context, **{**options, "timeout": 20})

    def login(self, *arguments: Any, **options: Any) -> str:
        """Log in, protect data connections, and enter the folder."""
        reply = super().login(*arguments, **options)
        self.prot_p()
        self.cwd(FOLDER)
        return reply
