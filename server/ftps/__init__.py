"""The FTPS edge, for explicit and implicit TLS, on pyftpdlib."""

from .edge import FtpsEdge
from .public_address import PublicAddresses
from .services import FtpServices

__all__ = ["FtpServices", "FtpsEdge", "PublicAddresses"]
