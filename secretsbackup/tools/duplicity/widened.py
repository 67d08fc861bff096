"""gpg before a wider pipe, so that duplicity and gpg wait less for each other where it decrypts.

This program is run on its own, without this package (see `stand_in`): it widens the pipe that it writes to,
and becomes gpg. It loads next to nothing, since it is started for each volume.
"""

import fcntl
import os
import sys

_WIDE = 1 << 20
"""What Linux gives to anyone (pipe(7)); 64 KiB are usual."""


def widen(pipe: int) -> None:
    """Let a pipe hold more; what is none, or where the system has no more, stays as it is."""
    if sys.platform == "linux":
        try:  # noqa: SIM105 - what contextlib imports takes longer than all of this
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _WIDE)
        except OSError:
            pass


def telling(words: list[str]) -> list[str]:
    """The same words, with gpg's status lines among what it says to people: they tell why it failed."""
    return words if "--status-fd" in words else [words[0], "--status-fd", "2", *words[1:]]


if __name__ == "__main__":
    widen(1)
    os.execv(sys.argv[1], telling(sys.argv[1:]))  # noqa: S606 - an absolute path, and no shell
