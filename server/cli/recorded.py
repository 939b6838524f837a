"""What the audit log keeps of a command: which, and on what; no option's value."""

from __future__ import annotations

from typing import Any, Final

import click

#: commands that change something, decide or hand out data -> what their line is called
RECORDED: Final = {
    **dict.fromkeys(("import approve", "import reject", "import undo"), "decision"),
    **dict.fromkeys(("client export", "user export"), "export"),
    **dict.fromkeys(
        (
            *("account add", "account disable", "account edit", "account enable", "account remove"),
            *("ban lift", "certs renew", "certs retire-host-key", "certs rotate-host-key"),
            *("client add", "client erase", "folder add", "folder edit"),
            *("folder remove", "host add", "upload replay", "user edit"),
        ),
        "change",
    ),
}
#: arguments that name what was worked on; others name people of a client, or files
_TOLD = ("login", "name", "path", "address", "import_id", "upload_id", "fingerprint")


def event_of(context: click.Context) -> dict[str, Any] | None:
    """The event of a command that has done its work, None where none is kept."""
    command = " ".join(_words(context))
    event = RECORDED.get(command)
    if event is None:
        return None
    options = [
        param.opts[0]
        for param in context.command.params
        if isinstance(param, click.Option)
        and context.get_parameter_source(str(param.name)) is click.core.ParameterSource.COMMANDLINE
    ]
    told = {name: context.params[name] for name in _TOLD if context.params.get(name) is not None}
    account = told.pop("login", None)
    return {
        "event": event,
        "account": account,
        "command": command,
        "options": sorted(options),
        **{name: str(value) for name, value in told.items()},
    }


def _words(context: click.Context) -> list[str]:
    """The command as it is called, without the program's name."""
    if context.parent is None:
        return []
    return [*_words(context.parent), str(context.info_name)]
