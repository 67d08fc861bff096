"""A GnuPG home for a while: the public halves of this user's own keys, and a way to the agent that has the
secret ones, be they on a card. Whoever works in it may write to it; it goes when that is over.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.tools import process
from secretsbackup.tools.gnupg import answers, start_agent

_SOCKET = "S.gpg-agent"
_LIMIT_S = 60.0
"""Seconds; gpg answers at once."""
_LOOKED = 0.5
"""Seconds between two looks whether gpg-agent still runs."""


async def make(folder: Path) -> None:
    """Make such a home; Failure(GPG_FAILED)."""
    folder.mkdir(mode=0o700)
    # In the place of a socket gpg takes a file that says where it is (libassuan, assuan-socket.c).
    (folder / _SOCKET).write_text(f"%Assuan%\nsocket={await _agent_socket()}\n")
    if own := await _own_keys():
        armored = await _said("--armor", "--export", *own)
        await _said("--homedir", str(folder), "--import", given=armored)


@asynccontextmanager
async def agent_running() -> AsyncIterator[None]:
    """Start gpg-agent, and start it again whenever it ends: what works in a temporary home is not able to."""
    await start_agent()
    watching = asyncio.create_task(_keep_running(Path(await _agent_socket())))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait((watching,))


async def _keep_running(at: Path) -> None:
    while True:
        await asyncio.sleep(_LOOKED)
        if not _answers(at):
            with contextlib.suppress(Failure):
                await start_agent()


def _answers(at: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        one.setblocking(False)
        try:
            one.connect(str(at))
        except BlockingIOError:
            return True  # others wait for it as well
        except OSError:
            return False
        return True


async def _agent_socket() -> str:
    lines: list[bytes] = []
    await process.run(process.find("gpgconf"), ["--list-dirs", "agent-socket"], on_line=lines.append)
    if not lines:
        raise Failure(causes.GpgFailed("gpgconf --list-dirs agent-socket"))
    return lines[0].decode("utf-8", "surrogateescape")


async def _own_keys() -> list[str]:
    """The fingerprints of the keys that have a secret half, a stub of it included (gpg's doc/DETAILS)."""
    listed = (await _said("--with-colons", "--list-secret-keys")).decode("utf-8", "replace").splitlines()
    pairs = pairwise(listed)
    return [after.split(":")[9] for line, after in pairs if line.startswith("sec:") and after[:4] == "fpr:"]


async def _said(*words: str, given: bytes = b"") -> bytes:
    lines: list[bytes] = []
    words = ("--batch", "--trust-model", "always", *words)
    try:
        async with asyncio.timeout(_LIMIT_S):
            ended = await process.run(
                process.find("gpg"),
                words,
                given=given,
                on_line=lines.append,
            )
    except TimeoutError:
        raise Failure(causes.GpgFailed(f"no answer for {_LIMIT_S:.0f} s")) from None
    if ended.status != 0:
        if refused := answers.refused("\n".join(ended.last_lines)):
            raise refused
        raise Failure(causes.GpgFailed(f"gpg {ended.how}"), ended.last_lines[-5:])
    return b"\n".join(lines) + b"\n"
