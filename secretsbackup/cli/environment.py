"""What this program was started with, made usable: a service manager, a cron or a container may leave out
what every terminal gives."""

import os
import sys

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
_XDG = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")


def open_streams() -> None:
    """Open what is closed of the three standard streams, to nothing: the next file that is opened would be in
    its place, a child would write there, and Python has no object for it."""
    for number, (name, mode) in enumerate(_STREAMS):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        os.set_inheritable(number, True)
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def find_home() -> bool:
    """Take the home folder from the list of users where HOME says none, and forget folders that are not whole
    paths (XDG Base Directory Specification): files of ours would lie wherever somebody is at the moment.

    False if there is no home folder at all.
    """
    for name in _XDG:
        if not os.path.isabs(os.environ.get(name, "/")):  # noqa: PTH117 - no pathlib before a version is said
            del os.environ[name]
    if not os.path.isabs(os.environ.get("HOME", "")):  # noqa: PTH117
        os.environ["HOME"] = _of_user()
    return bool(os.environ["HOME"])


def _of_user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return ""


def is_gone() -> bool:
    """Whether the folder that somebody is in was removed, so that no path can begin there."""
    try:
        os.getcwd()  # noqa: PTH109
    except FileNotFoundError:
        return True
    return False
