"""Real transfer clients, each as one way to upload a file and to say so when it fails.

A client gets a `Target` and runs as payroll software would run it: unattended, with the host key or
certificate checked.
"""

from __future__ import annotations

import ftplib
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import paramiko

from wharfinger.server.settings import Address

#: seconds after which a client that hangs is ended
TIMEOUT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where and how to log in; `folder` is a scratch folder for what clients want as files."""

    sftp: Address
    ftps: Address
    ftpes: Address
    login: str
    password: str
    #: private key file that opens the account too
    key: Path
    known_hosts: Path
    certificate: Path
    folder: Path


class ClientFailed(Exception):
    """A client reported a failure; the text is what it printed."""


Upload = Callable[[Target, Path, str], None]


def run(*command: str, text: str = "", env: dict[str, str] | None = None) -> str:
    """Run a client; returns what it printed. Raises ClientFailed."""
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=TIMEOUT, check=False, env=env
    )
    if done.returncode:
        raise ClientFailed(f"exit {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def ssh_options(target: Target) -> list[str]:
    """OpenSSH's options for an unattended run with a checked host key."""
    options = (
        f"IdentityFile={target.key}",
        "IdentitiesOnly=yes",
        f"UserKnownHostsFile={target.known_hosts}",
        "StrictHostKeyChecking=yes",
        "BatchMode=yes",
    )
    return ["-F", "none", *(word for option in options for word in ("-o", option))]


def openssh_sftp(target: Target, file: Path, remote: str) -> None:
    """OpenSSH sftp."""
    run(
        *("sftp", "-q", "-b", "-", "-P", str(target.sftp.port), *ssh_options(target)),
        f"{target.login}@127.0.0.1",
        text=f"put {file} {remote}\n",
    )


def openssh_scp(target: Target, file: Path, remote: str) -> None:
    """OpenSSH scp, which speaks SFTP since 9.0."""
    run(
        *("scp", "-s", "-q", "-P", str(target.sftp.port), *ssh_options(target)),
        *(str(file), f"{target.login}@127.0.0.1:{remote}"),
    )


def openssh_reput(target: Target, file: Path, remote: str) -> None:
    """OpenSSH sftp, going on where a cut-off upload ended."""
    run(
        *("sftp", "-q", "-b", "-", "-P", str(target.sftp.port), *ssh_options(target)),
        f"{target.login}@127.0.0.1",
        text=f"reput {file} {remote}\n",
    )


def putty_psftp(target: Target, file: Path, remote: str) -> None:
    """PuTTY psftp."""
    batch = target.folder / "psftp.batch"
    batch.write_text(f"put {file} {remote}\n")
    fingerprint = run("ssh-keygen", "-lf", str(target.known_hosts)).split()[1]
    run(
        *("psftp", "-batch", "-P", str(target.sftp.port), "-hostkey", fingerprint),
        *("-l", target.login, "-pw", target.password, "-b", str(batch), "127.0.0.1"),
    )


def sshfs(target: Target, file: Path, remote: str) -> None:
    """A copy into a folder that sshfs has mounted."""
    mount = target.folder / "mount"
    mount.mkdir(exist_ok=True)
    run(
        *("sshfs", f"{target.login}@127.0.0.1:/", str(mount), "-p", str(target.sftp.port)),
        *(word for word in ssh_options(target) if word not in ("-F", "none")),
    )
    try:
        run("cp", str(file), f"{mount}{remote}")
    finally:
        run("fusermount3", "-u", str(mount))


def lftp_sftp(target: Target, file: Path, remote: str) -> None:
    """lftp over SFTP."""
    program = " ".join(["ssh", "-a", "-x", *ssh_options(target)])
    _lftp(
        f"set sftp:connect-program '{program}'",
        f"open -p {target.sftp.port} -u {target.login}, sftp://127.0.0.1",
        f"put {file} -o {remote}",
    )


def lftp_ftpes(target: Target, file: Path, remote: str) -> None:
    """lftp over explicit TLS."""
    _lftp(
        *_lftp_tls(target),
        f"open -p {target.ftpes.port} -u {target.login},'{target.password}' localhost",
        f"put {file} -o {remote}",
    )


def lftp_ftps(target: Target, file: Path, remote: str) -> None:
    """lftp over implicit TLS."""
    _lftp(
        *_lftp_tls(target),
        f"open -p {target.ftps.port} -u {target.login},'{target.password}' ftps://localhost",
        f"put {file} -o {remote}",
    )


def curl_sftp(target: Target, file: Path, remote: str) -> None:
    """curl over SFTP."""
    home = target.folder / "curl-home"
    (home / ".ssh").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target.known_hosts, home / ".ssh" / "known_hosts")
    run(
        *("curl", "-sS", "-T", str(file), "-u", f"{target.login}:{target.password}"),
        f"sftp://127.0.0.1:{target.sftp.port}{remote}",
        env={"HOME": str(home), "PATH": "/usr/bin:/bin"},
    )


def curl_ftpes(target: Target, file: Path, remote: str) -> None:
    """curl over explicit TLS."""
    _curl_tls(target, file, "--ssl-reqd", f"ftp://localhost:{target.ftpes.port}{remote}")


def curl_ftps(target: Target, file: Path, remote: str) -> None:
    """curl over implicit TLS."""
    _curl_tls(target, file, f"ftps://localhost:{target.ftps.port}{remote}")


def rclone_sftp(target: Target, file: Path, remote: str) -> None:
    """rclone over SFTP."""
    _rclone(
        target,
        file,
        f":sftp,host=127.0.0.1,port={target.sftp.port},user={target.login},"
        f"key_file={target.key},known_hosts_file={target.known_hosts}:{remote}",
    )


def rclone_ftpes(target: Target, file: Path, remote: str) -> None:
    """rclone over explicit TLS."""
    _rclone(target, file, _rclone_ftp(target, target.ftpes.port, "explicit_tls=true", remote))


def rclone_ftps(target: Target, file: Path, remote: str) -> None:
    """rclone over implicit TLS."""
    _rclone(target, file, _rclone_ftp(target, target.ftps.port, "tls=true", remote))


def paramiko_sftp(target: Target, file: Path, remote: str) -> None:
    """paramiko."""
    transport = paramiko.Transport((target.sftp.host, target.sftp.port))
    try:
        transport.connect(username=target.login, password=target.password)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        client.put(str(file), remote)
        client.close()
    finally:
        transport.close()
        transport.join(5)


def ftplib_ftpes(target: Target, file: Path, remote: str) -> None:
    """Python's ftplib, explicit TLS."""
    context = ssl.create_default_context(cafile=target.certificate)
    with ftplib.FTP_TLS(context=context, timeout=TIMEOUT) as ftp, file.open("rb") as content:  # noqa: S321 - in TLS
        ftp.connect("localhost", target.ftpes.port)
        ftp.login(target.login, target.password)
        ftp.prot_p()
        ftp.storbinary(f"STOR {remote}", content)


#: name of the test -> program that must be there, and how it uploads
UPLOADS: dict[str, tuple[str | None, Upload]] = {
    "openssh-sftp": ("sftp", openssh_sftp),
    "openssh-scp": ("scp", openssh_scp),
    "openssh-sshfs": ("sshfs", sshfs),
    "putty-psftp": ("psftp", putty_psftp),
    "lftp-sftp": ("lftp", lftp_sftp),
    "lftp-ftpes": ("lftp", lftp_ftpes),
    "lftp-ftps": ("lftp", lftp_ftps),
    "curl-sftp": ("curl", curl_sftp),
    "curl-ftpes": ("curl", curl_ftpes),
    "curl-ftps": ("curl", curl_ftps),
    "rclone-sftp": ("rclone", rclone_sftp),
    "rclone-ftpes": ("rclone", rclone_ftpes),
    "rclone-ftps": ("rclone", rclone_ftps),
    "paramiko": (None, paramiko_sftp),
    "ftplib-ftpes": (None, ftplib_ftpes),
}


def _lftp(*commands: str) -> None:
    settings = (
        "set cmd:fail-exit yes",
        "set net:max-retries 1",
        "set net:timeout 15",
        "set xfer:clobber yes",
    )
    run("lftp", "-c", "; ".join((*settings, *commands)))


def _lftp_tls(target: Target) -> tuple[str, ...]:
    return (
        "set ftp:ssl-force yes",
        "set ftp:ssl-protect-data yes",
        f"set ssl:ca-file {target.certificate}",
    )


def _curl_tls(target: Target, file: Path, *options: str) -> None:
    run(
        *("curl", "-sS", "-T", str(file), "-u", f"{target.login}:{target.password}"),
        *("--cacert", str(target.certificate), *options),
    )


def _rclone(target: Target, file: Path, remote: str) -> None:
    run(
        *("rclone", "copyto", str(file), remote, "--retries", "1", "--low-level-retries", "1"),
        *("--config", str(target.folder / "rclone.conf")),
        # rclone's FTP knows no other way to name a certificate to trust
        env={**os.environ, "SSL_CERT_FILE": str(target.certificate)},
    )


def _rclone_ftp(target: Target, port: int, tls: str, remote: str) -> str:
    password = run("rclone", "obscure", target.password).strip()
    return f":ftp,host=localhost,port={port},user={target.login},pass={password},{tls}:{remote}"
