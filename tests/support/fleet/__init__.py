"""All clients that are run against the server, by name."""

from __future__ import annotations

from clients import Client
from fleet.curl import CURL
from fleet.lftp import LFTP
from fleet.openssh import OPENSSH
from fleet.putty import PUTTY
from fleet.rclone import RCLONE
from fleet.scripts import SCRIPTS

FLEET: dict[str, Client] = {**OPENSSH, **PUTTY, **LFTP, **CURL, **RCLONE, **SCRIPTS}
