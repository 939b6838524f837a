"""TLS certificates and SSH host keys: create, load and check them."""
