"""Kills the server at a chosen step. Loaded by Python itself in every process of a server whose
PYTHONPATH begins with this folder; the server's own code knows nothing of it.

WHARFINGER_CRASH_AT is `module:Class.function:before` (or `after`). In a worker process, the server
is killed with it.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

_MODULE, _NAME, _WHEN = (os.environ.get("WHARFINGER_CRASH_AT") or "::").split(":")


def _die() -> None:
    import multiprocessing  # noqa: PLC0415 - only where it ends anyway

    server = multiprocessing.parent_process()
    if server is not None and server.pid is not None:
        os.kill(server.pid, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _wrap(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def crash(*args: Any, **kwargs: Any) -> Any:
        if _WHEN == "before":
            _die()
        result = function(*args, **kwargs)
        _die()
        return result

    return crash


def _arm(module: ModuleType) -> None:
    holder: Any = module
    *path, name = _NAME.split(".")
    for part in path:
        holder = getattr(holder, part)
    setattr(holder, name, _wrap(getattr(holder, name)))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the module as usual, and arms it once it is loaded."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                _arm(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]  # to come after it
        return spec


if _MODULE:
    sys.meta_path.insert(0, _Finder())
