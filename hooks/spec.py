"""The hooks: what a plugin can implement, each with one line on when it is called.

A plugin is any object or module with functions of these names marked by `hookimpl`; it takes the
arguments that it names. Functions may be `async`; others run in a thread. Plugins are found in the
entry-point group `wharfinger.hooks`, or are given to `Server(hooks=[…])`.
"""

from __future__ import annotations

import pluggy

from .events import FileMissing, ImportFinished, UploadAborted, UploadCompleted

PROJECT = "wharfinger"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def upload_completed(event: UploadCompleted) -> None:
    """A file is durable. At least once, in order per client; raise to have it tried again."""


@hookspec
def upload_aborted(event: UploadAborted) -> None:
    """A transfer ended before its file was whole. Once; what it raises is logged."""


@hookspec
def import_finished(event: ImportFinished) -> None:
    """An import rests in a state. At least once; raise to have it told again."""


@hookspec
def file_missing(event: FileMissing) -> None:
    """No file came by the time that one was expected. Once a day; raise to have it told again."""
