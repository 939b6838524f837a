"""The file-transfer server: two protocol edges over one virtual file system."""
