"""What mail says: of an import that has come to rest, or of a file that did not come.

Rules:
1. Without `full`, nothing that a cell holds is in a letter: keys and cells alone, with the code and
   the hint of each finding. Messages and summaries quote values, so they are left out; hints and
   next steps do not.
2. Everything from outside goes into headers as one line, and into HTML escaped.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

#: findings that a letter shows; the report has them all
FINDINGS_SHOWN = 50

_PACKAGE = files(__package__)
_TEMPLATES = Environment(
    loader=PackageLoader(__package__ or ""),
    autoescape=select_autoescape(("html.jinja",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter without its envelope."""

    subject: str
    text: str
    html: str


def tell_import(report: Mapping[str, Any], *, full: bool = False) -> Letter:
    """The letter about an import, in the language of its report."""
    say, state = words(report["language"]), report["state"]
    counts = report["counts"]
    changes = "+{creates} ~{updates} -{leavers} !{errors}".format_map(counts)
    findings = report["findings"]
    return _write(
        "report",
        f"{report['client']}: {say['states'][state]['word']} {changes}",
        language=report["language"],
        say=say,
        state=say["states"][state],
        report=report,
        full=full,
        held=[it for it in report["safeguards"] if it["holds"]] if state == "held" else [],
        commands=[
            f"wharfinger import approve {report['import']} --plan {report['plan_hash'][:12]}",
            f"wharfinger import reject {report['import']}",
        ],
        findings=[{**it, "place": _place(it, say)} for it in findings[:FINDINGS_SHOWN]],
        more=max(0, len(findings) + report["omitted"]["findings"] - FINDINGS_SHOWN),
    )


def tell_missing(missing: Mapping[str, str], language: str) -> Letter:
    """The letter about a file that did not come: client, account, folder, day and time."""
    say = words(language)
    return _write(
        "missing",
        say["missing"]["subject"].format_map(missing),
        language=language,
        say=say,
        sentence=say["missing"]["sentence"].format_map(missing),
    )


def make_message(
    letter: Letter, event: str, at: datetime, *, sender: str, recipient: str
) -> EmailMessage:
    """The letter in its envelope. The same event is the same message, however often it is sent."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(letter.subject)
    message["From"] = Address("wharfinger", addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Date"] = format_datetime(at)
    digest = hashlib.sha256(event.encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


@cache
def words(language: str) -> Mapping[str, Any]:
    """What letters say in a language."""
    return tomllib.loads((_PACKAGE / "words" / f"{language}.toml").read_text("utf-8"))


def _write(template: str, subject: str, **context: Any) -> Letter:
    context["subject"] = subject
    text, html = (
        _TEMPLATES.get_template(f"{template}.{kind}.jinja").render(context)
        for kind in ("txt", "html")
    )
    return Letter(subject, text, html)


def _place(finding: Mapping[str, Any], say: Mapping[str, Any]) -> str:
    line, column = finding["line"], finding["column"]
    place = finding["cell"] or (f"{say['line']} {line}" if line is not None else "")
    return f"{place} ({column})".strip() if column else str(place)


def _one_line(text: str) -> str:
    """The text without what would end a header."""
    return " ".join("".join(it if it.isprintable() else " " for it in text).split())
