"""What commands print: tables and sentences for people, JSON for machines."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..exceptions import InputInvalid

#: columns of a table that is not printed to a terminal
_WIDTH = 160
#: characters of a value or message; more is a mistake, or meant to flood the terminal
_LONGEST = 2000


def print_json(data: object) -> None:
    """Print data as JSON: dataclasses as objects, times in ISO 8601."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def console(*, stderr: bool = False) -> Console:
    """A console for people; colours only at a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH
    return Console(file=stream, highlight=False, width=width, soft_wrap=False)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print a table; `empty` is said where there are no rows, with the next step."""
    found = list(rows)
    if not found:
        click.echo(empty)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in found:
        table.add_row(*(Text(cell(value)) for value in row))
    console().print(table)


def print_fields(fields: Mapping[str, object]) -> None:
    """Print one thing as name and value, a line each."""
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        click.echo(f"{name:<{width}}  {cell(value)}")


def cell(value: object) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(printable(str(item)) for item in value)) or "-"
    return printable(str(value))


def printable(text: str) -> str:
    """One line that a terminal only shows: what would move, colour or hide is written out."""
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    if shown.isprintable():
        return shown
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)


def size(count: int) -> str:
    """A number of bytes as people read it."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"


def confirm(question: str) -> None:
    """Go on if a person says yes. Raises InputInvalid."""
    try:
        click.confirm(question, abort=True)
    except click.Abort:
        raise InputInvalid(
            "nobody said yes, so nothing was done", hint="to say it beforehand: --yes"
        ) from None


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Show that something goes on, on a terminal, while the block runs."""
    if not sys.stderr.isatty():
        yield
        return
    with console(stderr=True).status(text):
        yield


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} is not plain data")
