"""Telling people and machines what an import did."""

from .mail_server import MailServer
from .postman import Postman
from .report_files import write_reports
from .subscription import Subscription

__all__ = ["MailServer", "Postman", "Subscription", "write_reports"]
