"""The harm that systems do in a simulated year of daily payroll files.

    bench/harm.py                            a table for 12 and 300 people
    bench/harm.py --people 5000 --seeds 1    of other firms; a firm of 50,000 takes an hour
    bench/harm.py --json                     the same as JSON
    bench/harm.py --write                    put the tables into docs/harm.md
    bench/harm.py --check                    exit 1 unless docs/harm.md has the table of 12 people

Every system gets the same files, and the same person who knows the truth: what is held is approved
if the file is right, and rejected otherwise. `tests/support/truth` makes and judges the files.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))

from truth.engine import Engine  # noqa: E402 - found by the line above
from truth.judge import APPLIED, DOUBLED, FALSE_LEAVER, LOST, REFUSED, WRONG, Judge  # noqa: E402 - idem
from truth.rivals import RIVALS  # noqa: E402 - idem
from truth.year import Year  # noqa: E402 - idem

PAGE = HERE.parent / "docs" / "harm.md"
SHOWN = (FALSE_LEAVER, WRONG, LOST, DOUBLED, APPLIED, REFUSED)
HEADER = (
    "system",
    "false leavers",
    "wrong values",
    "lost changes",
    "doubled people",
    "bad files applied",
    "good files refused",
    "right files to approve",
)
FILES = "files"


def run(people: int, seeds: int) -> dict[str, Counter[str]]:
    """What each system did over the years of some seeds: kind of harm -> how often."""
    totals: dict[str, Counter[str]] = {}
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as folder:
            judges = [Judge(Engine(Path(folder))), *(Judge(rival()) for rival in RIVALS)]
            for delivery in Year(people, seed):
                for judge in judges:
                    judge.deliver(delivery)
        for judge in judges:
            total = totals.setdefault(judge.system.name, Counter())
            total.update(judge.counts())
            total[HEADER[-1]] += sum(judge.approvals.values())
            total[FILES] += judge.files
    return totals


def table(people: int, seeds: int, totals: dict[str, Counter[str]]) -> str:
    """The results for people."""
    files = next(iter(totals.values()))[FILES]
    years = "one year" if seeds == 1 else f"{seeds} years"
    lines = [
        f"{people:,} people, {years}, {files:,} files:",
        "",
        f"| {' | '.join(HEADER)} |",
        f"|---|{'---:|' * (len(HEADER) - 1)}",
    ]
    for name, total in totals.items():
        figures = [f"{total[kind]:,}" for kind in (*SHOWN, HEADER[-1])]
        lines.append(f"| {' | '.join((name, *figures))} |")
    return "\n".join(lines)


def section(people: int) -> re.Pattern[str]:
    """Where the page has the table of this firm."""
    return re.compile(rf"(<!-- harm {people} -->\n).*?(\n<!-- end -->)", re.DOTALL)


def say(text: str) -> None:
    """Write a line at once: the next one may take an hour."""
    print(text, flush=True)  # noqa: T201 - a command's answer


def main() -> int:
    """Run, and print, write or check the tables."""
    arguments = _parse()
    gc.disable()  # millions of records live on from file to file, and none is in a cycle
    page = PAGE.read_text(encoding="utf-8")
    results, wrong = {}, 0
    for people in arguments.people:
        totals = results[people] = run(people, arguments.seeds)
        text = table(people, arguments.seeds, totals)
        if arguments.check and text not in page:
            say(f"docs/harm.md says otherwise: run bench/harm.py --write\n{text}")
            wrong = 1
        elif arguments.write:
            page = section(people).sub(lambda it, text=text: it[1] + text + it[2], page)
            PAGE.write_text(page, encoding="utf-8")
        elif not (arguments.json or arguments.check):
            say(text + "\n")
    if arguments.json:
        say(json.dumps(results, indent=2))
    return wrong


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", help="sizes of firms, such as 300,5000")
    parser.add_argument("--seeds", type=int, default=1, help="years of each firm")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    sizes = arguments.people or ("12" if arguments.check else "12,300")
    arguments.people = [int(it) for it in sizes.split(",")]
    return arguments


if __name__ == "__main__":
    sys.exit(main())
