"""The SFTP edge, on asyncssh."""

from .edge import SftpEdge

__all__ = ["SftpEdge"]
