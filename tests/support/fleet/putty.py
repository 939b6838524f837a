"""PuTTY: psftp and pscp."""

from __future__ import annotations

from clients import Client, Command, Target, run

_ONE_FILE = "pscp copies whole files, and renames nothing"


def _login(target: Target) -> tuple[str, ...]:
    fingerprint = run("ssh-keygen", "-lf", str(target.known_hosts)).split()[1]
    port = str(target.sftp.port)
    return ("-batch", "-P", port, "-hostkey", fingerprint, "-l", target.login)


def _psftp(target: Target, line: str) -> Command:
    batch = target.folder / "psftp.batch"
    batch.write_text(line + "\n")
    words = ("psftp", *_login(target), "-pw", target.password, "-b", str(batch), "127.0.0.1")
    return Command(words)


def _pscp(target: Target, *words: str) -> Command:
    return Command(("pscp", "-q", *_login(target), "-pw", target.password, *words))


PUTTY = {
    "PuTTY psftp": Client(
        needs="psftp",
        protocol="SFTP",
        put=lambda t, file, remote: _psftp(t, f"put {file} {remote}"),
        get=lambda t, file, remote: _psftp(t, f"get {remote} {file}"),
        resume=lambda t, file, remote: _psftp(t, f"reput {file} {remote}"),
        rename=lambda t, old, new: _psftp(t, f"mv {old} {new}"),
        listing=lambda t, folder: _psftp(t, f"ls {folder}"),
        silent="shows `failure` without the text that the server sends",
    ),
    "PuTTY pscp": Client(
        needs="pscp",
        protocol="SFTP",
        put=lambda t, file, remote: _pscp(t, "-sftp", str(file), f"127.0.0.1:{remote}"),
        get=lambda t, file, remote: _pscp(t, "-sftp", f"127.0.0.1:{remote}", str(file)),
        resume=_ONE_FILE,
        rename=_ONE_FILE,
        listing=lambda t, folder: _pscp(t, "-sftp", "-ls", f"127.0.0.1:{folder}"),
        deaf="succeeds: it passes over the answer to CLOSE",
    ),
    "PuTTY pscp -scp": Client(
        needs="pscp",
        protocol="SCP",
        put=lambda t, file, remote: _pscp(t, "-scp", str(file), f"127.0.0.1:{remote}"),
        get=lambda t, file, remote: _pscp(t, "-scp", f"127.0.0.1:{remote}", str(file)),
        resume=_ONE_FILE,
        rename=_ONE_FILE,
        listing="`pscp -scp -ls` runs `ls` at the server, which has no shell",
    ),
}
