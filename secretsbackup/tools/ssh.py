"""Folders on SSH hosts: what they hold, by OpenSSH's sftp or by rsync."""

import re
import secrets
import shlex
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Host
from secretsbackup.model.outcome import Failure
from secretsbackup.tools import process

_SSH = ("-oBatchMode=yes", "-oConnectTimeout=8")
"""Never ask: there may be nobody to answer. Keys come from the agent or ~/.ssh."""

_TEXT: tuple[tuple[str, Callable[[str], Cause]], ...] = (
    (r"host key verification failed|authenticity of host", causes.HostKeyUnknown),
    (r"permission denied|too many authentication failures", causes.DestinationDenied),
    (
        r"could not resolve|connection refused|timed out|no route|connection closed|unreachable|"
        r"connection reset",
        causes.DestinationUnreachable,
    ),
)
_MISSING = r"no such file or directory|not found|couldn't stat|can't ls"


async def contents(host: Host) -> dict[str, int]:
    """Names in the folder and their sizes in bytes; empty where the folder is not there yet."""
    return await (_by_sftp(host) if host.scheme == "sftp" else _by_rsync(host))


async def reached(host: Host) -> None:
    """Log in, and ask for nothing more than the folder's name; Failure if that is refused.

    An account may allow sftp or rsync alone: so it is asked what it will be asked later.
    """
    if host.scheme == "sftp":
        ended = await _batch(host, "pwd\n")
    else:
        words = ["--list-only", "--protect-args", "-e", _shell(host), "--", f"{host.address}:{host.path}"]
        ended = await process.run(process.find("rsync"), words)
    if ended.status != 0:
        _nothing_yet(ended, host)


async def make_folder(host: Host) -> None:
    """Make the folder of an rsync:// destination, which duplicity does for sftp:// alone."""
    if host.scheme == "rsync":
        port = ["-p", str(host.port)] if host.port else []
        words = [*_SSH, *port, "--", host.login, f"mkdir -p -m 700 -- {shlex.quote(host.path)}"]
        ended = await process.run(process.find("ssh"), words)
        if ended.status != 0:
            raise Failure(causes.DestinationMissing(f"{host.login}:{host.path}"), ended.last_lines[-5:])


async def fetch(host: Host, name: str) -> bytes:
    """The content of a file in the folder."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "file"
        await bring(host, name, here)
        return here.read_bytes()


async def bring(host: Host, name: str, to: Path) -> None:
    """Copy a file in the folder to one here."""
    there = f"{host.path}/{name}"
    if host.scheme == "sftp":
        await _sftp(host, f"get {_quoted(there)} {_quoted(str(to))}\n")
    else:
        await _rsync(host, f"{host.address}:{there}", str(to))


async def put(host: Host, name: str, content: bytes) -> None:
    """Put a file into the folder, owner-only; the folder is made if need be (`-mkdir`: there is no error)."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder) / "file"
        here.touch(0o600)
        here.write_bytes(content)
        there = f"{host.path}/{name}"
        if host.scheme == "sftp":
            make = f"-mkdir {_quoted(host.path)}\n"
            await _sftp(host, f"{make}put {_quoted(str(here))} {_quoted(there)}\n")
        else:
            await make_folder(host)
            await _rsync(host, str(here), f"{host.address}:{there}")


async def remove(host: Host, names: Sequence[str]) -> None:
    """Remove files from the folder, by sftp, which every sshd has; "-" goes on where one is gone already."""
    ended = await _batch(host, "".join(f"-rm {_quoted(f'{host.path}/{name}')}\n" for name in names))
    if ended.status != 0:
        raise Failure(causes.DestinationDenied(host.login), ended.last_lines[-5:])


async def probe(host: Host) -> None:
    """Make a folder in the folder and take it away; Failure if that is refused. One that is not there yet,
    duplicity will make."""
    path = f"{host.path}/.secretsbackup-probe-{secrets.token_hex(4)}"
    if host.scheme == "sftp":
        ended = await _batch(host, f"mkdir {_quoted(path)}\nrmdir {_quoted(path)}\n")
    else:
        port = ["-p", str(host.port)] if host.port else []
        command = f"mkdir -- {shlex.quote(path)} && rmdir -- {shlex.quote(path)}"
        ended = await process.run(process.find("ssh"), [*_SSH, *port, "--", host.login, command])
    if ended.status != 0:
        _nothing_yet(ended, host)


async def clear(host: Host) -> None:
    """Take away a folder of files."""
    if host.scheme == "sftp":
        ended = await _batch(host, f"-rm {_quoted(host.path)}/*\nrmdir {_quoted(host.path)}\n")
    else:
        port = ["-p", str(host.port)] if host.port else []
        command = f"rm -r -- {shlex.quote(host.path)}"
        ended = await process.run(process.find("ssh"), [*_SSH, *port, "--", host.login, command])
    if ended.status != 0:
        _nothing_yet(ended, host)


async def _sftp(host: Host, batch: str) -> None:
    _succeeded(await _batch(host, batch), host)


async def _batch(host: Host, batch: str) -> process.Ended:
    port = ["-P", str(host.port)] if host.port else []
    return await process.run(
        process.find("sftp"), ["-q", *_SSH, *port, "-b", "-", "--", host.address], given=batch.encode()
    )


async def _rsync(host: Host, source: str, target: str) -> None:
    words = ["--protect-args", "-e", _shell(host), "--", source, target]
    _succeeded(await process.run(process.find("rsync"), words), host)


def _succeeded(ended: process.Ended, host: Host) -> None:
    if ended.status != 0:
        _nothing_yet(ended, host)
        raise Failure(causes.DestinationMissing(f"{host.login}:{host.path}"), ended.last_lines[-5:])


def _quoted(path: str) -> str:
    """A path as a word of sftp's own language."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shell(host: Host) -> str:
    return " ".join([str(process.find("ssh")), *_SSH, *([f"-p{host.port}"] if host.port else [])])


async def _by_sftp(host: Host) -> dict[str, int]:
    said: list[str] = []
    port = ["-P", str(host.port)] if host.port else []
    ended = await process.run(
        process.find("sftp"),
        ["-q", *_SSH, *port, "-b", "-", "--", host.address],
        given=f"ls -ln {_quoted(host.path + '/')}\n".encode(),
        on_line=lambda line: said.append(line.decode("utf-8", "replace")),
    )
    if ended.status != 0:
        return _nothing_yet(ended, host)
    listed = re.compile(r"-\S+\s+\S+\s+\S+\s+\S+\s+(\d+)\s.*?(duplicity-\S+)$")
    return {Path(found[2]).name: int(found[1]) for line in said if (found := listed.match(line))}


async def _by_rsync(host: Host) -> dict[str, int]:
    said: list[str] = []
    ended = await process.run(
        process.find("rsync"),
        [
            *("--list-only", "--protect-args", "--no-human-readable", "-e", _shell(host)),
            *("--", f"{host.address}:{host.path}/"),
        ],
        on_line=lambda line: said.append(line.decode("utf-8", "replace")),
    )
    if ended.status != 0:
        return _nothing_yet(ended, host)
    listed = re.compile(r"-\S+\s+([\d,]+)\s+\S+\s+\S+\s+(\S+)$")
    found = (listed.match(line) for line in said)
    return {one[2]: int(one[1].replace(",", "")) for one in found if one}


def _nothing_yet(ended: process.Ended, host: Host) -> dict[str, int]:
    """Nothing, where only the folder is missing (duplicity makes it); else a Failure."""
    text = "\n".join(ended.last_lines)
    for pattern, of_host in _TEXT:
        if re.search(pattern, text, re.IGNORECASE):
            raise Failure(of_host(host.login), ended.last_lines[-5:])
    if re.search(_MISSING, text, re.IGNORECASE):
        return {}
    raise Failure(causes.DestinationUnreachable(host.login), ended.last_lines[-5:])
