"""lftp, over each protocol."""

from __future__ import annotations

from clients import Client, Command, Target, ssh_options

_SETTINGS = (
    "set cmd:fail-exit yes",
    "set net:max-retries 1",
    "set net:timeout 15",
    "set xfer:clobber yes",
)


def _open(target: Target, protocol: str) -> tuple[str, ...]:
    tls = (
        "set ftp:ssl-force yes",
        "set ftp:ssl-protect-data yes",
        f"set ssl:ca-file {target.certificate}",
    )
    login = f"-u {target.login},'{target.password}'"
    if protocol == "FTPES":
        return (*tls, f"open -p {target.ftpes.port} {login} localhost")
    if protocol == "FTPS":
        return (*tls, f"open -p {target.ftps.port} {login} ftps://localhost")
    program = " ".join(["ssh", "-a", "-x", *ssh_options(target)])
    return (
        f"set sftp:connect-program '{program}'",
        f"open -p {target.sftp.port} -u {target.login}, sftp://127.0.0.1",
    )


def _lftp(target: Target, protocol: str, line: str) -> Command:
    return Command(("lftp", "-c", "; ".join((*_SETTINGS, *_open(target, protocol), line))))


def _client(protocol: str) -> Client:
    return Client(
        needs="lftp",
        protocol=protocol,
        put=lambda t, file, remote: _lftp(t, protocol, f"put {file} -o {remote}"),
        get=lambda t, file, remote: _lftp(t, protocol, f"get {remote} -o {file}"),
        resume=lambda t, file, remote: _lftp(t, protocol, f"put -c {file} -o {remote}"),
        rename=lambda t, old, new: _lftp(t, protocol, f"mv {old} {new}"),
        listing=lambda t, folder: _lftp(t, protocol, f"cls -1 {folder}"),
    )


LFTP = {f"lftp {protocol}": _client(protocol) for protocol in ("SFTP", "FTPES", "FTPS")}
