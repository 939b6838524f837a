"""FTP on the wire: a client that can end things in every way, good and bad."""

from __future__ import annotations

import re
import socket
import ssl
import struct
from types import TracebackType
from typing import Self

_TIMEOUT = 15.0


def reset(sock: socket.socket) -> None:
    """Close a connection by RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def bare(sock: ssl.SSLSocket) -> socket.socket:
    """The TCP socket under a TLS one: what is closed there, TLS says nothing about."""
    return socket.socket(fileno=sock.detach())


def context(version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """A client context that trusts everybody: what it tests is not the certificate."""
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found.check_hostname = False
    found.verify_mode = ssl.CERT_NONE
    found.maximum_version = version
    return found


class FtpWire:
    """A control connection; `command` sends a line and returns the reply's last line."""

    def __init__(
        self,
        address: tuple[str, int],
        *,
        implicit: bool = False,
        version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
        preface: bytes = b"",
    ) -> None:
        """`preface` is sent before anything else."""
        self.context = context(version)
        self.host = address[0]
        self.socket: socket.socket = socket.create_connection(address, _TIMEOUT)
        self.socket.sendall(preface)
        self._buffer = b""
        if implicit:
            self.wrap()
        self.greeting = self.reply()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def wrap(self) -> None:
        """Begin TLS on the control connection."""
        self.socket = self.context.wrap_socket(self.socket, server_hostname="localhost")

    def login(self, login: str, password: str, *, implicit: bool = False) -> str:
        """AUTH TLS, USER, PASS, PBSZ, PROT P, TYPE I; returns the reply to PASS."""
        if not implicit:
            assert self.command("AUTH TLS").startswith("234")
            self.wrap()
        self.command(f"USER {login}")
        answer = self.command(f"PASS {password}")
        self.command("PBSZ 0")
        self.command("PROT P")
        self.command("TYPE I")
        return answer

    def send(self, line: str | bytes) -> None:
        """Send a line."""
        raw = line if isinstance(line, bytes) else line.encode()
        self.socket.sendall(raw + b"\r\n")

    def command(self, line: str | bytes) -> str:
        """Send a line and wait for its reply."""
        self.send(line)
        return self.reply()

    def lines(self, line: str) -> list[str]:
        """Send a line and return all lines of its reply."""
        self.send(line)
        found: list[str] = []
        self.reply(found)
        return found

    def listing(self, command: str) -> list[str]:
        """The lines of LIST, NLST or MLSD."""
        data = self.transfer(command)
        content = b"".join(iter(lambda: data.recv(65536), b""))
        data.close()
        self.reply()
        return content.decode().splitlines()

    def reply(self, lines: list[str] | None = None) -> str:
        """The last line of the next reply; empty at the end of the connection.

        All lines are put into `lines`.
        """
        while True:
            while b"\n" not in self._buffer:
                try:
                    data = self.socket.recv(65536)
                except OSError:
                    data = b""
                if not data:
                    return ""
                self._buffer += data
            raw, _, self._buffer = self._buffer.partition(b"\n")
            line = raw.decode("utf-8", "replace").rstrip("\r")
            if lines is not None:
                lines.append(line)
            if re.match(r"\d{3}( |$)", line):
                return line

    def secured_data(self, data: socket.socket, *, resume: bool = False) -> ssl.SSLSocket:
        """A data connection in TLS, as a new session or as the control connection's."""
        session = self.socket.session if resume and isinstance(self.socket, ssl.SSLSocket) else None
        return self.context.wrap_socket(data, server_hostname="localhost", session=session)

    def passive(self) -> socket.socket:
        """EPSV, and a connection to the port."""
        answer = self.command("EPSV")
        match = re.search(r"\|\|\|(\d+)\|", answer)
        assert match, answer
        return socket.create_connection((self.host, int(match.group(1))), _TIMEOUT)

    def transfer(self, command: str) -> ssl.SSLSocket:
        """Begin a transfer: returns the data connection, in TLS."""
        data = self.passive()
        self.send(command)
        first = self.reply()
        assert first.startswith(("125", "150")), first
        return self.context.wrap_socket(data, server_hostname="localhost")

    def store(self, name: str, content: bytes, command: str = "STOR") -> str:
        """Upload a file as a good client does; returns the final reply."""
        data = self.transfer(f"{command} {name}")
        data.sendall(content)
        finish(data)
        return self.reply()

    def retrieve(self, name: str) -> bytes:
        """Download a file."""
        data = self.transfer(f"RETR {name}")
        content = b"".join(iter(lambda: data.recv(65536), b""))
        data.close()
        self.reply()
        return content


def finish(data: ssl.SSLSocket) -> None:
    """End a data connection with close_notify."""
    plain = data.unwrap()
    plain.close()
