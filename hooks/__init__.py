"""What happens after an upload: events, their delivery, the import engine, and reports."""
