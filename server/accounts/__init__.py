"""Clients, their accounts, the folders of each, and who may log in."""

from .account import PROTOCOLS, REQUIREMENTS, SFTP_LEGACY, Account, PublicKey
from .client import Client
from .folder import Folder
from .host import Host, HostFolder
from .last_login import LastLogin
from .login import Authenticator
from .logins import Logins
from .registry import Registry

__all__ = [
    "PROTOCOLS",
    "REQUIREMENTS",
    "SFTP_LEGACY",
    "Account",
    "Authenticator",
    "Client",
    "Folder",
    "Host",
    "HostFolder",
    "LastLogin",
    "Logins",
    "PublicKey",
    "Registry",
]
