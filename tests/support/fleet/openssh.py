"""OpenSSH: sftp, scp in both of its protocols, and sshfs, which runs ssh."""

from __future__ import annotations

from shlex import quote

from clients import Client, Command, Target, ssh_options

_ONE_FILE = "scp copies whole files, and does nothing else"


def _sftp(target: Target, line: str) -> Command:
    words = ("sftp", "-q", "-b", "-", "-P", str(target.sftp.port), *ssh_options(target))
    return Command((*words, f"{target.login}@127.0.0.1"), text=line + "\n")


def _scp(target: Target, protocol: str, source: str, to: str) -> Command:
    words = ("scp", protocol, "-q", "-P", str(target.sftp.port), *ssh_options(target))
    return Command((*words, source, to))


def _remote(target: Target, path: str) -> str:
    return f"{target.login}@127.0.0.1:{path}"


def _scp_client(protocol: str, name: str) -> Client:
    return Client(
        needs="scp",
        protocol=name,
        put=lambda t, file, remote: _scp(t, protocol, str(file), _remote(t, remote)),
        get=lambda t, file, remote: _scp(t, protocol, _remote(t, remote), str(file)),
        resume=_ONE_FILE,
        rename=_ONE_FILE,
        listing=_ONE_FILE,
        silent="shows `Failure` without the text that the server sends" if name == "SFTP" else "",
    )


#: ends the mount whatever becomes of the command; sshfs stays in the process group, to be killed
_MOUNTED = """
mkdir -p {mount} && sshfs -f {options} {remote} {mount} & daemon=$!
until mountpoint -q {mount}; do kill -0 $daemon || exit 1; sleep 0.05; done
{command}; code=$?
fusermount3 -u {mount}; wait; exit $code
"""


def _sshfs(target: Target, command: str) -> Command:
    mount = target.folder / "mount"
    options = [word for word in ssh_options(target) if word not in ("-F", "none")]
    script = _MOUNTED.format(
        mount=quote(str(mount)),
        options=" ".join(map(quote, ["-p", str(target.sftp.port), *options])),
        remote=_remote(target, "/"),
        command=command.format(mount=quote(str(mount))),
    )
    return Command(("sh", "-c", script))


OPENSSH = {
    "OpenSSH sftp": Client(
        needs="sftp",
        protocol="SFTP",
        put=lambda t, file, remote: _sftp(t, f"put {file} {remote}"),
        get=lambda t, file, remote: _sftp(t, f"get {remote} {file}"),
        resume=lambda t, file, remote: _sftp(t, f"reput {file} {remote}"),
        rename=lambda t, old, new: _sftp(t, f"rename {old} {new}"),
        listing=lambda t, folder: _sftp(t, f"ls -1 {folder}"),
        silent="shows `Failure` without the text that the server sends",
    ),
    "OpenSSH scp": _scp_client("-s", "SFTP"),
    "OpenSSH scp -O": _scp_client("-O", "SCP"),
    "sshfs": Client(
        needs="sshfs",
        protocol="SFTP",
        put=lambda t, file, remote: _sshfs(t, f"cp --sparse=never {file} {{mount}}{remote}"),
        get=lambda t, file, remote: _sshfs(t, f"cp {{mount}}{remote} {file}"),
        resume="a mounted folder knows no resume: a program that writes a file starts it anew",
        rename=lambda t, old, new: _sshfs(t, f"mv {{mount}}{old} {{mount}}{new}"),
        listing=lambda t, folder: _sshfs(t, f"ls -1 {{mount}}{folder}"),
        deaf="succeeds: it does not wait for the answer to CLOSE",
    ),
}
