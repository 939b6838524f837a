"""wharfinger: SFTP and FTPS uploads that are durable when acknowledged, and imported at once.

from wharfinger import Server, Settings

with Server(Settings(home=folder)) as server:
    server.add_client("acme")
    server.add_account("acme-payroll", client="acme", password="...", protocols={"sftp"})
    server.add_folder("acme-payroll", "/hr/users", name="Users", mapping="users")
    ...  # connect to server.sftp.host, server.sftp.port
    upload = server.wait_for_upload(timeout=5)
    result = server.wait_for_import(upload.id)
"""

from typing import TYPE_CHECKING, Any

from .hooks.events import FileMissing, ImportFinished, Upload, UploadAborted, UploadCompleted
from .hooks.spec import hookimpl
from .server.exceptions import WharfingerError

if TYPE_CHECKING:
    from .server.app import Server
    from .server.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "FileMissing",
    "ImportFinished",
    "Server",
    "Settings",
    "Upload",
    "UploadAborted",
    "UploadCompleted",
    "WharfingerError",
    "hookimpl",
]


def __getattr__(name: str) -> Any:
    """Server and Settings once they are asked for: a process that imports files needs neither."""
    if name == "Server":
        from .server.app import Server  # noqa: PLC0415 - late on purpose

        return Server
    if name == "Settings":
        from .server.settings import Settings  # noqa: PLC0415 - late on purpose

        return Settings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
