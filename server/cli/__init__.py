"""The CLI: one file per command group."""
