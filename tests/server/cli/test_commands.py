"""Every command of the tree: whatever it is given, it ends with one of three codes and plain words.

The tree is walked, so that a new command is held to the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from command import Ran, Run
from wharfinger.server.cli import cli
from wharfinger.server.cli.office import ExistingFile

HOSTILE = (
    "",
    " ",
    "no\nline",
    "nul\0nul",
    "\x1b[31mred\x07",
    "\u202egnp.csv",
    "..",
    "../../etc/passwd",
    "/",
    "/dev/full",
    "/dev/zero",
    "x" * 100_000,
    "\udce9t\udce9",
    "-1",
    "nan",
    "1e999",
    "9" * 30,
    "' or 1=1 --",
    "%s%n{0}",
)
#: what is good where another argument is tried
GOOD = {"login": "acme-payroll", "name": "acme", "client": "acme", "path": "/hr/users"}


def commands(
    command: click.Command = cli, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that lead to it."""
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, (*words, name))
    else:
        yield words, command


COMMANDS = dict(commands())
#: these would serve, or make a home wherever they are told to
ENDLESS = {("serve",), ("demo",), ("init",)}


def words_for(command: click.Command, chosen: click.Parameter, value: str) -> list[str]:
    """Arguments for a command: `value` for one parameter, something good for what it needs."""
    options, arguments = [], []
    for parameter in command.params:
        if parameter is not chosen and not parameter.required:
            continue
        given = value if parameter is chosen else GOOD.get(parameter.name or "", "x")
        if isinstance(parameter, click.Argument):
            arguments.append(given)
        else:
            options.append(f"{parameter.opts[0]}={given}")
    return [*options, "--", *arguments]


def assert_plain(ran: Ran) -> None:
    """One of three codes; if refused, one line with a next step; nothing that moves a terminal."""
    assert ran.code in (0, 1, 2)
    if ran.code == 1:
        assert ran.err.endswith("\n")
        assert ran.err.count("\n") == 1, ran.err
        assert ran.err.startswith("wharfinger: ")
        assert " (" in ran.err, "there is no next step in: " + ran.err
        assert len(ran.err) < 5000
    if ran.code == 2:
        assert "Error: " in ran.err
    assert all(line.isprintable() for line in ran.err.splitlines()), ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_hostile_words_are_refused_in_plain_words(
    words: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    """Each argument of each command by itself: control characters, paths, devices, floods."""
    command = COMMANDS[words]
    for parameter in command.params:
        takes_value = isinstance(parameter, click.Argument) or not getattr(
            parameter, "is_flag", False
        )
        if not takes_value or (words in ENDLESS and parameter.name in ("home", "ready_file")):
            continue
        for value in HOSTILE:
            if words == ("serve",) and value.isdigit():
                continue  # too great for a port, but that is tested below
            wait = ["--timeout=0"] if words == ("import", "wait") else []
            before = ["--home", "/nowhere"] if words == ("init",) else []
            assert_plain(run(*before, *words, *wait, *words_for(command, parameter, value)))
    assert {path.name for path in tmp_path.iterdir()} == {"home", "cwd"}


@pytest.mark.parametrize("words", sorted(set(COMMANDS) - ENDLESS), ids=" ".join)
def test_a_missing_home_is_said_with_the_next_step(
    words: tuple[str, ...], bare_run: Run, tmp_path: Path
) -> None:
    """Every command but `init` and `demo` says it, as text and as JSON, and makes nothing."""
    command = COMMANDS[words]
    (tmp_path / "file").write_text("x")
    required = [p for p in command.params if p.required]
    arguments = [
        str(tmp_path / "file") if isinstance(p.type, ExistingFile) else "x"
        for p in required
        if isinstance(p, click.Argument)
    ]
    options = [f"{p.opts[0]}=x" for p in required if isinstance(p, click.Option)]
    if words == ("account", "add"):
        options.append("--generate-password")
    if words[-1] == "edit":
        return  # what to change is asked for first
    nowhere = tmp_path / "nowhere"
    ran = bare_run("--home", nowhere, *words, *options, *arguments)
    assert ran.code == 1
    assert_plain(ran)
    assert f"there is no wharfinger home in {nowhere}" in ran.err
    assert "wharfinger init" in ran.err
    told = json.loads(bare_run("--home", nowhere, "--json", *words, *options, *arguments).err)
    assert told["error"]["code"] == "home-missing"
    assert not nowhere.exists()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...], bare_run: Run) -> None:
    """`--help` ends with 0, says what the command does, and takes --home and --json."""
    ran = bare_run(*words, "--help")
    assert ran.code == 0
    assert "--home" in ran.out
    assert "--json" in ran.out
    assert COMMANDS[words].help


@pytest.mark.parametrize(
    "words",
    [
        ("client", "list"),
        ("client", "show", "acme"),
        ("client", "add", "other"),
        ("client", "export", "acme"),
        ("client", "erase", "acme", "--yes"),
        ("host", "list"),
        ("host", "show", "mprh"),
        ("account", "list"),
        ("account", "show", "acme-payroll"),
        ("account", "add", "other", "--client", "acme", "--generate-password"),
        ("account", "edit", "acme-payroll", "--allow-ip", "203.0.113.0/24"),
        ("account", "disable", "acme-payroll"),
        ("account", "enable", "acme-payroll"),
        ("account", "remove", "acme-payroll", "--yes"),
        ("folder", "list", "acme-payroll"),
        ("folder", "add", "acme-payroll", "/other", "--name", "Other"),
        ("folder", "edit", "acme-payroll", "/hr/users", "--mode", "delta"),
        ("folder", "remove", "acme-payroll", "/hr/users"),
        ("mapping", "list"),
        ("mapping", "show", "users"),
        ("upload", "list"),
        ("import", "list"),
        ("user", "list", "--client", "acme"),
        ("user", "export", "--client", "acme"),
        ("init",),
    ],
    ids=" ".join,
)
def test_answers_are_json_where_that_is_asked(words: tuple[str, ...], run: Run) -> None:
    """Standard output is one JSON text, wherever `--json` stands, and nothing else is said."""
    for asked in ((*words, "--json"),) if "add" in words else (("--json", *words),):
        ran = run(*asked)
        assert (ran.code, ran.err) == (0, "")
        assert isinstance(ran.json, dict | list)


def test_a_refusal_is_json_where_that_is_asked(run: Run) -> None:
    """On standard error: code, message and next step; nothing on standard output."""
    ran = run("client", "show", "no\nbody", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert json.loads(ran.err) == {
        "error": {
            "code": "not-found",
            "message": "there is no client 'no\\nbody'",
            "hint": "wharfinger client list",
        }
    }


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("client", "show", "nobody"), 1, "there is no client 'nobody' (wharfinger client list)"),
        (("client", "add", "acme"), 1, "there is a client acme already"),
        (("client", "add", "Acme SA"), 1, "(for example: acme-sa)"),
        (("client", "add", "x", "--timezone", "Paris"), 1, "'Paris' is no time zone"),
        (("account", "add", "x", "--client", "acme"), 2, "nothing would open the account"),
        (
            ("account", "add", "ACME-payroll", "--client", "acme", "--generate-password"),
            1,
            "the login ACME-payroll is in use",
        ),
        (
            ("account", "add", "x", "--client", "nobody", "--generate-password"),
            1,
            "there is no client 'nobody'",
        ),
        (
            ("account", "edit", "acme-payroll", "--allow-ip", "203.0.113.7/24"),
            1,
            "has host bits set (write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32)",
        ),
        (("account", "edit", "acme-payroll"), 2, "nothing to change"),
        (("account", "edit", "acme-payroll", "--protocol", "ftp"), 2, "'ftp' is not one of"),
        (("account", "show", "nobody"), 1, "there is no account 'nobody'"),
        (("account", "remove", "acme-payroll"), 1, "nobody said yes, so nothing was done"),
        (("client", "erase", "acme"), 1, "to say it beforehand: --yes"),
        (("folder", "add", "acme-payroll", "/reports", "--name", "R"), 1, "is the server's"),
        (("folder", "add", "acme-payroll", "/x/../..", "--name", "R"), 1, "leads to all folders"),
        (("folder", "add", "acme-payroll", "/a\nb", "--name", "R"), 1, "control or invisible"),
        (
            ("folder", "add", "acme-payroll", "/x", "--name", "X", "--mapping", "none"),
            1,
            "none",
        ),
        (("import", "plan", "none.csv", "--client", "acme", "--mapping", "users"), 2, "none.csv"),
        (("import", "show", "nothing"), 1, "there is no import 'nothing'"),
        (("import", "wait", "nothing"), 1, "there is no upload 'nothing'"),
        (("import", "list", "--limit", "0"), 2, "0 is not in the range"),
        (("upload", "show", "nothing"), 1, "there is no upload 'nothing'"),
        (("upload", "replay", "nothing"), 1, "there is no upload 'nothing'"),
        (("user", "show", "FR01/1", "--client", "acme"), 1, "FR01/1"),
        (("user", "list", "--client", "nobody"), 1, "there is no client 'nobody'"),
        (("mapping", "show", "../../etc/passwd"), 1, "passwd"),
        (("host", "show", "nowhere"), 1, "there is no host 'nowhere'"),
        (("serve", "--sftp", "nowhere"), 1, "write HOST:PORT"),
        (("serve", "--sftp", ""), 1, "write HOST:PORT"),
        (("serve", "--ftps", "127.0.0.1:65536"), 1, "ftps"),
        (("serve", "--ftps", "9" * 30), 1, "ftps"),
        (("init", "--tls-cert", "/etc/hostname"), 2, "--tls-cert and --tls-key go together"),
        (("nonsense",), 2, "No such command 'nonsense'"),
        ((), 2, "Usage: "),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, tuple) else None,
)
def test_what_is_wrong_is_said_with_its_mend(
    words: tuple[str, ...], code: int, said: str, run: Run
) -> None:
    """Each kind of bad input has its exit code and its sentence."""
    ran = run(*words)
    assert ran.code == code
    assert said in ran.err
    if words:
        assert_plain(ran)


def test_a_file_that_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    """A folder, a device, a file that is no text, and no file at all."""
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\0")
    for file in (tmp_path, Path("/dev/zero"), binary, tmp_path / "none"):
        ran = run("host", "add", "own", file)
        assert ran.code == 2
        assert_plain(ran)
    ran = run("account", "edit", "acme-payroll", "--public-key", binary)
    assert ran.code == 1
    assert str(binary) in ran.err


def test_a_damaged_home_is_told_from_a_missing_one(run: Run, tmp_path: Path) -> None:
    """A database that is none, and settings that are no TOML, are each one line."""
    root = tmp_path / "home"
    sound = (root / "wharfinger.db").read_bytes()
    for leftover in root.glob("wharfinger.db-*"):
        leftover.unlink()
    (root / "wharfinger.db").write_bytes(b"this is no database, but it is long enough to be one")
    ran = run("client", "list")
    assert ran.code == 1
    assert_plain(ran)
    (root / "wharfinger.db").write_bytes(sound)
    for text in (b"sftp = [", b"\xff\xfe", b"nonsense = 1", b"log_level = 'loud'"):
        (root / "wharfinger.toml").write_bytes(text)
        ran = run("client", "add", "acme")
        assert ran.code == 1
        assert_plain(ran)
