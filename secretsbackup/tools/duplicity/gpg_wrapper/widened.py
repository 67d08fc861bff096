"""gpg before a wider pipe, so that duplicity and gpg wait less for each other where it decrypts.

This program is run on its own, without this package (see `stand_in`): it widens the pipe that it writes to,
and becomes gpg. It loads next to nothing, since it is started for each volume.
"""

import fcntl
import os
import sys
import time

_WIDE = 1 << 20
"""What Linux gives to anyone (pipe(7)); 64 KiB are usual."""
_TRIES, _BETWEEN = 100, 0.1
"""How often the agent is looked for, and the seconds between."""


def widen(pipe: int) -> None:
    """Let a pipe hold more; what is none, or where the system has no more, stays as it is."""
    if sys.platform == "linux":
        try:  # noqa: SIM105 - what contextlib imports takes longer than all of this
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _WIDE)
        except OSError:
            pass


def telling(words: list[str]) -> list[str]:
    """The words for gpg, with its status lines among what it says to people: they tell why it failed."""
    return [words[0], "--status-fd", "2", *words[1:]] if "--decrypt" in words else words


def await_agent(home: str) -> None:
    """Wait a while for the agent that a GnuPG home sends gpg to.

    gpg cannot start it in a sandbox; the program that made the sandbox does.
    """
    import _socket  # "socket" itself takes longer to load than all of this

    try:
        with open(f"{home}/S.gpg-agent") as file:  # noqa: PTH123 - pathlib is slow to load
            at = file.read().partition("socket=")[2].rstrip("\n")
    except OSError:
        return  # a socket, or nothing: gpg sees to it
    for _ in range(_TRIES if at else 0):
        one = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        answer = one.connect_ex(at)
        one.close()
        if not answer:
            return
        time.sleep(_BETWEEN)


if __name__ == "__main__":
    widen(1)
    await_agent(os.environ.get("GNUPGHOME", ""))
    os.execv(sys.argv[1], telling(sys.argv[1:]))  # noqa: S606 - an absolute path, and no shell
