"""What the documentation says is so: its commands run, its tables name everything."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import get_args

from wharfinger.hooks import spec
from wharfinger.hooks.engine import Mapping, parse_mapping
from wharfinger.hooks.engine.mapping import Column
from witness import until

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
#: the ports that `wharfinger init` writes, which the documentation names
PORTS = ("2022", "2990", "2121")


def blocks(page: Path, kind: str) -> list[str]:
    """The fenced blocks of a page with exactly this info string."""
    pattern = rf"^```{re.escape(kind)}\n(.*?)^```$"
    return re.findall(pattern, page.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [sock.getsockname()[1] for sock in sockets]
    for sock in sockets:
        sock.close()
    return ports


@contextmanager
def background(command: str, folder: Path, env: dict[str, str]) -> Iterator[None]:
    """Run a command beside the others, and end it."""
    process = subprocess.Popen(
        ["bash", "-euc", f"exec {command}"], cwd=folder, env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        process.stdout.readline()  # the server says that it serves
        yield
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def test_the_readme_leads_to_a_first_import(tmp_path: Path) -> None:
    """Its commands, in order, in an empty folder, end with two users in the directory."""
    ports = dict(zip(PORTS, map(str, free_ports(3)), strict=True))
    home = tmp_path / "home"
    env = {
        **os.environ,
        "PATH": f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "WHARFINGER_HOME": str(home),
        "WHARFINGER_SFTP": f"127.0.0.1:{ports['2022']}",
        "WHARFINGER_FTPS": f"127.0.0.1:{ports['2990']}",
        "WHARFINGER_FTPES": f"127.0.0.1:{ports['2121']}",
    }
    prepare, push, decide = (_adapt(block, ports) for block in blocks(README, "sh"))
    run(prepare, tmp_path, env)
    (serve,) = blocks(README, "sh background")
    with background(serve, tmp_path, env):
        run(push, tmp_path, env)
        until(lambda: "held" in run("wharfinger import list", tmp_path, env))
        listed = run("wharfinger import list", tmp_path, env)
        held = re.search(r"Held: (\w+)", listed)
        assert held, listed
        answer = run(re.sub(r"\bID\b", held[1], decide), tmp_path, env)
    assert "FR01/00001" in answer
    assert "Durand" in answer


def run(script: str, folder: Path, env: dict[str, str]) -> str:
    """Run a script; fails with what it printed."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _adapt(script: str, ports: dict[str, str]) -> str:
    for named, free in ports.items():
        script = script.replace(named, free)
    return script


def test_every_python_block_is_sound() -> None:
    """Python in the documentation can at least be compiled."""
    found = [
        (page, block)
        for page in (README, *sorted((ROOT / "docs").glob("*.md")))
        for block in blocks(page, "python")
    ]
    assert found
    for page, block in found:
        compile(block, str(page), "exec")


def test_every_hook_is_documented() -> None:
    """docs/hooks.md names each hook with its argument."""
    page = (ROOT / "docs" / "hooks.md").read_text("utf-8")
    names = [name for name in vars(spec) if getattr(vars(spec)[name], "wharfinger_spec", None)]
    assert names
    for name in names:
        assert f"`{name}(event)`" in page


def test_every_link_leads_somewhere() -> None:
    """Links within the repository name files that are there."""
    for page in (README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} -> {target}"


def test_every_mapping_in_the_documentation_can_be_used() -> None:
    """Each example is a whole mapping, and together they have every key and type that there is."""
    page = ROOT / "docs" / "mappings.md"
    examples = blocks(page, "toml")
    mappings = [parse_mapping(example) for example in examples]
    used = {name for mapping in mappings for name in mapping.model_fields_set}
    assert used == Mapping.model_fields.keys()
    columns = [column for mapping in mappings for column in mapping.columns.values()]
    assert {name for it in columns for name in it.model_fields_set} == Column.model_fields.keys()
    assert {it.type for it in columns} == set(get_args(Column.model_fields["type"].annotation))
    explained = page.read_text("utf-8").replace("[", "`[")
    for name in used | Column.model_fields.keys():
        assert f"`{name}`" in explained or f"`[{name}" in explained, name


def test_an_authority_of_your_own_issues_what_a_server_takes(tmp_path: Path) -> None:
    """The commands of docs/certificates.md end with the server's own yes."""
    scripts = f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": scripts, "HOME": str(tmp_path)}
    (script,) = blocks(ROOT / "docs" / "certificates.md", "sh")
    assert "A server would take it." in run(script, tmp_path, env)
