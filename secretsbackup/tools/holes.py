"""Holes: long runs of zeros in restored files give their disk space back, for duplicity writes every zero.

A sparse file (a virtual machine's disk) would otherwise take all of its length.
"""

import contextlib
import ctypes
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from secretsbackup.tools import tree

_RUN = 1 << 20
"""Bytes: shorter runs are not worth a hole, nor a look."""
_PROBE = 4096
"""Bytes of each run that are read first: a file without zeros is not read as a whole for this."""
_ZEROS = bytes(_RUN)
_PUNCH_KEEPING_SIZE = 0x02 | 0x01
"""FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE (linux/falloc.h)."""


def dig_below(folder: Path) -> None:
    """Dig holes into the files below a folder, where system and file system can: contents, modes and times
    stay. A file that may not be written to stays as it is, and so does one that is setuid or setgid."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "fallocate"):  # macOS
        return
    for path, status in tree.files_below(folder):
        plain = stat.S_ISREG(status.st_mode) and not status.st_mode & (stat.S_ISUID | stat.S_ISGID)
        if plain and status.st_size >= _RUN and status.st_nlink == 1:
            with contextlib.suppress(OSError):
                _dig(libc, path, status)


def _dig(libc: ctypes.CDLL, path: bytes, status: os.stat_result) -> None:
    opened = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        runs = list(_zeros(opened, status.st_size))
        for start in runs:
            libc.fallocate(opened, _PUNCH_KEEPING_SIZE, ctypes.c_int64(start), ctypes.c_int64(_RUN))
        if runs:
            os.utime(opened, ns=(status.st_atime_ns, status.st_mtime_ns))
    finally:
        os.close(opened)


def _zeros(opened: int, size: int) -> Iterator[int]:
    """Where whole runs of zeros begin."""
    for start in range(0, size - _RUN + 1, _RUN):
        if os.pread(opened, _PROBE, start) == _ZEROS[:_PROBE] and os.pread(opened, _RUN, start) == _ZEROS:
            yield start
