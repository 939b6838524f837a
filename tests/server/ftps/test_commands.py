"""What FTP clients ask beyond RFC 959: features, hashes, times, space, announced sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server
from wharfinger.server.home import Home
from witness import Witness

NAME = "/hr/users/users.csv"
HASHES = {"SHA-256": "sha256", "SHA-512": "sha512", "SHA-1": "sha1", "MD5": "md5"}


@pytest.fixture
def witness() -> Witness:
    """What hooks are told."""
    return Witness()


@pytest.fixture
def served(start: Callable[..., Server], witness: Witness) -> Server:
    """A server with a client, and a hook that notes what it is told."""
    server = start(hooks=(witness,))
    provision(server)
    return server


@pytest.fixture
def wire(served: Server) -> Iterator[FtpWire]:
    """A control connection that has logged in."""
    with FtpWire((served.ftpes.host, served.ftpes.port)) as found:
        found.login("acme-payroll", PASSWORD)
        yield found


def features(wire: FtpWire) -> set[str]:
    """The lines of FEAT."""
    return {line.strip() for line in wire.lines("FEAT")[1:-1]}


def test_every_feature_that_is_told_is_there(wire: FtpWire) -> None:
    """FEAT names commands that are answered with something else than 500."""
    told = features(wire)
    assert {"AUTH TLS", "CLNT", "EPSV", "HOST", "MFMT", "MLST type*;size*;modify*;perm*;"} <= told
    assert {"REST STREAM", "SITE UTIME", "SIZE", "TVFS", "UTF8", "LANG EN*", "AVBL"} <= told
    assert "EPRT" not in told
    for feature in told - {"TVFS", "UTF8", "REST STREAM"}:
        verb = "SITE UTIME" if feature.startswith("SITE") else feature.split()[0]
        assert not wire.command(f"{verb} x").startswith("500"), feature


def test_a_file_is_hashed_by_the_chosen_algorithm(wire: FtpWire) -> None:
    """HASH is SHA-256 until OPTS HASH chooses another one, and FEAT marks the choice."""
    wire.store(NAME, CSV)
    for name, known in HASHES.items():
        if name != "SHA-256":
            assert wire.command(f"OPTS HASH {name.lower()}") == f"200 {name}"
        digest = hashlib.new(known, CSV).hexdigest()
        assert wire.command(f"HASH {NAME}") == f"213 {name} 0-{len(CSV)} {digest} {NAME}"
    assert "HASH SHA-256;SHA-512;SHA-1;MD5*" in features(wire)
    assert wire.command("OPTS HASH CRC32").startswith("501")
    assert wire.command("OPTS HASH") == "200 MD5"
    assert wire.command("HASH /hr/users").startswith("550")
    assert wire.command("HASH /nothing").startswith("550")


def test_a_big_file_is_hashed_beside_other_sessions(wire: FtpWire, served: Server) -> None:
    """While one session's file is hashed, another one is answered."""
    content = bytes(range(256)) * (160 << 10)
    wire.store(NAME, content)
    with FtpWire((served.ftpes.host, served.ftpes.port)) as other:
        wire.send(f"HASH {NAME}")
        assert other.command("NOOP").startswith("200")
        assert hashlib.sha256(content).hexdigest() in wire.reply()


def test_host_comes_before_user(served: Server) -> None:
    """HOST is taken before the login (RFC 7151), and is out of order after USER."""
    with FtpWire((served.ftpes.host, served.ftpes.port)) as wire:
        assert wire.command("HOST ftp.example.com").startswith("220")
        wire.command("AUTH TLS")
        wire.wrap()
        assert wire.command("HOST ftp.example.com").startswith("220")
        wire.command("USER acme-payroll")
        assert wire.command("HOST ftp.example.com").startswith("503")
        assert wire.command(f"PASS {PASSWORD}").startswith("230")
        assert wire.command("HOST ftp.example.com").startswith("503")


def test_replies_are_in_english_only(wire: FtpWire) -> None:
    """LANG en and LANG are taken, another language is not (RFC 2640)."""
    answers = [wire.command(line)[:3] for line in ("LANG en", "LANG EN-gb", "LANG", "LANG fr")]
    assert answers == ["200", "200", "200", "504"]
    assert wire.command("CLNT FileZilla 3.60").startswith("200")


def test_the_space_is_the_accounts_and_not_the_hosts(start: Callable[..., Server]) -> None:
    """AVBL tells the largest file that would be taken, however large the disk is."""
    server = start(max_file_size=12345)
    provision(server)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        assert wire.command("AVBL") == "213 12345"
        assert wire.command("AVBL /hr/users") == "213 12345"
        assert wire.command("AVBL /nothing").startswith("550")


@pytest.mark.parametrize(
    "argument",
    [
        f"20200102030405 {NAME}",
        f"{NAME} 20210102030405 20200102030405 20190102030405 UTC",
    ],
    ids=["time-first", "three-times"],
)
def test_site_utime_sets_the_time_in_both_forms(wire: FtpWire, argument: str) -> None:
    """SITE UTIME as Pure-FTPd and as ProFTPD know it; of three times the middle one counts."""
    wire.store(NAME, CSV)
    assert wire.command(f"SITE UTIME {argument}").startswith("200")
    assert wire.command(f"MDTM {NAME}") == "213 20200102030405"


def test_site_utime_takes_minutes_and_names_with_spaces(wire: FtpWire) -> None:
    """Without seconds it is the full minute; what is no time is refused."""
    wire.store("/hr/users/a b.csv", CSV)
    assert wire.command("SITE UTIME 202001020304 /hr/users/a b.csv").startswith("200")
    assert wire.command("MDTM /hr/users/a b.csv") == "213 20200102030400"
    for argument in ("20201302030405 x", "2020 x", "20200102030405", "x UTC"):
        assert wire.command(f"SITE UTIME {argument}").startswith("501"), argument
    assert wire.command("MFMT 202001020304 /hr/users/a b.csv").startswith("501")
    assert wire.command("MFCT 20200102030405 /hr/users/a b.csv").startswith("500")


@pytest.mark.parametrize("options", ["-a", "-l", "-la", "-a -l", "-1tr"])
def test_options_of_list_are_no_path(wire: FtpWire, options: str) -> None:
    """LIST and NLST take ls's options before the path, and list the path."""
    wire.store("/hr/users/a b.csv", CSV)
    for command in ("LIST", "NLST"):
        assert wire.listing(f"{command} {options} /hr/users")[0].endswith("a b.csv")
    assert wire.listing(f"LIST {options} /hr/users/a b.csv")[0].endswith("a b.csv")


def test_there_is_no_globbing(wire: FtpWire) -> None:
    """A pattern is a name that is not there."""
    wire.store(NAME, CSV)
    for command in ("LIST /hr/users/*.csv", "NLST /hr/users/u*", "STAT /hr/users/*", "DELE *"):
        assert wire.command(command).startswith("550"), command


def test_stat_lists_a_path_on_the_control_connection(wire: FtpWire) -> None:
    """STAT path answers as LIST does, with no data connection."""
    wire.store(NAME, CSV)
    lines = wire.lines("STAT -la /hr/users")
    assert (lines[0], lines[-1]) == ("213-Status:", "213 End.")
    assert lines[1].endswith("users.csv")
    assert wire.lines(f"STAT {NAME}")[1].endswith("users.csv")
    assert wire.command("STAT").startswith("211")


def test_stat_lists_no_more_than_a_bound(wire: FtpWire, home: Home, served: Server) -> None:
    """A folder that is too large for the control connection is not half told, but refused."""
    folder = home.client("acme").files / "acme-payroll" / "hr" / "users"
    for number in range(1001):
        (folder / f"{number}.csv").touch()
    assert wire.command("STAT /hr/users").startswith("504")
    (folder / "0.csv").unlink()
    assert len(wire.lines("STAT /hr/users")) == 1002


def test_a_file_shorter_than_announced_is_cut_off(
    wire: FtpWire, witness: Witness, served: Server
) -> None:
    """ALLO n is the client's word that n bytes will come: fewer are a cut-off upload."""
    assert wire.command(f"ALLO {len(CSV) + 1}").startswith("200")
    assert wire.store(NAME, CSV).startswith("426")
    assert witness.wait_for_abort().reason == "gaps"
    assert served.uploads() == []
    kept = int(wire.command(f"SIZE {NAME}").split()[1])
    assert wire.command(f"REST {kept}").startswith("350")
    assert wire.store(NAME, CSV[kept:]).startswith("226")  # the word was for one file only
    assert wire.retrieve(NAME) == CSV


@pytest.mark.parametrize("size", ["0", "10", str(len(CSV)), f"{len(CSV)} R 80"])
def test_a_file_of_the_announced_size_or_more_is_whole(wire: FtpWire, size: str) -> None:
    """A client that converts line ends states the size before that: more bytes may come."""
    assert wire.command(f"ALLO {size}").startswith("200")
    assert wire.store(NAME, CSV).startswith("226")


def test_a_resumed_file_keeps_to_the_announced_size(wire: FtpWire) -> None:
    """After REST, ALLO may count the whole file or what is left of it: both are taken."""
    for size in (len(CSV), len(CSV) - 100):
        wire.store(NAME, CSV[:100])
        wire.command(f"ALLO {size}")
        wire.command("REST 100")
        assert wire.store(NAME, CSV[100:]).startswith("226"), size
    wire.store(NAME, CSV[:100])
    wire.command("ALLO 200")
    assert wire.store(NAME, b"x" * 50, "APPE").startswith("426")


def test_an_announced_file_that_is_too_large_is_refused_before_it_comes(
    start: Callable[..., Server],
) -> None:
    """The sender hears it before gigabytes have gone over the wire."""
    server = start(max_file_size=1000)
    provision(server)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        wire.command("ALLO 1001")
        wire.command("EPSV")
        assert wire.command(f"STOR {NAME}").startswith("552")
        assert wire.command("ALLO many").startswith("501")
        assert wire.store(NAME, CSV).startswith("226")


def test_a_refused_upload_uses_up_its_announcement(wire: FtpWire) -> None:
    """What was said of one file is not held against the next one."""
    wire.command("ALLO 1000000")
    assert wire.command("STOR /elsewhere.csv").startswith("550")
    assert wire.store(NAME, CSV).startswith("226")
