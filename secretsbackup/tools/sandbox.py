"""A fence around a child: Linux lets it change what lies below some folders only, whatever it is told to do.

duplicity follows a link that it has just restored, so a forged backup could write anywhere. Landlock (Linux
5.13, landlock(7)) forbids that, to a child and to all that it starts, but has no rule for attributes (chmod,
chown, utime). So the child also gets a view of the disks of its own, in which all else is read-only
(mount_namespaces(7), mount_setattr(2)), wherever the system allows one.

This module is also the little program that puts up the fence and then becomes the child:
`sandbox.py [--users] FOLDER… -- PROGRAM WORD…`.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF, _MOUNT_SETATTR = 444, 445, 446, 442
"""System calls; since Linux 5.x of one number on all machines."""
_NO_NEW_PRIVILEGES = 38
_BELOW = 1
_WRITE_FILE, _REMOVE_FILE, _MAKE_FILE, _TRUNCATE = 1 << 1, 1 << 5, 1 << 8, 1 << 14
_WRITES = (0, 0b1_1111_1111_0010, 1 << 13, _TRUNCATE)
"""The rights to write that came with each version: write, remove and make (1), rename across folders (2),
truncate (3)."""
_ANYWHERE = ("/dev/null", "/dev/tty")
_SEMAPHORES = "/dev/shm"  # noqa: S108 - where Linux has them
"""duplicity 3.0.4 makes a semaphore when it starts (sem_open(3)): a file that is linked, then removed."""

_NEW_MOUNTS, _NEW_USERS = 0x0002_0000, 0x1000_0000
_BIND, _ALL_BELOW, _PRIVATE, _NO_SETUID, _NO_DEVICES = 1 << 12, 1 << 14, 1 << 18, 1 << 1, 1 << 2
_HERE, _RECURSIVE, _READ_ONLY = -100, 0x8000, 1
"""unshare(2), mount(2), mount_setattr(2)."""

USERS = "--users"
"""The child must see whose each file is: ssh refuses settings of anyone but root or its user."""


TRY = "--try"
"""Only find out whether the child could have a view of its own: 0 if so."""


def trial() -> list[str]:
    """A command that ends with 0 where a child gets a view of the disks of its own."""
    return [sys.executable, "-I", "-S", __file__, TRY]


def prefix(folders: Sequence[Path], *, users: bool = False) -> list[str]:
    """The words before a program's own that fence it in; none where the system has no such fence."""
    places = [str(folder) for folder in folders if folder.exists()]
    words = [USERS] if users else []
    return [sys.executable, "-I", "-S", __file__, *words, *places, "--"] if version() else []


def version() -> int:
    """The version of Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    found: int = _libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    return max(found, 0)


def put_up(folders: Sequence[str], *, users: bool = False) -> None:
    """From now on this process and its children write below these folders only. OSError if it fails."""
    if can_see_apart(folders, users=users):
        _see_apart(folders, users=users)
    libc, rights = _libc(), sum(_WRITES[: version() + 1])
    handled = ctypes.c_uint64(rights)
    rules = _done(
        libc.syscall(_CREATE_RULESET, ctypes.byref(handled), ctypes.c_size_t(8), ctypes.c_uint32(0))
    )
    for place in folders:
        _allow(libc, rules, place, rights)
    for place in _ANYWHERE:
        _allow(libc, rules, place, rights & (_WRITE_FILE | _TRUNCATE))
    _allow(libc, rules, _SEMAPHORES, _WRITE_FILE | _REMOVE_FILE | _MAKE_FILE)
    _done(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _done(libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)))
    os.close(rules)


# A view of the disks of its own


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("cleared", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("users", ctypes.c_uint64),
    )


def can_see_apart(folders: Sequence[str], *, users: bool = False) -> bool:
    """Whether the system allows it: half of it cannot be taken back, so another process tries."""
    child = os.fork()
    if child == 0:
        try:
            _see_apart(folders, users=users)
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _see_apart(folders: Sequence[str], *, users: bool) -> None:
    """Have all disks read-only but these folders, for this process and its children; OSError if it fails.

    Who is not root can have that only as the one user there is: whatever is another's seems to be nobody's.
    """
    libc, user, group = _libc(), os.geteuid(), os.getegid()
    if user and users:
        raise PermissionError
    _done(libc.unshare(_NEW_MOUNTS | (_NEW_USERS if user else 0)))
    if user:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    _mount(libc, None, "/", None, _PRIVATE | _ALL_BELOW)
    for folder in folders:
        _mount(libc, folder, folder, None, _BIND | _ALL_BELOW)
    _set_mounts(libc, "/", _RECURSIVE, _MountAttributes(set=_READ_ONLY))
    for folder in folders:
        _set_mounts(libc, folder, 0, _MountAttributes(cleared=_READ_ONLY))
    if Path(_SEMAPHORES).is_dir():
        _mount(libc, "none", _SEMAPHORES, "tmpfs", _NO_SETUID | _NO_DEVICES)


def _mount(libc: ctypes.CDLL, what: str | None, place: str, kind: str | None, flags: int) -> None:
    words = [os.fsencode(one) if one else None for one in (what, place, kind)]
    _done(libc.mount(*words, ctypes.c_ulong(flags), None))


def _set_mounts(libc: ctypes.CDLL, place: str, flags: int, wanted: _MountAttributes) -> None:
    size = ctypes.c_size_t(ctypes.sizeof(wanted))
    _done(libc.syscall(_MOUNT_SETATTR, _HERE, os.fsencode(place), flags, ctypes.byref(wanted), size))


def _write(file: str, text: str) -> None:
    with open(file, "w") as opened:  # noqa: PTH123 - pathlib is slow to load
        opened.write(text)


# Landlock


_PATH_BENEATH = "=Qi"
"""The kernel's landlock_path_beneath_attr (linux/landlock.h), packed: the rights and the folder."""


def _allow(libc: ctypes.CDLL, rules: int, place: str, rights: int) -> None:
    try:
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there cannot be written to
    folder = stat.S_ISDIR(os.fstat(opened).st_mode)
    allowed = rights if folder else rights & (_WRITE_FILE | _TRUNCATE)
    rule = struct.pack(_PATH_BENEATH, allowed, opened)
    _done(libc.syscall(_ADD_RULE, rules, _BELOW, rule, ctypes.c_uint32(0)))
    os.close(opened)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _done(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


if __name__ == "__main__":
    if sys.argv[1:] == [TRY]:
        sys.exit(not can_see_apart([]))
    _at = sys.argv.index("--")
    _users = sys.argv[1] == USERS
    put_up(sys.argv[1 + _users : _at], users=_users)
    os.execv(sys.argv[_at + 1], sys.argv[_at + 1 :])  # noqa: S606 - an absolute path, and no shell
