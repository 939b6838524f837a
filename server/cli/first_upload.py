"""Commands that upload a first file, ready to be pasted into a shell; each asks for the password.

They check whom they talk to: OpenSSH asks about the host key once, and lftp and curl then know it;
a self-signed certificate is pinned. WinSCP shows the fingerprint, and asks.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from urllib.parse import quote

from ...certs import Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the file goes: an account's folder on one listener."""

    login: str
    host: str
    port: int | str
    folder: str
    certificate: Certificate

    @property
    def where(self) -> str:
        """Host, port and folder as they stand in an address."""
        return f"{self.host}:{self.port}{quote(self.folder)}/"


def upload_commands(protocol: str, to: Destination) -> list[str]:
    """The commands for one connection type."""
    if protocol == "sftp":
        put = shlex.quote(f"put users.csv {_word(to.folder + '/')}")
        return [
            f"echo {put} | sftp -P {to.port} {to.login}@{to.host}",
            f"curl -T users.csv -u {to.login} sftp://{to.where}",
            _lftp(to, "", f"sftp://{to.host}"),
            _winscp(to, protocol),
        ]
    if protocol not in ("ftps", "ftpes"):
        return []
    tls, scheme = ("", "ftps") if protocol == "ftps" else ("--ssl-reqd ", "ftp")
    return [
        f"curl {tls}{_curl_trust(to.certificate)}-T users.csv -u {to.login} {scheme}://{to.where}",
        _lftp(to, f"set ftp:ssl-force yes; {_lftp_trust(to.certificate)}", f"{scheme}://{to.host}"),
        _winscp(to, protocol),
    ]


def _curl_trust(certificate: Certificate) -> str:
    if not certificate.self_signed:
        return ""
    return f"-k --pinnedpubkey 'sha256//{certificate.key_pin}' "


def _lftp_trust(certificate: Certificate) -> str:
    """Accept the certificate of this fingerprint, and no other."""
    if not certificate.self_signed:
        return ""
    return f"set ssl:verify-certificate/{certificate.sha1} no; "


def _lftp(to: Destination, settings: str, address: str) -> str:
    script = f"{settings}cd {_word(to.folder)}; put users.csv; bye"
    return f"lftp -p {to.port} -u {to.login} -e {shlex.quote(script)} {address}"


def _winscp(to: Destination, scheme: str) -> str:
    address = f"{scheme}://{quote(to.login, safe='')}@{to.host}:{to.port}/"
    return f'winscp.com /command "open {address}" "put users.csv ""{to.folder}/"""'


def _word(path: str) -> str:
    """A path as one word of sftp's and lftp's own languages."""
    if path.replace("/", "").replace("-", "").replace("_", "").replace(".", "").isalnum():
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
