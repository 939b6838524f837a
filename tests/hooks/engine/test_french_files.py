"""French HR files in ten encodings, 3 to 2,000 rows: read exactly, never wrong in silence."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from truth.corpus import ENCODINGS, make_corpus
from truth.reader import Reader

#: all of them take a quarter of a minute
FILES = 1000 if "WHARFINGER_SOAK" in os.environ else 250


def test_french_files_are_read_exactly(tmp_path: Path) -> None:
    """At least 99 % are what was written, in every encoding, and the rest is told."""
    reader = Reader(tmp_path)
    seen = Counter((it.encoding, reader.read(it)) for it in make_corpus(FILES))
    assert [name for name in ENCODINGS if seen[name, "silent"]] == []
    exact = {name: seen[name, "exact"] / (FILES / len(ENCODINGS)) for name in ENCODINGS}
    assert {name: share for name, share in exact.items() if share < 0.99} == {}
