"""The server as a whole: the only room that sees all others, and plugs them together."""

from .server import Server

__all__ = ["Server"]
