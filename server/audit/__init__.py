"""The audit log: who logged in, sent, took and decided what, in lines that prove each other."""

from .chain import Fault
from .log import AuditLog
from .recorder import Recorder

__all__ = ["AuditLog", "Fault", "Recorder"]
