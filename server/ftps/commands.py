"""The commands that are known, and which of them are taken when."""

from __future__ import annotations

from typing import Any, Final

from .library import PROTOCOL_COMMANDS

#: the server opens no connection to anybody (bounce attacks, RFC 2577), and an identity lasts as
#: long as its connection
_NOT_OFFERED = frozenset({"PORT", "EPRT", "REIN", "SITE CHMOD"})
#: name: whether a login is needed, whether an argument is (None: it may be there), help
_OWN: Final[dict[str, tuple[bool, bool | None, str]]] = {
    "AUTH": (False, True, "Syntax: AUTH <SP> TLS (start TLS)."),
    "AVBL": (True, None, "Syntax: AVBL [<SP> path] (bytes that a file may have)."),
    "CLNT": (False, True, "Syntax: CLNT <SP> name (name of the client)."),
    "HASH": (True, True, "Syntax: HASH <SP> path (hash of a file)."),
    "HOST": (False, True, "Syntax: HOST <SP> name (name that the client reached)."),
    "LANG": (False, None, "Syntax: LANG [<SP> tag] (language of replies: en)."),
    "PBSZ": (False, True, "Syntax: PBSZ <SP> 0 (protection buffer size)."),
    "PROT": (False, True, "Syntax: PROT <SP> P (protect data connections)."),
    "SITE CHMOD": (True, True, "Taken, and ignored."),
    "SITE UTIME": (True, True, "Syntax: SITE UTIME <SP> time <SP> path (file's time)."),
}

#: pyftpdlib's table without its file system permissions, which the virtual file system decides
COMMANDS: Final[dict[str, dict[str, Any]]] = {
    **{
        name: {**command, "perm": None, "auth": command["auth"] and name != "OPTS"}
        for name, command in PROTOCOL_COMMANDS.items()
        if name not in _NOT_OFFERED
    },
    **{
        name: {"perm": None, "auth": login, "arg": argument, "help": text}
        for name, (login, argument, text) in _OWN.items()
    },
}
BEFORE_TLS: Final = frozenset(
    {"AUTH", "CLNT", "FEAT", "HELP", "HOST", "LANG", "NOOP", "OPTS", "QUIT", "SITE HELP", "SYST"}
)
DATA_COMMANDS: Final = frozenset(
    {"PASV", "EPSV", "STOR", "APPE", "STOU", "RETR", "LIST", "NLST", "MLSD"}
)
#: a browser that an attacker has sent here; `PRI` begins HTTP/2 (ALPACA, CVE-2021-3618)
HTTP_VERBS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PRI", "PUT", "TRACE"}
)
#: they may come behind Telnet's interrupt sequence, which is no part of the command
_URGENT: Final = ("ABOR", "QUIT", "STAT")


def is_known(verb: str) -> bool:
    """Whether a command line begins like one of FTP's."""
    return verb in COMMANDS or verb == "SITE" or verb.endswith(_URGENT)
