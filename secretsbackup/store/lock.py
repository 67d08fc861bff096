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

from secretsbackup.model import causes
from secretsbackup.model.outcome import Skip
from secretsbackup.model.profile import ProfileName
from secretsbackup.store.boundary import bounded, open_file
from secretsbackup.store.home import Home, owner_only

PLEASE_STOP = signal.SIGUSR1
"""What a user's wish sends to the run of another process. It is no SIGTERM: that is the system's, and what
ends by it begins again soon."""
_STOP = "stop"
_LIMIT_S = 8.0
"""Seconds to wait for the children of a run that was killed: they are told to end when it dies."""


@contextlib.asynccontextmanager
async def held(home: Home, profile: ProfileName) -> AsyncIterator[int]:
    """Hold the profile's lock and give its file descriptor; Skip(BUSY) if somebody else does. Failure if it
    cannot be opened."""
    with _opened(home.lock(profile)) as descriptor:
        await _take(descriptor)
        with contextlib.suppress(OSError):  # on a full disk nobody learns who holds it
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    owner_only(path.parent)
    with bounded(path, causes.NotWritable):
        descriptor = open_file(path, os.O_RDWR | os.O_CREAT)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


async def _take(descriptor: int) -> None:
    waited = 0.0
    while not taken(descriptor):
        owner = _owner(descriptor)
        if waited >= _LIMIT_S or _alive(owner):
            raise Skip(causes.Busy(owner))
        await asyncio.sleep(0.1)
        waited += 0.1


def taken(descriptor: int) -> bool:
    """Take the lock of an open file if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def ask_to_stop(home: Home, profile: ProfileName) -> int:
    """Ask the other process that holds a profile's lock to stop its run: its number, or 0 if none does.

    That is asked in the file too, for a process may do the runs of several profiles. Skip(BUSY) if it is
    another user's.
    """
    with _opened(home.lock(profile)) as descriptor:
        if owner := _other(descriptor):
            with contextlib.suppress(OSError):  # on a full disk who does one run obeys all the same
                os.pwrite(descriptor, f"{owner}\n{_STOP}\n".encode(), 0)
            _signal(owner, PLEASE_STOP)
        return owner


def asked_to_stop(home: Home, profile: ProfileName) -> bool:
    """Whether somebody asked whoever holds a profile's lock to stop its run."""
    with _opened(home.lock(profile)) as descriptor:
        return _STOP in _words(descriptor)


def kill(home: Home, profile: ProfileName, owner: int) -> bool:
    """Kill that process if it still holds a profile's lock."""
    with _opened(home.lock(profile)) as descriptor:
        if held := _other(descriptor) == owner:
            _signal(owner, signal.SIGKILL)
        return held


def _other(descriptor: int) -> int:
    """Who else holds it. That it is held says that the number in it is still the same process's."""
    owner = _owner(descriptor)
    return 0 if taken(descriptor) or owner == os.getpid() or not _alive(owner) else owner


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # it just ended
    except PermissionError:
        raise Skip(causes.Busy(pid)) from None


def _owner(descriptor: int) -> int:
    number = next(iter(_words(descriptor)), "")
    return int(number) if number.isdigit() else 0


def _words(descriptor: int) -> list[str]:
    return os.pread(descriptor, 100, 0).decode(errors="replace").split()


def _alive(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
