"""gpg-agent: asking it something, and telling one that is silent from one that is at work.

It answers at once whatever else it does: who types into a pinentry, and what a card takes its time for, is
waited for on other connections (GnuPG's agent/gpg-agent.c, one thread each). Only what keeps its processor
busy, as making a large key does, or a machine that has no time for it, makes it late.
"""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from secretsbackup.tools import process

_LOOKED = 0.5
"""Seconds between two looks whether it stirs."""


class Patience(msgspec.Struct, frozen=True):
    """Seconds: `silent` that an agent says nothing and does nothing either, `late` until an answer that it
    is at work on, `starting` for it to start, on a slow machine too."""

    silent: float = 3.0
    late: float = 15.0
    starting: float = 15.0


PATIENCE = Patience()


class AgentAnswer(msgspec.Struct, frozen=True):
    """What was answered, and how the program ended that asked."""

    lines: tuple[str, ...]
    ended: process.Ended

    @property
    def running(self) -> bool:
        """Whether there was an agent: it says OK or ERR to everything."""
        return any(line.startswith(("OK", "ERR")) for line in self.lines)


async def ask(questions: Sequence[str], home: Path | None, patience: Patience = PATIENCE) -> AgentAnswer:
    """Ask the agent, which is started if none runs; TimeoutError if it does not answer. Nothing is left that
    waits for it."""
    said = await _watched(["--no-autostart", *questions], home, patience)
    if said.running:
        return said
    async with asyncio.timeout(patience.starting):
        return await _asked(questions, home, [])


async def _watched(questions: Sequence[str], home: Path | None, patience: Patience) -> AgentAnswer:
    """Ask an agent that runs. Looks in vain are counted, and not the time: this program may have been stopped
    meanwhile, or the machine have slept."""
    pid: list[int] = []
    asking = asyncio.create_task(_asked(questions, home, pid))
    looks, in_vain = 0, 0
    try:
        while not asking.done():
            await asyncio.wait((asking,), timeout=_LOOKED)
            looks, in_vain = looks + 1, 0 if _at_work(pid) else in_vain + 1
            if in_vain * _LOOKED >= patience.silent or looks * _LOOKED >= patience.late:
                raise TimeoutError
        return asking.result()
    finally:
        if asking.cancel():
            await asyncio.wait((asking,))


async def _asked(questions: Sequence[str], home: Path | None, pid: list[int]) -> AgentAnswer:
    own = ["--homedir", str(home)] if home else []
    lines: list[bytes] = []
    ended = await process.run(
        process.find("gpg-connect-agent"),
        [*own, *questions, "/bye"],
        on_line=lines.append,
        born=pid.append,
    )
    return AgentAnswer(tuple(line.decode("utf-8", "replace") for line in lines), ended)


def _at_work(asking: Sequence[int]) -> bool:
    """Whether who asks, or an agent of this user, runs or waits for a disk: then it is late, not silent."""
    import psutil

    busy = (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
    for one in psutil.process_iter(["name", "uids", "status"]):
        found = one.info
        agent = found["name"] == "gpg-agent" and found["uids"] and found["uids"].real == os.getuid()
        if (agent or one.pid in asking) and found["status"] in busy:
            return True
    return False
