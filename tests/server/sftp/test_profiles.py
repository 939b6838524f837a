"""What is negotiated: sound algorithms everywhere, weak ones only where they were asked for."""

from __future__ import annotations

import asyncio
import socket
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from firm import PASSWORD, provision
from wharfinger import Server
from wharfinger.certs import HostKeys
from wharfinger.server.settings import Address
from wharfinger.server.sftp.algorithms import LEGACY, MODERN
from wharfinger.server.sftp.edge import SftpEdge
from witness import until

OLD_CLIENT = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-cbc"],
    "mac_algs": ["hmac-sha1"],
    "server_host_key_algs": ["ssh-rsa"],
}


@pytest.fixture
def served(start: Callable[..., Server]) -> Server:
    """A server with both listeners; `acme-old` may use the one for old clients."""
    server = start(sftp_legacy=Address(host="127.0.0.1", port=0))
    provision(server)
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key()
    server.add_account("acme-old", client="acme", password=PASSWORD, legacy=True, public_keys=[key])
    return server


def name_lists(at: Address) -> list[list[str]]:
    """The name-lists of the server's KEXINIT, in their order (RFC 4253 §7.1)."""
    with socket.create_connection((at.host, at.port), 20) as sock:
        sock.sendall(b"SSH-2.0-test\r\n")
        stream = sock.makefile("rb")
        assert stream.readline().startswith(b"SSH-2.0-")
        length, padding = struct.unpack(">IB", stream.read(5))
        payload = stream.read(length - 1)[: length - 1 - padding]
        stream.close()
    lists, position = [], 17  # behind the type and the cookie
    for _ in range(8):
        (size,) = struct.unpack_from(">I", payload, position)
        lists.append(payload[position + 4 : position + 4 + size].decode("ascii").split(","))
        position += 4 + size
    return lists


def test_only_sound_algorithms_are_offered(served: Server) -> None:
    """No SHA-1, no CBC, no compression; post-quantum key exchange first; strict KEX (Terrapin)."""
    kex, keys, ciphers, _, macs, _, compression, _ = name_lists(served.sftp)
    assert kex == [*MODERN.kex, "ext-info-s", "kex-strict-s-v00@openssh.com"]
    assert kex[0].startswith("mlkem768")
    weak = ("sha1", "cbc", "md5", "arcfour", "group1-", "3des", "chacha20")
    assert not [name for name in kex + keys + ciphers + macs if any(w in name for w in weak)]
    assert set(keys) == set(MODERN.signatures) - {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"}
    assert compression == ["none"]


def test_the_listener_for_old_clients_adds_the_least(served: Server) -> None:
    """SHA-1 with a 2048-bit group, RSA with SHA-1, CBC; no MD5, RC4, 3DES or 1024-bit group."""
    kex, keys, ciphers, _, macs, _, compression, _ = name_lists(served.sftp_legacy)
    sound = name_lists(served.sftp)
    assert set(kex) - set(sound[0]) == {
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha256",
    }
    assert set(keys) - set(sound[1]) == {"ssh-rsa"}
    assert set(ciphers) - set(sound[2]) == {"aes128-cbc", "aes256-cbc"}
    assert set(macs) - set(sound[4]) == {"hmac-sha1"}
    assert compression == ["none"]
    # what is sound still comes first for a client that goes by the server's order
    assert kex[: len(MODERN.kex)] == list(MODERN.kex)
    assert LEGACY.ciphers[: len(MODERN.ciphers)] == MODERN.ciphers


def login(at: Address, account: str, **options: Any) -> None:
    """Log in, and look around."""

    async def look() -> None:
        async with (
            asyncssh.connect(
                at.host,
                at.port,
                username=account,
                password=PASSWORD,
                known_hosts=None,
                client_keys=None,
                config=None,
                **options,
            ) as connection,
            connection.start_sftp_client() as sftp,
        ):
            assert await sftp.listdir("/")

    asyncio.run(look())


def test_an_old_client_gets_in_where_its_account_may(served: Server) -> None:
    """A client that knows SHA-1 and CBC only; what was negotiated is kept with its account."""
    login(served.sftp_legacy, "acme-old", **OLD_CLIENT)
    (last,) = served._runtime.registry.last_logins("acme-old")
    assert last.listener == "sftp_legacy"
    assert last.client_version.startswith("SSH-2.0-AsyncSSH")
    assert dict(last.algorithms) == {
        "kex": "diffie-hellman-group14-sha1",
        "host_key": "ssh-rsa",
        "cipher": "aes128-cbc",
        "mac": "hmac-sha1",
    }


def test_others_are_refused_there(served: Server) -> None:
    """An account that is not marked is refused by the old listener, whatever its client knows."""
    with pytest.raises(asyncssh.PermissionDenied):
        login(served.sftp_legacy, "acme-payroll")
    login(served.sftp, "acme-payroll")
    login(served.sftp, "acme-old")
    (last,) = served._runtime.registry.last_logins("acme-payroll")
    assert last.listener == "sftp"
    assert last.algorithms["cipher"] in MODERN.ciphers


def test_an_old_client_is_refused_elsewhere_and_the_log_says_why(
    served: Server, log: list[Any]
) -> None:
    """The line names the client, and the algorithms that it had to offer."""
    with pytest.raises(asyncssh.KeyExchangeFailed):
        login(served.sftp, "acme-old", **OLD_CLIENT)
    until(lambda: any("no common algorithm" in line["event"] for line in log))
    (line,) = [line for line in log if "no common algorithm" in line["event"]]
    assert line["client_version"].startswith("SSH-2.0-AsyncSSH")
    assert "diffie-hellman-group14-sha1" in line["reason"]


@pytest.mark.parametrize("listener", ["sftp", "sftp_legacy"])
def test_openssh_with_old_algorithms(listener: str, served: Server, tmp_path: Path) -> None:
    """OpenSSH told to use nothing newer works on the one listener, and not on the other."""
    at: Address = getattr(served, listener)
    ask = tmp_path / "ask"
    ask.write_text(f"#!/bin/sh\necho '{PASSWORD}'\n")
    ask.chmod(0o700)
    options = {
        "KexAlgorithms": "diffie-hellman-group14-sha1",
        "HostKeyAlgorithms": "ssh-rsa",
        "Ciphers": "aes256-cbc",
        "MACs": "hmac-sha1",
        "UserKnownHostsFile": "/dev/null",
        "StrictHostKeyChecking": "no",
        "PubkeyAuthentication": "no",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    done = subprocess.run(
        ["sftp", "-F", "none", *words, "-P", str(at.port), "acme-old@127.0.0.1"],
        input="ls /\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "PATH": "/usr/bin:/bin"},
    )
    assert (done.returncode == 0) == (listener == "sftp_legacy"), done.stderr
    assert ("reports" in done.stdout) == (listener == "sftp_legacy")
    assert ("no matching key exchange" in done.stderr) == (listener == "sftp")


def test_each_connection_signs_as_it_chose(served: Server) -> None:
    """Clients that want the same RSA key to sign by different hashes do not disturb each other."""

    async def crowd() -> None:
        async def connect(signature: str) -> None:
            options = {"server_host_key_algs": [signature], "known_hosts": None, "config": None}
            at = served.sftp_legacy
            async with asyncssh.connect(
                at.host,
                at.port,
                username="acme-old",
                password=PASSWORD,
                client_keys=None,
                **options,
            ) as connection:
                assert connection.get_extra_info("server_version")

        signatures = ["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"] * 5
        await asyncio.gather(*map(connect, signatures))

    asyncio.run(crowd())


def test_old_clients_are_told_of_no_host_keys() -> None:
    """OpenSSH knows of some that do not bear it; others are told of each and its successor."""
    kinds = ("ssh-ed25519", "ssh-rsa", "ssh-ed25519")
    first, second, successor = (asyncssh.generate_private_key(kind) for kind in kinds)
    keys = HostKeys((first, second), (successor,))
    for legacy, told in ((False, [first, second, successor]), (True, [])):
        edge = SftpEdge(
            *(None, None, keys),  # type: ignore[arg-type]  # nobody logs in
            login_timeout=1,
            stall_timeout=1,
            legacy=legacy,
        )
        options = edge._options
        assert list(options.all_server_host_keys) == [key.public_data for key in told]
        served = {pair.public_data for pair in options.server_host_keys.values()}
        assert served == {first.public_data, second.public_data}
