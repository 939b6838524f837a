"""The published schema of reports, made strict: what it does not name is an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"


def _strict(schema: Any) -> Any:
    """The schema with every object closed that names its properties."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _strict(part) for name, part in schema.items()}
    return {"additionalProperties": False, **closed} if "properties" in schema else closed


VALIDATOR = Draft202012Validator(
    _strict(json.loads(SCHEMA.read_text("utf-8"))), format_checker=FormatChecker()
)
