"""`wharfinger mapping`."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from command import Run
from wharfinger.hooks.engine.testing import make_row, write_csv
from wharfinger.server.home import Home

UNKNOWN = write_csv(
    {"Établissement": "FR01", "N° matricule": "00001", "Nom de famille": "Dû", "Prénom": "Léa"}
    | {"Courriel": "lea@acme.fr", "Début": "2020-02-01"}
)


def test_a_file_that_can_be_read(run: Run, firm_home: Home, tmp_path: Path) -> None:
    """The answer says so, with what was found out, and there is nothing to propose."""
    file = tmp_path / "users.csv"
    file.write_text(write_csv(make_row("1"), make_row("2")), encoding="utf-8")
    answer = run("mapping", "check", str(file))
    assert answer.code == 0
    assert "The mapping users can read this file." in answer.out
    assert "put each line" not in answer.out
    told = run("mapping", "check", str(file), "--json").json
    assert (told["readable"], told["separator"], told["proposals"]) == (True, ";", [])


def test_a_file_with_other_headers(run: Run, firm_home: Home, tmp_path: Path) -> None:
    """It would be refused; the lines that mend it are printed by table, and are TOML."""
    file = tmp_path / "users.csv"
    file.write_text(UNKNOWN, encoding="utf-8")
    answer = run("mapping", "check", str(file))
    assert answer.code == 1
    assert f"put each line into its table in {firm_home.mappings}/users.toml" in answer.out
    copied = re.search(r"\(begin with a copy of (.+)\)", answer.out)
    assert copied
    assert Path(copied[1]).exists()
    told = run("mapping", "check", str(file), "--json")
    assert told.code == 1
    proposals = told.json["proposals"]
    assert [it["table"] for it in proposals] == [
        "",
        "columns.employeeNumber",
        "columns.lastName",
        "columns.dtContractStart",
    ]
    for proposal in proposals:
        assert proposal["line"] in answer.out
    pasted = answer.out[answer.out.index("dates =") :]
    assert tomllib.loads(pasted)["columns"]["lastName"]["aliases"][-1] == "Nom de famille"


def test_a_file_that_is_no_csv(run: Run, firm_home: Home, tmp_path: Path) -> None:
    """There is nothing to propose for it."""
    file = tmp_path / "users.pdf"
    file.write_bytes(b"%PDF-1.7")
    answer = run("mapping", "check", str(file), "--json")
    assert (answer.code, answer.json["proposals"]) == (1, [])
    assert answer.json["findings"][0]["code"] == "format-error"
