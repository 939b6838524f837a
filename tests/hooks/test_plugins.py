"""Plugins: how they are found, named and called."""

from __future__ import annotations

import asyncio
import threading
from types import ModuleType
from typing import Any

import pluggy
import pytest

from uploads import make_upload
from wharfinger.hooks.events import UploadCompleted
from wharfinger.hooks.plugins import Plugins, call
from wharfinger.hooks.spec import hookimpl

EVENT = UploadCompleted(upload=make_upload("u1"))


class Notes:
    """Implements a hook in an async function."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    @hookimpl
    async def upload_completed(self, event: UploadCompleted) -> None:
        """Note the event, and the thread."""
        self.heard.append((event, threading.current_thread()))


class Blocking(Notes):
    """Implements it in one that blocks."""

    @hookimpl
    def upload_completed(self, event: UploadCompleted) -> None:  # type: ignore[override]  # that is what it tests
        """Note the event, and the thread."""
        self.heard.append((event, threading.current_thread()))


class Deaf:
    """Implements hooks that do not look at their event."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @hookimpl
    def upload_completed(self) -> None:
        """Note that it was called."""
        self.heard.append("upload_completed")

    @hookimpl
    async def import_finished(self) -> None:
        """Note that it was called."""
        self.heard.append("import_finished")


def tell(plugins: Plugins, hook: str = "upload_completed") -> None:
    """Tell all plugins of the event."""
    asyncio.run(plugins.tell(hook, EVENT))


def test_an_async_hook_runs_in_the_loop_and_another_in_a_thread() -> None:
    """What blocks does not hold up the server."""
    loops, blocks = Notes(), Blocking()
    tell(Plugins([loops, blocks], entry_points=False))
    assert [event for event, _ in loops.heard + blocks.heard] == [EVENT, EVENT]
    assert loops.heard[0][1] is threading.current_thread()
    assert blocks.heard[0][1] is not threading.current_thread()


def test_a_hook_may_leave_its_argument_out() -> None:
    """In either kind of function."""
    plugin = Deaf()
    plugins = Plugins([plugin], entry_points=False)
    tell(plugins)
    tell(plugins, "import_finished")
    assert plugin.heard == ["upload_completed", "import_finished"]


def test_a_module_is_a_plugin_too() -> None:
    """Under its own name."""
    module = ModuleType("acme_hooks")
    heard: list[object] = []

    def note(event: object) -> None:
        heard.append(event)

    module.upload_completed = hookimpl(note)  # type: ignore[attr-defined]  # made here
    plugins = Plugins([module], entry_points=False)
    tell(plugins)
    assert heard == [EVENT]
    assert list(plugins.implementing("upload_completed")) == ["acme_hooks"]


def test_the_plugin_that_was_added_last_is_called_first() -> None:
    """As pluggy has it; two of one type are told apart by a number, the same at each start."""
    plugins = Plugins([Notes(), Deaf(), Notes()], entry_points=False)
    plugins.add(Notes(), "import")
    assert list(plugins.implementing("upload_completed")) == ["import", "Notes-2", "Deaf", "Notes"]
    assert list(plugins.implementing("import_finished")) == ["Deaf"]


def test_a_hook_of_an_unknown_name_is_refused() -> None:
    """A typing error is found at the start, not when nothing is called."""

    class Mistyped:
        @hookimpl
        def upload_complete(self) -> None:
            """No such hook."""

    with pytest.raises(pluggy.PluginValidationError, match="upload_complete"):
        Plugins([Mistyped()], entry_points=False)


def test_what_a_hook_raises_reaches_whoever_called_it() -> None:
    """So that it can be tried again."""

    def fail(_: object) -> None:
        raise LookupError("no")

    with pytest.raises(LookupError):
        asyncio.run(call(fail, EVENT))


def test_installed_plugins_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the entry-point group that the docs name."""
    groups = []
    monkeypatch.setattr(
        pluggy.PluginManager,
        "load_setuptools_entrypoints",
        lambda self, group: groups.append(group),
    )
    Plugins()
    assert groups == ["wharfinger.hooks"]
