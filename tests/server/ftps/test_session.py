"""What a client that has logged in can do over FTPS, with ftplib and on the wire."""

from __future__ import annotations

import ftplib
import io
import ssl
from collections.abc import Callable, Iterator

import pytest

from firm import CSV, PASSWORD, provision
from ftp_wire import FtpWire
from wharfinger import Server
from wharfinger.server.home import Home
from witness import Witness, until

NAME = "/hr/users/users.csv"


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
def ftp(served: Server, home: Home) -> Iterator[ftplib.FTP_TLS]:
    """ftplib, logged in over explicit TLS with the certificate checked."""
    context = ssl.create_default_context(cafile=home.keys / "tls.crt")
    with ftplib.FTP_TLS(context=context, timeout=30) as client:  # noqa: S321 - in TLS
        client.connect("localhost", served.ftpes.port)
        client.login("acme-payroll", PASSWORD)
        client.prot_p()
        yield client


@pytest.fixture
def wire(served: Server) -> Iterator[FtpWire]:
    """A control connection that has logged in."""
    with FtpWire((served.ftpes.host, served.ftpes.port)) as found:
        found.login("acme-payroll", PASSWORD)
        yield found


def download(ftp: ftplib.FTP_TLS, name: str, rest: int | None = None) -> bytes:
    """The content of a file."""
    content = io.BytesIO()
    ftp.retrbinary(f"RETR {name}", content.write, rest=rest)
    return content.getvalue()


def store(ftp: ftplib.FTP_TLS, content: bytes, name: str = NAME) -> str:
    """Upload; returns the reply."""
    return ftp.storbinary(f"STOR {name}", io.BytesIO(content))


def test_the_reply_names_the_receipt(ftp: ftplib.FTP_TLS, served: Server) -> None:
    """226 tells the receipt's id, so that a log of the sender can be matched with the server's."""
    reply = store(ftp, CSV)
    assert reply == f"226 Transfer complete; receipt {served.uploads()[0].id}."


def test_what_was_sent_is_what_is_there(ftp: ftplib.FTP_TLS) -> None:
    """Whole, from an offset, and by size and time."""
    store(ftp, CSV)
    assert download(ftp, NAME) == CSV
    assert download(ftp, NAME, rest=100) == CSV[100:]
    assert ftp.size(NAME) == len(CSV)
    assert ftp.sendcmd(f"MDTM {NAME}").startswith("213 20")


def test_an_overwritten_file_is_another_upload(
    ftp: ftplib.FTP_TLS, witness: Witness, served: Server
) -> None:
    """The new content is under the name, and the first upload's snapshot is as it was."""
    store(ftp, CSV)
    first = witness.wait_for_upload().upload
    store(ftp, CSV + b"more")
    assert witness.wait_for_upload().upload.size == len(CSV) + 4
    assert download(ftp, NAME) == CSV + b"more"
    assert first.snapshot.read_bytes() == CSV
    assert len(served.uploads()) == 2


def test_an_empty_file_is_an_upload(ftp: ftplib.FTP_TLS, witness: Witness) -> None:
    """Zero bytes that end properly are a file; what it means is the import's business."""
    store(ftp, b"")
    assert witness.wait_for_upload().upload.size == 0
    assert download(ftp, NAME) == b""


def test_ascii_type_changes_no_byte(wire: FtpWire) -> None:
    """TYPE A, the default, keeps bare CR, bare LF and a final CR as they are (F11)."""
    content = b"line1\r\nline2\nline3\rlast\r"
    wire.command("TYPE A")
    assert wire.store(NAME, content).startswith("226")
    assert wire.retrieve(NAME) == content
    assert wire.command(f"SIZE {NAME}") == f"213 {len(content)}"


def test_appe_continues_a_complete_file(ftp: ftplib.FTP_TLS, witness: Witness) -> None:
    """APPE makes a new upload of the old content with the new behind it."""
    store(ftp, CSV)
    ftp.storbinary(f"APPE {NAME}", io.BytesIO(b"tail"))
    assert download(ftp, NAME) == CSV + b"tail"
    witness.wait_for_upload()
    assert witness.wait_for_upload().upload.size == len(CSV) + 4


def test_rest_overwrites_from_an_offset(ftp: ftplib.FTP_TLS) -> None:
    """REST n, STOR replaces from n on, and keeps what is longer, as FTP servers do."""
    store(ftp, b"0123456789")
    ftp.storbinary(f"STOR {NAME}", io.BytesIO(b"ab"), rest=4)
    assert download(ftp, NAME) == b"0123ab6789"


def test_rest_beyond_what_is_there_is_refused(wire: FtpWire, served: Server) -> None:
    """Bytes in between would never have been sent; the refusal comes before the transfer."""
    wire.command("REST 100")
    wire.command("EPSV")
    assert wire.command(f"STOR {NAME}").startswith("550 Only 0 bytes")
    assert served.uploads() == []


def test_a_temporary_name_is_completed_by_its_rename(
    ftp: ftplib.FTP_TLS, witness: Witness, served: Server
) -> None:
    """users.csv.part is a file and no upload; renamed, it is one, under its final name."""
    store(ftp, CSV, f"{NAME}.part")
    assert served.uploads() == []
    ftp.rename(f"{NAME}.part", NAME)
    upload = witness.wait_for_upload().upload
    assert (upload.path, upload.size) == (NAME, len(CSV))
    assert ftp.nlst("/hr/users") == ["users.csv"]


def test_a_folder_can_ask_for_the_rename(
    ftp: ftplib.FTP_TLS, witness: Witness, served: Server
) -> None:
    """With complete_on rename, a file is an upload when it is renamed, whatever its name was."""
    served.add_folder("acme-payroll", "/in", name="In", complete_on="rename")
    with FtpWire((served.ftpes.host, served.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        assert wire.store("/in/a", CSV).startswith("226")
        assert served.uploads() == []
        wire.command("RNFR /in/a")
        assert "receipt" in wire.command("RNTO /in/b")
        assert witness.wait_for_upload().upload.path == "/in/b"
        wire.command("RNFR /in/b")
        assert "receipt" not in wire.command("RNTO /in/c")  # moving an upload is not another one
    assert len(served.uploads()) == 1


def test_folders_are_made_listed_and_removed(ftp: ftplib.FTP_TLS) -> None:
    """MKD, CWD, PWD, CDUP, NLST, LIST, MLSD, MLST and RMD agree with each other."""
    assert ftp.mkd("/hr/users/é") == "/hr/users/é"
    ftp.cwd("/hr/users/é")
    assert ftp.pwd() == "/hr/users/é"
    store(ftp, CSV, "a.csv")
    assert ftp.nlst() == ["a.csv"]
    lines: list[str] = []
    ftp.retrlines("LIST -la", lines.append)
    assert lines[0].startswith("-rw-r--r--")
    assert lines[0].endswith("a.csv")
    facts = dict(ftp.mlsd("/hr/users"))["é"]
    assert (facts["type"], facts["perm"]) == ("dir", "cdeflmp")
    assert "type=file" in ftp.sendcmd("MLST a.csv")
    ftp.sendcmd("CDUP")
    with pytest.raises(ftplib.error_perm, match="not empty"):
        ftp.rmd("é")
    ftp.delete("é/a.csv")
    ftp.rmd("é")
    assert ftp.nlst("/hr/users") == []


def test_the_tree_above_the_folders_is_there_and_fixed(ftp: ftplib.FTP_TLS) -> None:
    """What leads to a folder can be listed and entered, and neither changed nor removed."""
    assert ftp.nlst("/") == ["hr", "reports"]
    assert ftp.nlst("/hr") == ["users"]
    for command in ("RMD /hr/users", "RMD /hr", "DELE /hr/users", "MKD /other", "MKD /hr/new"):
        with pytest.raises(ftplib.error_perm):
            ftp.sendcmd(command)
    with pytest.raises(ftplib.error_perm, match="files go into /hr/users"):
        store(ftp, CSV, "/elsewhere.csv")


def test_reports_can_be_read_and_not_changed(ftp: ftplib.FTP_TLS, served: Server) -> None:
    """The client finds the report of its import in /reports."""
    store(ftp, CSV)
    served.wait_for_import(served.wait_for_upload().id)
    (report,) = ftp.nlst("/reports")
    assert b'"state": "applied"' in download(ftp, f"/reports/{report}")
    with pytest.raises(ftplib.error_perm, match="Not permitted"):
        ftp.delete(f"/reports/{report}")


def test_times_can_be_set(ftp: ftplib.FTP_TLS) -> None:
    """MFMT after the upload, as rclone and others do it, changes the time that MDTM tells."""
    store(ftp, CSV)
    assert ftp.sendcmd(f"MFMT 20200102030405 {NAME}").startswith("213")
    assert ftp.sendcmd(f"MDTM {NAME}") == "213 20200102030405"
    assert ftp.sendcmd("SITE CHMOD 644 x").startswith("200")


def test_a_cut_off_upload_is_deleted_before_the_version_before(
    wire: FtpWire, witness: Witness, home: Home
) -> None:
    """DELE after a failed upload (rclone does so) leaves the complete version; again, it goes."""
    wire.store(NAME, CSV)
    data = wire.transfer(f"STOR {NAME}")
    data.sendall(b"x" * (3 << 20))
    spool = home.client("acme").spool
    until(lambda: any(path.stat().st_size >= 1 << 20 for path in spool.iterdir()))
    wire.send("ABOR")
    wire.reply()
    wire.reply()
    data.close()
    witness.wait_for_abort()
    assert wire.command(f"DELE {NAME}").startswith("250")
    assert wire.retrieve(NAME) == CSV
    assert wire.command(f"DELE {NAME}").startswith("250")
    assert wire.command(f"SIZE {NAME}").startswith("550")


def test_a_file_that_is_too_large_is_refused(start: Callable[..., Server]) -> None:
    """The transfer ends with 552, and nothing is kept."""
    server = start(max_file_size=1000)
    provision(server)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        assert wire.store(NAME, b"x" * 1000).startswith("226")
        assert wire.store(NAME + "2", b"x" * 1001).startswith("552")
        assert wire.command(f"SIZE {NAME}2").startswith("550")


def test_a_refused_file_is_told_why_and_the_version_before_stays(
    served: Server, witness: Witness
) -> None:
    """With answer checked, a file that no mapping can read is refused in the reply."""
    served.add_folder("acme-payroll", "/checked", name="Checked", mapping="users", answer="checked")
    with FtpWire((served.ftpes.host, served.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        assert wire.store("/checked/u.csv", CSV).startswith("226")
        reply = wire.store("/checked/u.csv", b"this is no payroll file")
        assert reply.startswith("550")
        assert wire.retrieve("/checked/u.csv") == CSV
    refused = served.uploads()[0]
    assert refused.refusal
    assert served.wait_for_import(refused.id).state == "rejected"


def test_an_answer_can_wait_for_the_import(served: Server) -> None:
    """With answer imported, the reply comes when the import rests; a refused file is told so."""
    served.add_folder(
        "acme-payroll",
        "/waited",
        name="Waited",
        mapping="users",
        first_import="apply",
        answer="imported",
    )
    with FtpWire((served.ftpes.host, served.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        assert wire.store("/waited/u.csv", CSV).startswith("226")
        assert served.import_report(served.uploads()[0].id)["state"] == "applied"
        header = CSV.splitlines()[0] + b"\r\n"
        assert wire.store("/waited/u.csv", header).startswith("550")


def test_a_data_connection_that_does_not_come_is_said_so(wire: FtpWire, served: Server) -> None:
    """STOR without PASV or EPSV gets one reply, and the connection goes on."""
    wire.send(f"STOR {NAME}")
    assert wire.reply().startswith("150")
    assert wire.reply().startswith("425")
    assert wire.command("NOOP").startswith("200")
    assert served.uploads() == []


def test_stou_makes_a_name(wire: FtpWire, served: Server) -> None:
    """STOU tells the name that it has chosen (RFC 1123 §4.1.2.9)."""
    wire.command("CWD /hr/users")
    data = wire.passive()
    wire.send("STOU")
    first = wire.reply()
    assert first.startswith("150 FILE: ")
    secure = wire.context.wrap_socket(data, server_hostname="localhost")
    secure.sendall(CSV)
    secure.unwrap().close()
    assert wire.reply().startswith("226")
    assert served.uploads()[0].path == f"/hr/users/{first.removeprefix('150 FILE: ')}"


def test_a_session_that_says_nothing_is_ended(start: Callable[..., Server]) -> None:
    """The idle deadline closes the connection with 421."""
    server = start(idle_timeout=0.3)
    provision(server)
    with FtpWire((server.ftpes.host, server.ftpes.port)) as wire:
        wire.login("acme-payroll", PASSWORD)
        assert wire.reply().startswith("421")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_big_file_comes_and_goes_whole(served: Server, version: ssl.TLSVersion) -> None:
    """Megabytes in both directions, in either version of TLS, are the same bytes."""
    content = bytes(range(256)) * (40 << 10)
    with FtpWire((served.ftpes.host, served.ftpes.port), version=version) as wire:
        wire.login("acme-payroll", PASSWORD)
        assert wire.store("/hr/users/big.bin", content).startswith("226")
        assert wire.retrieve("/hr/users/big.bin") == content
