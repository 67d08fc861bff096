"""The computer's sleep: held off while something is sent."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from secretsbackup.tools import bus, process
from secretsbackup.tools.threads import run_in_daemon_thread

_LOGIND = bus.BusService(
    "SYSTEM", "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
)


@contextlib.asynccontextmanager
async def held_off(cause: str) -> AsyncIterator[None]:
    """Keep the machine from going to sleep by itself, where that is allowed."""
    async with contextlib.AsyncExitStack() as stack:
        if sys.platform == "darwin":
            stack.push_async_callback(_ended, asyncio.create_task(_caffeinate()))
        elif held := await run_in_daemon_thread(lambda: _inhibit(cause)):
            stack.callback(os.close, held)
        yield


def _inhibit(cause: str) -> int | None:
    """A file descriptor that holds sleep off for as long as it is open (logind's Inhibit)."""
    answer = bus.ask(_LOGIND, "Inhibit", "ssss", "sleep:idle", "Secrets Backup", cause, "block")
    return answer[0].to_raw_fd() if answer else None


async def _caffeinate() -> None:
    words = ["-i", "-w", str(os.getpid())]
    await process.run(Path("/usr/bin/caffeinate"), words, waits=True)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, OSError):
        await task
