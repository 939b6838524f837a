"""curl, over each protocol."""

from __future__ import annotations

import shutil
from urllib.parse import quote

from clients import Client, Command, Target

_DEAF = "succeeds: it passes over the answer to CLOSE"
_SILENT = "shows the code 550; the text only with `-v`"


def _where(target: Target, protocol: str) -> tuple[tuple[str, ...], str]:
    """Options, and the address that paths are put behind."""
    tls = ("--cacert", str(target.certificate))
    if protocol == "FTPES":
        return (*tls, "--ssl-reqd"), f"ftp://localhost:{target.ftpes.port}"
    if protocol == "FTPS":
        return tls, f"ftps://localhost:{target.ftps.port}"
    return (), f"sftp://127.0.0.1:{target.sftp.port}"


def _curl(target: Target, protocol: str, path: str, *words: str) -> Command:
    options, address = _where(target, protocol)
    home = target.folder / "curl-home"
    (home / ".ssh").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target.known_hosts, home / ".ssh" / "known_hosts")
    login = ("-u", f"{target.login}:{target.password}")
    return Command(
        ("curl", "-sS", *login, *options, *words, address + quote(path)), env={"HOME": str(home)}
    )


def _rename(target: Target, protocol: str, old: str, new: str) -> Command:
    lines = [f"rename {old} {new}"] if protocol == "SFTP" else [f"RNFR {old}", f"RNTO {new}"]
    words = [word for line in lines for word in ("-Q", line)]
    return _curl(target, protocol, "/", *words, "-l", "-o", "/dev/null")


def _client(protocol: str) -> Client:
    return Client(
        needs="curl",
        protocol=protocol,
        put=lambda t, file, remote: _curl(t, protocol, remote, "-T", str(file)),
        get=lambda t, file, remote: _curl(t, protocol, remote, "-o", str(file)),
        resume=lambda t, file, remote: _curl(t, protocol, remote, "-C", "-", "-T", str(file)),
        rename=lambda t, old, new: _rename(t, protocol, old, new),
        listing=lambda t, folder: _curl(t, protocol, folder + "/", "-l"),
        silent="" if protocol == "SFTP" else _SILENT,
        deaf=_DEAF if protocol == "SFTP" else "",
    )


CURL = {f"curl {protocol}": _client(protocol) for protocol in ("SFTP", "FTPES", "FTPS")}
