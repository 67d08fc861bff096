"""Refusals: what the system answers when it does not do what was asked for (errno), as one of our Reasons."""

import errno

from secretsbackup.model.outcome import Reason

LIMITS = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOBUFS, errno.ENOLCK}
"""What the system has no more of, wherever it was asked for."""

_OF_LINUX = ("EUCLEAN", "EBADMSG", "EREMOTEIO", "ENOMEDIUM")
DISK = {errno.EIO, errno.ESTALE, *(getattr(errno, name) for name in _OF_LINUX if hasattr(errno, name))}
"""What only a disk or a share answers that does not work; the latter are a damaged file system's (ext4, XFS,
Btrfs) and a drive's that was pulled out."""

REASONS = {
    **dict.fromkeys(LIMITS, Reason.SYSTEM_LIMIT),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), Reason.NO_ROOM),
    errno.EROFS: Reason.DISK_READ_ONLY,
    **dict.fromkeys((*DISK, errno.ENODEV, errno.ENOTCONN), Reason.DISK_FAILING),
    **dict.fromkeys((errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ELOOP, errno.ENXIO), Reason.IN_THE_WAY),
    errno.ENAMETOOLONG: Reason.PATH_TOO_LONG,
}
"""Those that mean the same everywhere. What a missing permission or file means depends on the place."""
