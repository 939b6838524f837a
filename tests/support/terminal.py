"""A terminal: runs a command as a person does who pastes it, and answers what it asks."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from collections.abc import Mapping
from pathlib import Path

#: seconds after which a command that hangs is ended
_PATIENCE = 30.0


def paste(
    command: str, answers: Mapping[str, str], *, folder: Path, env: Mapping[str, str]
) -> tuple[int, str]:
    """Run a command in a shell; returns its exit code and all that the terminal showed.

    Each answer is typed once, when the last line shows its question.
    """
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.execvpe("bash", ["bash", "-c", command], dict(env))  # noqa: S606 - as pasted
    try:
        return _talk(process, terminal, dict(answers))
    finally:
        os.close(terminal)


def _talk(process: int, terminal: int, answers: dict[str, str]) -> tuple[int, str]:
    shown, asked = b"", 0
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            data = b""
        if not data:
            break
        shown += data
        for question in list(answers):
            if question.encode() in shown[asked:]:
                os.write(terminal, answers.pop(question).encode() + b"\n")
                asked = len(shown)
    else:
        os.kill(process, signal.SIGKILL)
    status = os.waitpid(process, 0)[1]
    return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")
