"""A client with an account and a folder, and small files for it."""

from __future__ import annotations

from typing import Any

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
