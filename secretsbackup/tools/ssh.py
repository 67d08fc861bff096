"""Folders on SSH hosts: what they hold, by OpenSSH's sftp or by rsync."""

import re
import shlex
from pathlib import Path

from secretsbackup.model.destination import Host
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.tools import process

_SSH = ("-oBatchMode=yes", "-oConnectTimeout=8")
"""Never ask: there may be nobody to answer. Keys come from the agent or ~/.ssh."""

_TEXT: tuple[tuple[str, Reason], ...] = (
    (r"host key verification failed|authenticity of host", Reason.HOST_KEY_UNKNOWN),
    (r"permission denied|too many authentication failures", Reason.DESTINATION_DENIED),
    (
        r"could not resolve|connection refused|timed out|no route|connection closed|unreachable|"
        r"connection reset",
        Reason.DESTINATION_UNREACHABLE,
    ),
)
_MISSING = r"no such file or directory|not found|couldn't stat|can't ls"


async def contents(host: Host) -> dict[str, int]:
    """Names in the folder and their sizes in bytes; empty where the folder is not there yet."""
    return await (_by_sftp(host) if host.scheme == "sftp" else _by_rsync(host))


async def make_folder(host: Host) -> None:
    """Make the folder of an rsync:// destination, which duplicity does for sftp:// alone."""
    if host.scheme == "rsync":
        port = ["-p", str(host.port)] if host.port else []
        words = [*_SSH, *port, "--", host.login, f"mkdir -p -m 700 -- {shlex.quote(host.path)}"]
        ended = await process.run(process.find("ssh"), words)
        if ended.status != 0:
            raise Failure(Reason.DESTINATION_MISSING, f"{host.login}:{host.path}", ended.last_lines[-5:])


async def _by_sftp(host: Host) -> dict[str, int]:
    said: list[str] = []
    port = ["-P", str(host.port)] if host.port else []
    quoted = host.path.replace("\\", "\\\\").replace('"', '\\"')
    ended = await process.run(
        process.find("sftp"),
        ["-q", *_SSH, *port, "-b", "-", "--", host.login],
        given=f'ls -ln "{quoted}/"\n'.encode(),
        on_line=lambda line: said.append(line.decode("utf-8", "replace")),
    )
    if ended.status != 0:
        return _nothing_yet(ended, host)
    listed = re.compile(r"-\S+\s+\S+\s+\S+\s+\S+\s+(\d+)\s.*?(duplicity-\S+)$")
    return {Path(found[2]).name: int(found[1]) for line in said if (found := listed.match(line))}


async def _by_rsync(host: Host) -> dict[str, int]:
    said: list[str] = []
    shell = " ".join([str(process.find("ssh")), *_SSH, *([f"-p{host.port}"] if host.port else [])])
    ended = await process.run(
        process.find("rsync"),
        ["--list-only", "--no-human-readable", "-e", shell, "--", f"{host.login}:{host.path}/"],
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
    for pattern, reason in _TEXT:
        if re.search(pattern, text, re.IGNORECASE):
            raise Failure(reason, host.login, ended.last_lines[-5:])
    if re.search(_MISSING, text, re.IGNORECASE):
        return {}
    raise Failure(Reason.DESTINATION_UNREACHABLE, host.login, ended.last_lines[-5:])
