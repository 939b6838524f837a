"""A client with an account and a folder, and small files for it."""

from __future__ import annotations

import io
from typing import Any

import paramiko

from wharfinger import Server

PASSWORD = "correct horse battery staple"

HEADER = "legalEntity;employeeNumber;lastName;firstName;mail;dtContractStart"
CSV = "\r\n".join(
    (
        HEADER,
        "FR01;00001;Lefèvre;Zoé;zoe.lefevre@acme.example;01/02/2020",
        "FR01;00002;Noël;Anaïs;anais.noel@acme.example;15/03/2021",
        "FR01;00003;Müller;René;rene.muller@acme.example;01/09/2019",
        "",
    )
).encode("cp1252")


def provision(server: Server, client: str = "acme", **choices: Any) -> str:
    """Add a client with an account and its folder /hr/users; returns the login."""
    login = f"{client}-payroll"
    server.add_client(client, timezone="Europe/Paris")
    server.add_account(login, client=client, password=PASSWORD)
    chosen = {"mapping": "users", "first_import": "apply", **choices}
    server.add_folder(login, "/hr/users", name="Users", **chosen)
    return login


def push(server: Server, content: bytes = CSV, path: str = "/hr/users/users.csv") -> str:
    """Send a file as acme-payroll; returns the id of the upload."""
    transport = paramiko.Transport((server.sftp.host, server.sftp.port))
    try:
        transport.connect(username="acme-payroll", password=PASSWORD)
        client = paramiko.SFTPClient.from_transport(transport)
        assert client is not None
        client.putfo(io.BytesIO(content), path)
        client.close()
    finally:
        transport.close()
        transport.join(5)
    return server.wait_for_upload().id
