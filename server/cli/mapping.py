"""`wharfinger mapping …`."""

from __future__ import annotations

import tempfile
from importlib import resources
from itertools import groupby
from pathlib import Path

import click

from ...hooks import engine
from ...hooks.engine import (
    FileRejected,
    Mapping,
    Proposal,
    load_mapping,
    plan_import,
    propose,
    read_sample,
)
from ..exceptions import Unsuccessful
from .answer import print_fields, print_json, print_table, progress
from .dry_run import request_for
from .office import ExistingFile, Office, WharfingerGroup, pass_office
from .report_view import print_findings


@click.group("mapping", cls=WharfingerGroup)
def group() -> None:
    """How a CSV becomes users."""


@group.command("list")
@pass_office
def list_mappings(office: Office) -> None:
    """List the mappings: those that come with wharfinger, and those in the home."""
    office.home.require()
    shipped = resources.files(engine).joinpath("mappings")
    names = {e.name.removesuffix(".toml"): "wharfinger" for e in shipped.iterdir()}
    names |= {path.stem: str(path) for path in sorted(office.home.mappings.glob("*.toml"))}
    if office.json:
        print_json([{"name": name, "from": origin} for name, origin in names.items()])
        return
    print_table(("mapping", "from"), names.items(), empty="")
    click.echo(f"\nPut your own into {office.home.mappings}, as NAME.toml.")


@group.command("show")
@click.argument("name")
@pass_office
def show(office: Office, name: str) -> None:
    """Show a mapping: its key, and each column with its other headers."""
    office.home.require()
    mapping = load_mapping(name, (office.home.mappings,))
    if office.json:
        print_json(mapping.model_dump(mode="json"))
        return
    print_fields(
        {
            "mapping": mapping.name,
            "key": " + ".join(mapping.key),
            "dates": mapping.dates,
            "encoding": mapping.encoding or "found out",
            "separator": mapping.separator or "found out",
        }
    )
    click.echo()
    print_table(
        ("column", "also called", "type", "required", "owner", "empty cell", "value map"),
        (_column(mapping, column) for column in mapping.columns),
        empty="",
    )


@group.command("check")
@click.argument("file", type=ExistingFile())
@click.option("--mapping", "name", default="users", show_default=True, help="The mapping to use.")
@pass_office
def check(office: Office, file: Path, name: str) -> None:
    """Check how a mapping reads a sample FILE; nothing is imported.

    Proposes a line of the mapping for each column and each value that it does not know. Exit code 1
    if the file would be refused.
    """
    office.home.require()
    mapping = load_mapping(name, (office.home.mappings,))
    with progress(f"reading {file.name}"), tempfile.TemporaryDirectory() as nowhere:
        result = plan_import(request_for(file, mapping), Path(nowhere) / "directory.db")
        proposals = _propose(file, mapping)
    rejected = result.state == engine.State.REJECTED
    facts = {
        name: result.report["file"].get(name) for name in ("encoding", "separator", "entities")
    }
    if office.json:
        print_json(
            {
                "readable": not rejected,
                **facts,
                "counts": result.counts,
                "findings": [finding.as_dict() for finding in result.findings],
                "proposals": [proposal.as_dict() for proposal in proposals],
            }
        )
    else:
        print_fields({**facts, "people": result.counts["creates"], "rows": result.counts["rows"]})
        click.echo()
        print_findings(result.report)
        _print_proposals(office, name, proposals)
    if rejected:
        raise Unsuccessful(
            f"the mapping {mapping.name} cannot read {file.name}", hint="the findings say why"
        )
    if not office.json:
        click.echo(f"The mapping {mapping.name} can read this file.")


def _propose(file: Path, mapping: Mapping) -> list[Proposal]:
    try:
        return propose(mapping, read_sample(file, mapping))
    except FileRejected:
        return []  # the findings say why


def _print_proposals(office: Office, name: str, proposals: list[Proposal]) -> None:
    """Print the lines by table, ready to be pasted, each with its reason."""
    if not proposals:
        return
    path = Path(name) if name.endswith(".toml") else office.home.mappings / f"{name}.toml"
    click.echo(f"\nIf this is right, put each line into its table in {path}")
    if not path.exists():
        click.echo(f"(begin with a copy of {resources.files(engine) / 'mappings' / path.name})")
    for table, lines in groupby(proposals, key=lambda proposal: proposal.table):
        click.echo(f"\n[{table}]" if table else "")
        for proposal in lines:
            rows = "1 row" if proposal.rows == 1 else f"{proposal.rows} rows"
            click.echo(f"{proposal.line}  # {rows}: {proposal.reason}")
    click.echo()


def _column(mapping: Mapping, name: str) -> tuple[object, ...]:
    column = mapping.columns[name]
    return (
        name + (" (key)" if name in mapping.key else ""),
        list(column.aliases),
        column.type,
        column.required,
        column.owner,
        mapping.on_empty(name, "full"),
        f"{len(column.values)} values" if column.values else None,
    )
