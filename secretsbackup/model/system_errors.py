"""Refusals: what the system answers when it does not do what was asked for (errno), as a cause."""

import errno
import os
import re
from collections.abc import Callable

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause

LIMITS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOBUFS, errno.ENOLCK}
"""What the system has no more of, wherever it was asked for."""

_OF_LINUX = ("EUCLEAN", "EBADMSG", "EREMOTEIO", "ENOMEDIUM")
DISK = {errno.EIO, errno.ESTALE, *(getattr(errno, name) for name in _OF_LINUX if hasattr(errno, name))}
"""What only a disk or a share answers that does not work; the latter are a damaged file system's (ext4, XFS,
Btrfs) and a drive's that was pulled out."""

Named = Callable[[str], Cause]
"""What makes a cause of the name of a file or folder."""

REFUSALS: dict[int, Named] = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), causes.NoRoom),
    errno.EROFS: causes.DiskReadOnly,
    **dict.fromkeys((*DISK, errno.ENODEV, errno.ENOTCONN), causes.DiskFailing),
    **dict.fromkeys((errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.ENXIO), causes.InTheWay),
    errno.ENAMETOOLONG: causes.PathTooLong,
    errno.EFBIG: causes.FileTooLarge,
}
"""Those that mean the same everywhere. What a missing permission or file means depends on the place."""

_OF_A_DISK = {
    *LIMITS,
    *DISK,
    errno.ENODEV,
    errno.ENOTCONN,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EFBIG,
}
"""What a disk or the system answers: whatever a program says beside it comes of it."""

_WORDS = {
    "no space left on device": errno.ENOSPC,
    "disk quota exceeded": errno.EDQUOT,
    "read-only file system": errno.EROFS,
    "input/output error": errno.EIO,
    "stale (?:nfs )?file handle": errno.ESTALE,
    "structure needs cleaning": getattr(errno, "EUCLEAN", errno.EIO),
    "too many open files in system": errno.ENFILE,
    "too many open files": errno.EMFILE,
    "cannot allocate memory": errno.ENOMEM,
    "no locks available": errno.ENOLCK,
    "file too large": errno.EFBIG,
}
"""What the C library calls them in English (strerror(3)), in which our children speak."""


def refusal(number: int, name: str) -> Cause:
    """The cause that one of these answers is, about the file or folder of this name."""
    return causes.SystemLimit(os.strerror(number)) if number in LIMITS else REFUSALS[number](name)


def in_text(text: str) -> int | None:
    """The first of these answers that a program passes on among its words: by the number that Python puts
    before it, or as the C library calls it; None if there is none."""
    numbers = (int(number) for number in re.findall(r"\[Errno (\d{1,3})\]", text))
    by_number = next((number for number in numbers if number in _OF_A_DISK), None)
    if by_number is not None:
        return by_number
    found = re.search("|".join(f"({words})" for words in _WORDS), text, re.IGNORECASE)
    return [*_WORDS.values()][found.lastindex - 1] if found and found.lastindex else None
