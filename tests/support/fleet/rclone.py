"""rclone, over each protocol."""

from __future__ import annotations

from clients import Client, Command, Target, run


def rclone_remote(target: Target, protocol: str, path: str) -> str:
    """A path at the server, as rclone is told of it without a configuration."""
    if protocol == "SFTP":
        return (
            f":sftp,host=127.0.0.1,port={target.sftp.port},user={target.login},"
            f"key_file={target.key},known_hosts_file={target.known_hosts}:{path}"
        )
    tls, at = ("explicit_tls", target.ftpes) if protocol == "FTPES" else ("tls", target.ftps)
    password = run("rclone", "obscure", target.password).strip()
    login = f"user={target.login},pass={password}"
    return f":ftp,host=localhost,port={at.port},{login},{tls}=true:{path}"


def rclone(target: Target, *words: str) -> Command:
    """An rclone that tries everything once."""
    once = ("--retries", "1", "--low-level-retries", "1")
    config = ("--config", str(target.folder / "rclone.conf"))
    # rclone's FTP knows no other way to name a certificate to trust
    return Command(
        ("rclone", *words, *once, *config), env={"SSL_CERT_FILE": str(target.certificate)}
    )


def _client(protocol: str) -> Client:
    def at(target: Target, path: str) -> str:
        return rclone_remote(target, protocol, path)

    return Client(
        needs="rclone",
        protocol=protocol,
        put=lambda t, file, remote: rclone(t, "copyto", str(file), at(t, remote)),
        get=lambda t, file, remote: rclone(t, "copyto", at(t, remote), str(file)),
        resume="rclone sends every file from its start",
        rename=lambda t, old, new: rclone(t, "moveto", at(t, old), at(t, new)),
        listing=lambda t, folder: rclone(t, "lsf", at(t, folder)),
    )


RCLONE = {f"rclone {protocol}": _client(protocol) for protocol in ("SFTP", "FTPES", "FTPS")}
