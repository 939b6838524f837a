"""Python's ftplib as a program; fleet/scripts.py says how it is called."""

from __future__ import annotations

import ftplib
import os
import socket
import ssl
import sys
from pathlib import Path


class Reusing(ftplib.FTP_TLS):
    """What is passed around for servers that insist on the control connection's TLS session."""

    def ntransfercmd(
        self, cmd: str, rest: int | str | None = None
    ) -> tuple[socket.socket, int | None]:
        """Open a data connection with the session of the control connection."""
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)  # noqa: S321 - in TLS
        assert isinstance(self.sock, ssl.SSLSocket)
        wrapped = self.context.wrap_socket(
            connection, server_hostname=self.host, session=self.sock.session
        )
        return wrapped, size


def main(operation: str, *arguments: str) -> None:
    """Do one thing, and end."""
    kind = Reusing if "REUSE" in os.environ else ftplib.FTP_TLS
    context = ssl.create_default_context(cafile=os.environ["CERTIFICATE"])
    with kind(context=context, timeout=60, encoding="utf-8") as ftp:
        ftp.connect("localhost", int(os.environ["PORT"]))
        ftp.login(os.environ["LOGIN"], os.environ["PASSWORD"])
        ftp.prot_p()
        do(ftp, operation, *arguments)


def do(ftp: ftplib.FTP_TLS, operation: str, *arguments: str) -> None:
    """Do one thing."""
    match operation, *arguments:
        case "put", file, remote:
            with Path(file).open("rb") as content:
                ftp.storbinary(f"STOR {remote}", content)
        case "get", file, remote:
            with Path(file).open("wb") as content:
                ftp.retrbinary(f"RETR {remote}", content.write)
        case "resume", file, remote:
            ftp.voidcmd("TYPE I")
            offset = ftp.size(remote) or 0
            with Path(file).open("rb") as content:
                content.seek(offset)
                ftp.storbinary(f"STOR {remote}", content, rest=offset)
        case "rename", old, new:
            ftp.rename(old, new)
        case "list", folder:
            sys.stdout.write("\n".join(ftp.nlst(folder)))


main(*sys.argv[1:])
