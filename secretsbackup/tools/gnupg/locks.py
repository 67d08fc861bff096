"""The locks that GnuPG's programs hold in their home, and that a power cut leaves behind.

gpg waits for such a lock for ever, once the number of the process in it is another program's, and cannot
start its agent at all where the lock has lost its content (GnuPG's common/dotlock.c, and tried with 2.2).
"""

import contextlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

_FIRST = 2.0
"""Seconds in which a lock may still get its content, on a disk without hard links."""
_OTHERS = ("keyboxd", "dirmngr", "scdaemon", "tpm2daemon")
_SLEWED = 5.0
"""Seconds that a clock may have been set by between a process and its lock."""


def clear(home: Path) -> None:
    """Remove the locks that no GnuPG program of this machine holds; those of other machines stay."""
    for lock in _locks(home):
        if _is_left_over(lock):
            with contextlib.suppress(OSError):
                lock.unlink()


def held(home: Path) -> Path | None:
    """A lock that is there, for who has waited in vain."""
    return next(_locks(home), None)


def _locks(home: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from sorted((*home.glob("*.lock"), *home.glob("public-keys.d/*.lock")))


def _is_left_over(lock: Path) -> bool:
    try:
        made, content = lock.stat().st_mtime, lock.read_bytes()
    except OSError:
        return False
    found = re.fullmatch(rb" *(\d+)\n([^\n]+)\n?", content)
    if not found:
        return not content.strip(b"\0") and time.time() - made > _FIRST
    return _host() == found[2] and not _is_of_gnupg(int(found[1]), made)


def _host() -> bytes:
    import platform

    return platform.node().encode()


def _is_of_gnupg(pid: int, made: float) -> bool:
    """Whether the process is one of GnuPG's, and not younger than the lock that names it."""
    import psutil

    try:
        process = psutil.Process(pid)
        name = process.name()
        return name.startswith(("gpg", *_OTHERS)) and process.create_time() <= made + _SLEWED
    except psutil.NoSuchProcess:
        return False  # gpg sees that as well, and takes the lock
    except psutil.Error:
        return True
