"""Telling people and machines what an import did."""

from .report_files import write_reports

__all__ = ["write_reports"]
