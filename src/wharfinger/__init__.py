"""wharfinger: an SFTP and FTPS server whose acknowledged uploads are durable and imported at once."""

__version__ = "0.1.0"
