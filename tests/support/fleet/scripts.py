"""Libraries, each behind a script of ours: SCRIPT put|get|resume|rename|list ARGUMENT...

A script learns from its environment where and how to log in, and ends with what the library says.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from clients import Client, Command, Target

_HERE = Path(__file__).parent
_INTEROP = _HERE.parent.parent / "interop"
_NODE = _INTEROP / "node"
_PERL = _INTEROP / "perl"
_EMPTY = (
    "with nothing to send its TLS handshake now and then breaks off: it fails, and can try again"
)
_PYTHON = _INTEROP / "python"


def _environment(target: Target, protocol: str) -> dict[str, str]:
    """What every script is told."""
    addresses = {"SFTP": target.sftp, "FTPES": target.ftpes, "FTPS": target.ftps}
    return {
        "PORT": str(addresses[protocol].port),
        "TLS": "implicit" if protocol == "FTPS" else "explicit",
        "LOGIN": target.login,
        "PASSWORD": target.password,
        "KEY": str(target.key),
        "KNOWN_HOSTS": str(target.known_hosts),
        "CERTIFICATE": str(target.certificate),
    }


def _client(
    needs: str, protocol: str, *words: str, silent: str = "", resume: str = "", **env: str
) -> Client:
    def script(target: Target, *arguments: str) -> Command:
        return Command((*words, *arguments), env={**_environment(target, protocol), **env})

    return Client(
        needs=needs,
        protocol=protocol,
        put=lambda t, file, remote: script(t, "put", str(file), remote),
        get=lambda t, file, remote: script(t, "get", str(file), remote),
        resume=resume or (lambda t, file, remote: script(t, "resume", str(file), remote)),
        rename=lambda t, old, new: script(t, "rename", old, new),
        listing=lambda t, folder: script(t, "list", folder),
        silent=silent,
    )


def _python(name: str, protocol: str, silent: str = "", **env: str) -> Client:
    script = str(_PYTHON / name)
    return _client(sys.executable, protocol, sys.executable, script, silent=silent, **env)


def _node(module: str, script: str, protocol: str) -> Client:
    needs = str(_NODE / "node_modules" / module / "package.json")
    client = _client(needs, protocol, "node", str(_NODE / script))
    return replace(client, empty="" if protocol == "SFTP" else _EMPTY)


def _perl(needs: str, script: str, protocol: str) -> Client:
    return _client(needs, protocol, "perl", str(_PERL / script))


_FOREIGN = "/usr/share/perl5/Net/SFTP/Foreign.pm"
_SOCKET = "/usr/share/perl5/IO/Socket/SSL.pm"

_PARAMIKO = "passes over the answer to CLOSE, and fails as it then asks for the size of the file"

SCRIPTS = {
    "paramiko": _python("paramiko_client.py", "SFTP", silent=_PARAMIKO),
    "ftplib": _python("ftplib_client.py", "FTPES"),
    "ftplib, TLS session reused": _python("ftplib_client.py", "FTPES", REUSE="yes"),
    "npm ssh2-sftp-client": _node("ssh2-sftp-client", "ssh2-sftp-client.mjs", "SFTP"),
    "npm basic-ftp FTPES": _node("basic-ftp", "basic-ftp.mjs", "FTPES"),
    "npm basic-ftp FTPS": _node("basic-ftp", "basic-ftp.mjs", "FTPS"),
    "Perl Net::SFTP::Foreign": _perl(_FOREIGN, "net-sftp-foreign.pl", "SFTP"),
    "Perl Net::FTP FTPES": _perl(_SOCKET, "net-ftp.pl", "FTPES"),
    "Perl Net::FTP FTPS": _perl(_SOCKET, "net-ftp.pl", "FTPS"),
}
