"""French HR files in ten encodings: how many are read exactly, and is anything wrong in silence?

    bench/encodings.py [--files 1000] [--seed 1] [--json]

Where chardet is installed, it decodes the same files, given the four code pages to choose from.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))

from truth.corpus import ENCODINGS, Sample, make_corpus  # noqa: E402 - found by the line above
from truth.reader import Reader  # noqa: E402 - idem

try:
    import chardet
except ImportError:
    chardet = None
CODE_PAGES = ("windows-1252", "iso-8859-15", "cp850", "macroman")


def ask_chardet(sample: Sample) -> str:
    """What chardet makes of the file, after a mark, the pattern of UTF-16 and valid UTF-8."""
    encoding, _ = ENCODINGS[sample.encoding]
    if encoding.startswith("utf"):
        return "exact"
    guess = chardet.detect(sample.data, include_encodings=CODE_PAGES)["encoding"]
    try:
        return "exact" if guess and sample.data.decode(guess) == sample.text else "wrong"
    except (UnicodeDecodeError, LookupError):
        return "wrong"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    seen: dict[str, Counter[str]] = {name: Counter() for name in ENCODINGS}
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        for sample in make_corpus(arguments.files, arguments.seed):
            verdict = reader.read(sample)
            seen[sample.encoding].update(["files", verdict])
            if chardet is not None:
                seen[sample.encoding]["chardet"] += ask_chardet(sample) == "exact"
    if arguments.json:
        say(json.dumps(seen, indent=2))
        return
    columns = ("files", "exact", "told", "silent", *(("chardet",) if chardet else ()))
    say(f"{'':<20}" + "".join(f"{it:>10}" for it in columns))
    for name, counts in [*seen.items(), ("all", sum(seen.values(), Counter()))]:
        say(f"{name:<20}" + "".join(f"{counts[it]:>10}" for it in columns))


def say(text: str) -> None:
    """Write a line."""
    print(text)  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()
