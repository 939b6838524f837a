"""paramiko as a program; fleet/scripts.py says how it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import paramiko


def main(operation: str, *arguments: str) -> None:
    """Do one thing, and end."""
    with paramiko.SSHClient() as ssh:
        ssh.load_host_keys(os.environ["KNOWN_HOSTS"])
        ssh.connect(
            "127.0.0.1",
            port=int(os.environ["PORT"]),
            username=os.environ["LOGIN"],
            password=os.environ["PASSWORD"],
            allow_agent=False,
            look_for_keys=False,
        )
        with ssh.open_sftp() as sftp:
            do(sftp, operation, *arguments)


def do(sftp: paramiko.SFTPClient, operation: str, *arguments: str) -> None:
    """Do one thing."""
    match operation, *arguments:
        case "put", file, remote:
            sftp.put(file, remote)
        case "get", file, remote:
            sftp.get(remote, file)
        case "resume", file, remote:
            with sftp.open(remote, "r+b") as there, Path(file).open("rb") as here:
                offset = there.stat().st_size or 0
                here.seek(offset)
                there.seek(offset)
                there.write(here.read())
        case "rename", old, new:
            sftp.rename(old, new)
        case "list", folder:
            sys.stdout.write("\n".join(sftp.listdir(folder)))


main(*sys.argv[1:])
