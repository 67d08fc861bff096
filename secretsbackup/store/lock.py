"""The lock of a profile: one run at a time, across processes. The kernel frees it, however a run ends.

duplicity and rsync hold it too while they live (they inherit its file descriptor), so that a run that
was killed and has a child left cannot be overtaken.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from secretsbackup.model.outcome import Reason, Skip, Why
from secretsbackup.model.profile import ProfileName
from secretsbackup.store.home import Home, owner_only

PLEASE_STOP = signal.SIGUSR1
"""What a window sends to the run of another process. It is no SIGTERM: that the system sends, and whoever
ends by it is to begin again soon."""
_PATIENCE = 8.0
"""Seconds to wait for the children of a run that was killed: they are told to end when it dies."""


@contextlib.asynccontextmanager
async def held(home: Home, profile: ProfileName) -> AsyncIterator[int]:
    """Hold the profile's lock and give its file descriptor; Skip(BUSY) if somebody else does."""
    with _opened(home.lock(profile)) as descriptor:
        await _take(descriptor)
        with contextlib.suppress(OSError):  # on a full disk nobody learns who holds it
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    owner_only(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


async def _take(descriptor: int) -> None:
    waited = 0.0
    while not taken(descriptor):
        owner = _owner(descriptor)
        if waited >= _PATIENCE or (owner and _alive(owner)):
            raise Skip(Why(Reason.BUSY, str(owner or "")))
        await asyncio.sleep(0.1)
        waited += 0.1


def taken(descriptor: int) -> bool:
    """Take the lock of an open file if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def ask_to_stop(home: Home, profile: ProfileName) -> bool:
    """Ask the other process that holds a profile's lock to stop its run; False if none does.

    Its number is in the file; that the lock is held says that it is still the same process.
    """
    with _opened(home.lock(profile)) as descriptor:
        owner = _owner(descriptor)
        if taken(descriptor) or owner in (0, os.getpid()) or not _alive(owner):
            return False
        os.kill(owner, PLEASE_STOP)
        return True


def _owner(descriptor: int) -> int:
    text = os.pread(descriptor, 20, 0).strip()
    return int(text) if text.isdigit() else 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
