"""The FTPS edge, for explicit and implicit TLS, on pyftpdlib."""

from .edge import FtpsEdge
from .login import FtpServices

__all__ = ["FtpServices", "FtpsEdge"]
