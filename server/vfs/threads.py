"""Blocking work outside the event loop, with errors that a client may hear."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import Executor
from typing import ParamSpec, TypeVar

from .refusal import refusal_of

P = ParamSpec("P")
T = TypeVar("T")


class Threads:
    """The threads in which the virtual file system does its I/O."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def start(
        self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> asyncio.Future[T]:
        """Begin a call; errors stay what they are."""
        call = functools.partial(function, *args, **kwargs)
        return asyncio.get_running_loop().run_in_executor(self._executor, call)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Make a call and wait for it. Raises Refused in place of OSError.

        A caller that is cancelled leaves the call running to its end.
        """
        try:
            return await self.start(function, *args, **kwargs)
        except OSError as error:
            raise refusal_of(error) from error
