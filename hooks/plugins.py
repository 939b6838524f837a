"""The hooks of a running server: finding plugins, and calling them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pluggy

from . import spec


class Plugins:
    """The registered plugins."""

    def __init__(self, plugins: Iterable[object] = (), *, entry_points: bool = True) -> None:
        self._manager = pluggy.PluginManager(spec.PROJECT)
        self._manager.add_hookspecs(spec)
        if entry_points:
            self._manager.load_setuptools_entrypoints("wharfinger.hooks")
        for plugin in plugins:
            self.add(plugin)

    def add(self, plugin: object, name: str | None = None) -> None:
        """Register a plugin, by default under its type's name; a second one of a name is counted.

        The name is what deliveries are kept by, so it should stay the same from start to start.
        """
        wanted = name or str(getattr(plugin, "__name__", type(plugin).__name__))
        number = 1
        unique = wanted
        while self._manager.has_plugin(unique):
            number += 1
            unique = f"{wanted}-{number}"
        self._manager.register(plugin, unique)
        self._manager.check_pending()

    def implementing(self, hook: str) -> dict[str, Callable[[Any], Any]]:
        """Plugin name -> a function of the event, for each plugin that implements `hook`."""
        implementations = getattr(self._manager.hook, hook).get_hookimpls()
        return {found.plugin_name: _caller(found) for found in reversed(implementations)}

    async def tell(self, hook: str, event: object) -> None:
        """Call every implementation of `hook`, one after the other; the first error is raised."""
        for function in self.implementing(hook).values():
            await call(function, event)


async def call(function: Callable[[Any], Any], event: object) -> None:
    """Call one implementation: an async function in the loop, another one in a thread."""
    if inspect.iscoroutinefunction(function):
        await function(event)
    else:
        await asyncio.to_thread(function, event)


def _caller(found: pluggy.HookImpl) -> Callable[[Any], Any]:
    """A function of the event for an implementation, which may leave the argument out."""
    function: Callable[..., Any] = found.function
    if found.argnames:
        return function
    if inspect.iscoroutinefunction(function):

        async def call_async(_event: object) -> None:
            await function()

        return call_async
    return lambda _event: function()
