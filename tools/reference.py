"""Writes the reference pages of docs/ from the code: the CLI, the settings, the findings.

tools/reference.py            write them
tools/reference.py --check    exit 1 if they are not what the code says
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click
from findings import findings_page

from wharfinger.hooks.engine.state import MEANINGS, TRANSITIONS, State
from wharfinger.server.cli import cli
from wharfinger.server.settings import Settings

_EXIT_CODES = """\
Every command takes `--home DIR` and `--json`. Exit code 0: done. 1: refused or failed, with one
line on standard error that says what and how to mend it. 2: wrong usage.
"""
_OVERRIDES = """\
`wharfinger.toml` in the home holds them; `WHARFINGER_NAME` in the environment overrides the setting
`name`.
"""
DOCS = Path(__file__).parent.parent / "docs"


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below `command`, with how it is called."""
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from commands(command.commands[name], f"{path} {name}")
    else:
        yield path, command


def cli_page() -> str:
    """docs/cli.md."""
    parts = [
        "# Commands\n",
        "Generated from the code; `make check` fails when it is not up to date.\n",
        _EXIT_CODES,
    ]
    for path, command in commands(cli, "wharfinger"):
        context = click.Context(command, info_name=path, max_content_width=100)
        parts.append(f"## {path.removeprefix('wharfinger ')}\n")
        parts.append(f"```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def shown(default: object) -> str:
    """A default as wharfinger.toml has it."""
    if isinstance(default, tuple):
        return ", ".join(f"`{part}`" for part in default) or "none"
    return "none" if default is None else f"`{default}`"


def settings_page() -> str:
    """docs/settings.md."""
    lines = [
        "# Settings\n",
        "Generated from the code; `make check` fails when it is not up to date.\n",
        _OVERRIDES,
        "| setting | default | what it is |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        if name != "home":
            default = shown(field.default)
            lines.append(f"| `{name}` | {default} | {field.description} |")
    return "\n".join([*lines, ""])


def states_page() -> str:
    """docs/states.md."""
    steps = [
        f"    {state.value} --> {following.value}"
        for state in State
        for following in State  # in the order of the states, whatever that of the table
        if following in TRANSITIONS[state]
    ]
    ends = [f"    {state.value} --> [*]" for state in State if not TRANSITIONS[state]]
    return "\n".join(
        [
            "# States of an import\n",
            "Generated from the code; `make check` fails when it is not up to date.\n",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> received",
            *steps,
            *ends,
            "```\n",
            "| state | what it means | what to do |",
            "|---|---|---|",
            *(f"| `{it.value}` | {' | '.join(MEANINGS[it])} |" for it in State),
            "",
        ]
    )


PAGES = {
    "states.md": states_page,
    "cli.md": cli_page,
    "settings.md": settings_page,
    "findings.md": findings_page,
}


def main() -> int:
    """Write or check the pages."""
    check = sys.argv[1:] == ["--check"]
    stale = []
    for name, write in PAGES.items():
        page, text = DOCS / name, write()
        if check and (not page.exists() or page.read_text("utf-8") != text):
            stale.append(f"docs/{name} is not what the code says: run tools/reference.py")
        elif not check:
            page.write_text(text, "utf-8")
    for line in stale:
        print(line, file=sys.stderr)  # noqa: T201 - a command's answer
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
