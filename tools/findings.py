"""docs/findings.md: every finding and every safeguard, with a file that leads to it.

The files are those of the tests (tests/support/examples.py), and what the page says of them is what
the engine says.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from wharfinger.hooks.engine import CATALOGUE, RULES, Finding, ImportRequest, load_mapping
from wharfinger.hooks.engine.limits import LIMITS
from wharfinger.hooks.engine.testing import FeedHarness

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from examples import FINDINGS, SAFEGUARDS

#: lines of an example file that are shown
_SHOWN = 4
_LONGEST_LINE = 100
_INTRODUCTION = """\
# Findings and safeguards

Generated from the code; `make check` fails when it is not up to date.

A **finding** is one thing to know about a file: in a row, a column, or the file as a whole. An
`error` on a row skips that row, and its user stays as they are; an `error` on the file refuses the
file, and nothing changes. A `warning` is applied, and somebody should look. An `info` is for the
record. Codes stay the same from release to release, so that scripts can go by them; the texts are
told in English or French (`folder add --language`).

A **safeguard** is a rule over a whole plan. Where one holds, nothing is written until somebody has
looked: `wharfinger import show ID`, then `wharfinger import approve ID` or `reject ID`.
"""
_SAFEGUARDS = """\
## Safeguards

Causes stand before symptoms: the first rule that holds is the reason that people are told. The
limits can be set for each mapping, and all but `first-import` can be switched off:

```toml
[safeguards.leavers]
share = 0.1       # more than 10 % of the active users,
floor = 5         # and at least 5 people,
most = 200        # or more than 200 in any case

[safeguards.creates]
enabled = false
```
"""
#: rule -> what to do when it holds
ADVICE = {
    "first-import": "Compare some people with the payroll software, then approve. `folder edit"
    " --first-import apply` trusts the first file of a folder.",
    "encoding": "Reject, and have the file exported as UTF-8. Look at the names under `changes`"
    " first: approve only if they are right now and were wrong before.",
    "lost-zeros": "Reject. Format the column as text before saving, or do not open the file in a"
    " spreadsheet; where the zeros never come, set `pad_to` for the column in the mapping.",
    "key-churn": "Ask the client whether they changed their payroll software. If they did, do not"
    " approve: agree on the old numbers, or on another key, first.",
    "swapped-identity": "Reject, and have the file exported again without sorting it by hand.",
    "shifted-columns": "Reject, and look at the header and at one row side by side: a cell was"
    " added or left out.",
    "date-order": "Reject, and have the dates exported in the order of the mapping, or state the"
    " new order there (`dates`).",
    "entities": "Ask whether the legal entity was closed. If it was, have its people exported once"
    " more with their end dates: approving ends none of them. If not, have it exported too.",
    "mojibake": "Reject: the letters are lost in this file. Look for the step that converts it, and"
    " send the file as it was exported.",
    "leavers": "Look at the leavers in `import show`. Approve if they are right; reject if the file"
    " is incomplete.",
    "small-firm": "Look at the few names in `import show`, and ask if in doubt.",
    "row-count": "Compare the number of rows with the payroll software. Reject if the file was cut"
    " off or filtered.",
    "row-growth": "Look at who is new: a test environment or another firm may have been exported.",
    "row-errors": "Look at the commonest finding: one changed setting of the export explains most"
    " of them. Reject, and have it mended.",
    "creates": "Approve if so many people were really hired. Otherwise look for people who are"
    " there already under another number.",
    "column": "Look at the column before and after in `import show`. Approve a reorganisation;"
    " reject a column that was filled with something else.",
    "updates": "Look at what changes for most people. Approve if it is meant.",
}


class _Recorder(FeedHarness):
    """A feed that remembers the last file."""

    last: str = ""

    def request(
        self, content: str | bytes, day: str = "2026-11-02", **changes: object
    ) -> ImportRequest:
        self.last = content if isinstance(content, str) else content.decode("cp1252", "replace")
        return super().request(content, day, **changes)


def findings_page() -> str:
    """docs/findings.md."""
    parts = [_INTRODUCTION, "## Findings\n", *map(_tell_finding, CATALOGUE)]
    parts += [_SAFEGUARDS, *(_tell_safeguard(rule.name) for rule in RULES)]
    return "\n".join(parts)


def _tell_finding(code: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        feed = _Recorder(Path(folder), load_mapping("users"))
        finding = next(it for it in FINDINGS[code](feed) if it.code == code)
    place = f"{finding.cell}: " if finding.cell else ""
    lines = "\n".join(_shown_lines(feed.last, finding))
    return (
        f"### {code}\n\n*{finding.severity}*\n\n```text\n{lines}\n```\n\n"
        f"> {place}{_escape(finding.message)}\n\n**What to do:** {_escape(finding.hint)}\n"
    )


def _shown_lines(content: str, finding: Finding) -> Iterator[str]:
    lines = content.splitlines() or ["(an empty file)"]
    shown = lines[:_SHOWN]
    if finding.line is not None and finding.line > _SHOWN:
        shown = [lines[0], "…", lines[finding.line - 1]]
    for line in shown:
        visible = line.replace("\0", "␀")
        yield visible if len(visible) <= _LONGEST_LINE else f"{visible[:_LONGEST_LINE]}…"


def _tell_safeguard(name: str) -> str:
    story, example = SAFEGUARDS[name]
    with tempfile.TemporaryDirectory() as folder:
        result = example(FeedHarness(Path(folder), load_mapping("users")))
    verdict = next(it for it in result.report["safeguards"] if it["name"] == name)
    settings = "" if name not in LIMITS else f" Set in `[safeguards.{name}]`."
    return (
        f"### {name}\n\nHolds: {verdict['threshold']}.{settings}\n\n"
        f"*Example:* {story}\n\n> {verdict['explanation']}\n\n**What to do:** {ADVICE[name]}\n"
    )


def _escape(text: str) -> str:
    return text.replace("<", "&lt;").replace("[", "\\[").replace("*", "\\*")
