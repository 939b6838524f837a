"""Clients, their accounts, the folders of each, and who may log in."""

from .account import PROTOCOLS, Account, PublicKey
from .client import Client
from .folder import Folder
from .host import Host, HostFolder
from .login import Authenticator
from .logins import Logins
from .registry import Registry

__all__ = [
    "PROTOCOLS",
    "Account",
    "Authenticator",
    "Client",
    "Folder",
    "Host",
    "HostFolder",
    "Logins",
    "PublicKey",
    "Registry",
]
