"""The machine's sleep: held off while something is sent, and noticed when it is over."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from secretsbackup.tools import bus, process
from secretsbackup.tools.threads import run_in_daemon_thread

_LOGIND = bus.BusService(
    "SYSTEM", "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
)
_LEAP = 60.0
"""Seconds by which the wall clock must leave time itself: sleep, or a clock that was set."""


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


async def woken(every: float = 20.0) -> AsyncIterator[datetime]:
    """The moments at which this machine woke up, or its clock was put forward or back.

    logind says so at once; without it the clocks are compared every so many seconds: the one on the wall
    goes on while the other sleeps.
    """
    signals: asyncio.Queue[None] = asyncio.Queue()
    listening = asyncio.create_task(_listen(signals))
    try:
        ahead = _ahead()
        while True:
            told = await _told(signals, every)
            before, ahead = ahead, _ahead()
            if told or abs(ahead - before) > _LEAP:
                yield datetime.now(UTC)
    finally:
        await _ended(listening)


async def _told(signals: "asyncio.Queue[None]", within: float) -> bool:
    try:
        await asyncio.wait_for(signals.get(), within)
    except TimeoutError:
        return False
    return True


def _ahead() -> float:
    return time.time() - time.monotonic()


async def _listen(signals: "asyncio.Queue[None]") -> None:
    """Pass on logind's PrepareForSleep(false), which comes after waking; end where there is no logind."""
    if sys.platform != "linux":
        return
    from jeepney import MatchRule, message_bus
    from jeepney.io.asyncio import Proxy, open_dbus_router

    rule: Any = MatchRule(
        type="signal", interface=_LOGIND.interface, member="PrepareForSleep", path=_LOGIND.path
    )
    with contextlib.suppress(OSError, RuntimeError, ValueError, StopIteration):
        async with open_dbus_router(bus.address("SYSTEM")) as router:
            await Proxy(message_bus, router).AddMatch(rule)
            with router.filter(rule, bufsize=100) as heard:
                while True:
                    (begins,) = (await heard.get()).body
                    if not begins:
                        signals.put_nowait(None)
