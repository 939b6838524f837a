"""Lines of a mapping, ready to be pasted into its file."""

from __future__ import annotations

import json

from .mapping import Column


def quote(text: str) -> str:
    """The text as TOML writes it."""
    # JSON escapes what TOML does, but for DEL
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def alias_line(column: Column, label: str) -> str:
    """The line that makes a label one of the column's aliases."""
    return f"aliases = [{', '.join(quote(it) for it in (*column.aliases, label))}]"


def value_line(value: str, target: str | None) -> str:
    """The line that says what a value means; one to be completed where nobody knows."""
    return f"{quote(value)} = {quote('…' if target is None else target)}"
