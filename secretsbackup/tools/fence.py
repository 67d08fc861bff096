"""A fence around a child: Linux lets it write below some folders only, whatever it is told to write.

duplicity follows a link that it has just restored, so a forged backup could write anywhere; Landlock
(Linux 5.13, landlock(7)) forbids that, to a child and to all that it starts. This module is also the
little program that puts up the fence and then becomes the child: `fence.py FOLDER… -- PROGRAM WORD…`.
Attributes (chmod, utime) of what lies outside are not fenced in; Landlock knows no such rule.
"""

import ctypes
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System calls; since Linux 5.x of one number on all machines."""
_NO_NEW_PRIVILEGES = 38
_BELOW = 1
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_WRITES = (0, 0b1_1111_1111_0010, 1 << 13, _TRUNCATE)
"""The rights to write that came with each version: write, remove and make (1), rename across folders (2),
truncate (3)."""
_ANYWHERE = ("/dev/null", "/dev/tty")


def prefix(folders: Sequence[Path]) -> list[str]:
    """The words before a program's own that fence it in; none where the system has no such fence."""
    places = [str(folder) for folder in folders if folder.exists()]
    return [sys.executable, "-I", "-S", __file__, *places, "--"] if version() else []


def version() -> int:
    """The version of Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    found: int = _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    return max(found, 0)


def put_up(folders: Sequence[str]) -> None:
    """From now on this process and its children write below these folders only. OSError if it fails."""
    libc, rights = _libc(), sum(_WRITES[: version() + 1])
    handled = ctypes.c_uint64(rights)
    rules = _done(
        libc.syscall(_CREATE_RULESET, ctypes.byref(handled), ctypes.c_size_t(8), ctypes.c_uint32(0))
    )
    for place in (*folders, *_ANYWHERE):
        _allow(libc, rules, place, rights)
    _done(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _done(libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)))
    os.close(rules)


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def _allow(libc: ctypes.CDLL, rules: int, place: str, rights: int) -> None:
    try:
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there cannot be written to
    folder = stat.S_ISDIR(os.fstat(opened).st_mode)
    rule = _PathBeneath(rights if folder else rights & (_WRITE_FILE | _TRUNCATE), opened)
    _done(libc.syscall(_ADD_RULE, rules, _BELOW, ctypes.byref(rule), ctypes.c_uint32(0)))
    os.close(opened)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _done(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


if __name__ == "__main__":
    _at = sys.argv.index("--")
    put_up(sys.argv[1:_at])
    os.execv(sys.argv[_at + 1], sys.argv[_at + 1 :])  # noqa: S606 - an absolute path, and no shell
