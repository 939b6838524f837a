"""Clients, their accounts, the folders of each, and who may log in."""

from .account import PROTOCOLS, REQUIREMENTS, SFTP_LEGACY, Account, PublicKey
from .bans import Ban, Bans
from .certificate import ClientCertificate, fingerprint_of
from .client import Client
from .folder import Folder
from .guard import BanList, Guard
from .guest import Guest, peer
from .host import Host, HostFolder
from .last_login import LastLogin
from .login import Authenticator
from .logins import Logins
from .registry import Registry
from .throttle import BanRules

__all__ = [
    "PROTOCOLS",
    "REQUIREMENTS",
    "SFTP_LEGACY",
    "Account",
    "Authenticator",
    "Ban",
    "BanList",
    "BanRules",
    "Bans",
    "Client",
    "ClientCertificate",
    "Folder",
    "Guard",
    "Guest",
    "Host",
    "HostFolder",
    "LastLogin",
    "Logins",
    "PublicKey",
    "Registry",
    "fingerprint_of",
    "peer",
]
